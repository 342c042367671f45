"""What who starts smkit is told when it cannot start."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_smkit import serve
from jupyter_smkit.client.environment import born, client_environment
from jupyter_smkit.config import CannotStart, Home
from jupyter_smkit.control import lease, processes, starting

CALLS = """
import sys, time, boto3
client = boto3.client("sagemaker")
for line in sys.stdin:
    begun = time.monotonic()
    try:
        said = client.list_models()["Models"]
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    print(f"{'at once' if time.monotonic() - begun < 5 else 'late'}, {said}", flush=True)
"""
SERVE = "import sys; from jupyter_smkit.cli import main; sys.exit(main(['serve']))"


def running(home: Home) -> list[str]:
    return [role for role in processes.ROLES if lease.holder(home.locks, role) is not None]


def test_a_taken_port_is_no_success(
    fresh_smkit: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = fresh_smkit.home
    port = int(home.port_file.read_text())
    processes.stop(home, "edge")
    with socket.create_server(("127.0.0.1", port)) as stranger:
        monkeypatch.setenv("SMKIT_HOME", str(home.path))
        told = subprocess.run([sys.executable, "-c", SERVE], capture_output=True, text=True)
        assert (told.returncode, told.stdout) == (1, "")
        assert told.stderr.startswith(f"smkit: smkit cannot listen on 127.0.0.1:{port}, the port")
        assert '"port = N"' in told.stderr and told.stderr.count("\n") == 1
        assert not serve.up(home)
        # The daemon has tried, too.
        edge_failed = lease.failure_file(home.locks, "edge")
        assert processes.wait_until(lambda: "process" in edge_failed.read_text(), 10)
        stranger.close()
    # Whoever asks after that does not wait until the daemon tries again.
    assert serve.ensure_running(home) == fresh_smkit.url
    assert fresh_smkit.client("sagemaker").list_models()["Models"] == []


@pytest.fixture
def kernel(fresh_smkit: Any) -> Iterator[subprocess.Popen[str]]:
    """A process on smkit's side: calls it for each line that it is sent, and says the answer."""
    environ = born(client_environment(fresh_smkit.home, fresh_smkit.url), os.environ)
    with subprocess.Popen(
        [sys.executable, "-c", CALLS],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        yield process
        process.terminate()


def test_a_client_waits_for_a_start_and_for_nothing_else(
    fresh_smkit: Any, kernel: subprocess.Popen[str]
) -> None:
    assert kernel.stdin and kernel.stdout
    home = fresh_smkit.home

    def asks() -> str:
        kernel.stdin.write("\n")
        return str(kernel.stdout.readline())

    assert asks() == "at once, []\n"
    serve.stop(home)
    assert re.match(r"at once, NotRunning: .* it does not run; `smkit serve` starts it", asks())

    with socket.create_server(("127.0.0.1", int(home.port_file.read_text()))):
        assert re.match(r"at once, NotRunning: .* it does not run", asks())
        with pytest.raises(CannotStart):
            serve.ensure_running(home)
        told = rf"at once, NotRunning: .* cannot listen .*\(process {os.getpid()}\) uses it"
        assert re.match(told, asks())

    mark = starting.begin(home.locks)
    kernel.stdin.write("\n")
    serve.ensure_running(home)
    os.close(mark)
    assert kernel.stdout.readline().endswith(", []\n")


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("region = eu\n", r"config\.toml: Invalid value \(at line 1, column 10\)"),
        ("\nport = '80'\n", r"config\.toml, line 2: port is a number from 0 to 65535, not '80'"),
        ("# a\n\ncolour = 1\n", r"config\.toml, line 3: no such setting: colour; there are"),
        (
            "state_url = 'postgresql://me:secret@127.0.0.1:1/x'",
            r"postgresql://me:\*\*\*@127\.0\.0\.1:1/x, does not answer: .* refused\. Start that server",
        ),
        ("state_url = 'nonsense'", r"state_url is no address of a database"),
    ],
)
def test_what_keeps_smkit_from_starting_is_one_sentence(
    tmp_path: Path, written: str, says: str
) -> None:
    home = Home(tmp_path)
    (tmp_path / "config.toml").write_text(written)
    with pytest.raises(CannotStart, match=says) as told:
        serve.ensure_running(home)
    assert "\n" not in str(told.value) and "secret" not in str(told.value)
    assert processes.wait_until(lambda: running(home) == [], 10)


def test_a_variable_that_is_no_setting_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMKIT_PORT", "eighty")
    with pytest.raises(CannotStart, match=r"SMKIT_PORT: port is a number .*, not 'eighty'"):
        serve.ensure_running(Home(tmp_path))


def test_stop_leaves_none_that_is_just_being_started(fresh_smkit: Any) -> None:
    home = fresh_smkit.home

    def being_started() -> bool:
        with open(home.run / "daemon.starting") as turn:
            try:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    daemon = lease.holder(home.locks, "daemon")
    assert daemon is not None
    os.kill(daemon, signal.SIGKILL)
    assert processes.wait_until(being_started, 10)
    serve.stop(home)

    def left() -> list[bytes]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"SMKIT_HOME={home.path}\0".encode() in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_bytes())
        return found

    # Each gives back its role a moment before it is gone.
    assert processes.wait_until(lambda: not left(), 10), left()
