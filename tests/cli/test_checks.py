from __future__ import annotations

import json
import os
import socket
from argparse import Namespace
from pathlib import Path

import pytest

from jupyter_smkit.cli import checks, doctor
from jupyter_smkit.config import Home


@pytest.mark.parametrize("broken", ["settings", "home"])
def test_the_doctor_examines_a_broken_home(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "config.toml"
    file.write_text("region =")
    examined = (checks.home, checks.settings, checks.port, checks.processes, checks.sandbox)
    monkeypatch.setattr(doctor, "CHECKS", examined)
    home = Home(file if broken == "home" else tmp_path)
    assert doctor.run(Namespace(json=True), home) == 1
    found = {each["what"]: each for each in json.loads(capsys.readouterr().out)}
    assert len(found) == len(examined)
    assert found[broken]["level"] == "error" and str(file) in found[broken]["says"]


def test_sqlite_on_a_network_file_system_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "file_system_of", lambda path: "nfs4")
    found = checks.file_system(Home(tmp_path))
    assert found.level == "error"
    assert "SMKIT_STATE_URL=postgresql://" in found.mend


def test_the_nearest_mount_says_the_file_system(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/a / ext4 rw 0 0\nserver:/x /home/me nfs4 rw 0 0\nb /home/me/my\\040disk xfs rw 0 0\n"
    )
    for path, kind in (
        ("/var/lib", "ext4"),
        ("/home/me/smkit", "nfs4"),
        ("/home/me/my disk/smkit", "xfs"),
        ("/home/meadow", "ext4"),
    ):
        assert checks.file_system_of(Path(path), mounts) == kind


def test_a_home_that_others_can_read_is_a_warning(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    found = checks.home(Home(tmp_path))
    assert (found.level, found.mend) == ("warning", f"chmod 700 {tmp_path}")


def test_an_unknown_setting_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("colour = 'blue'\n")
    found = checks.settings(Home(tmp_path))
    assert found.level == "error"
    assert "no such setting: colour" in found.says


def test_a_port_that_another_program_holds_is_an_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        (tmp_path / "port").write_text(str(other.getsockname()[1]))
        found = checks.port(Home(tmp_path))
    assert found.level == "error"
    assert f"taken by {Path('/proc/self/comm').read_text().strip()} (process {os.getpid()})" in (
        found.says
    )


def test_a_database_that_does_not_answer_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('state_url = "postgresql://me:secret@127.0.0.1:1/x"\n')
    found = checks.state(Home(tmp_path))
    assert found.level == "error" and "refused" in found.says and "secret" not in found.says


def test_a_sandbox_that_is_switched_off_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMKIT_SANDBOX", "none")
    found = checks.sandbox(Home(tmp_path))
    assert found.level == "warning"
    assert "SMKIT_SANDBOX=none says so" in found.says and found.mend == "unset SMKIT_SANDBOX"

    monkeypatch.delenv("SMKIT_SANDBOX")
    (tmp_path / "config.toml").write_text('sandbox = "none"\n')
    found = checks.sandbox(Home(tmp_path))
    assert "config.toml says so" in found.says and str(tmp_path / "config.toml") in found.mend
