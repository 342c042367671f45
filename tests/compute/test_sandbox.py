"""What a program sees in a sandbox, at each level that works on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_smkit.compute import sandbox
from jupyter_smkit.compute.sandbox import Sandbox
from jupyter_smkit.control.processes import wait_until

# Below /tmp too where the project was cloned there.
INTERPRETER = (Path(sys.prefix), Path(sys.base_prefix))
LEVELS = {"bwrap": "L1", "unshare": "L2"}


@pytest.fixture(params=LEVELS)
def level(request: pytest.FixtureRequest) -> str:
    try:
        return sandbox.probe(request.param)
    except RuntimeError as missing:
        pytest.fail(f"{missing}: install bubblewrap, or allow user namespaces")


@pytest.fixture
def box(level: str, tmp_path: Path) -> Sandbox:
    for name in ("ml", "tmp", "out", "home"):
        (tmp_path / name).mkdir()
    (tmp_path / "home" / "key").write_text("secret")
    (tmp_path / "home" / "data").write_text("data")
    return Sandbox(
        level,
        tmp_path / "ml",
        tmp_path / "tmp",
        writable=(tmp_path / "out",),
        readable=(tmp_path / "home", *INTERPRETER),
        hidden=(tmp_path / "home" / "key",),
    )


def run(box: Sandbox, code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        box.command([sys.executable, "-c", code]), capture_output=True, text=True, timeout=60
    )


def test_opt_ml_and_tmp_are_its_own(box: Sandbox) -> None:
    done = run(
        box,
        "from pathlib import Path\n"
        "Path('/opt/ml/model.txt').write_text('m'); Path('/tmp/t').write_text('t')\n"
        "print(Path.cwd())",
    )
    assert done.stdout == "/opt/ml\n", done.stderr
    assert (box.base / "model.txt").read_text() == "m"
    assert (box.temporary / "t").read_text() == "t"


def test_what_it_may_write_and_read_lies_at_its_own_path(box: Sandbox) -> None:
    out, home = box.writable[0], box.readable[0]
    code = f"open('{out}/made', 'w').write(open('{home}/data').read())"
    assert run(box, code).returncode == 0
    assert (out / "made").read_text() == "data"


def test_a_hidden_file_is_not_read(box: Sandbox) -> None:
    done = run(box, f"print(open('{box.hidden[0]}').read())")
    assert "secret" not in done.stdout + done.stderr
    assert "Permission denied" in done.stderr or done.stdout == "\n"


def test_of_a_hidden_directory_it_sees_what_it_may(box: Sandbox, tmp_path: Path) -> None:
    """Also where it does not lie below /tmp, and has spaces in its name."""
    with tempfile.TemporaryDirectory(prefix="a home ", dir=Path.home()) as made:
        home = Path(made)
        (home / "mine").mkdir()
        (home / "shown").write_text("shown")
        (home / "secret").write_text("secret")
        hiding = replace(
            box,
            hidden=(home,),
            readable=(home / "shown", *INTERPRETER),
            writable=(home / "mine",),
        )
        code = (
            "import os\n"
            f"print(*sorted(os.listdir({made!r})), open('{made}/shown').read())\n"
            f"open('{made}/mine/made', 'w').write('m')\n"
            f"try: open('{made}/other', 'w')\n"
            "except OSError as error: print(error.strerror)"
        )
        done = run(hiding, code)
        assert done.stdout == "mine shown shown\nRead-only file system\n", done.stderr
        assert (home / "mine" / "made").read_text() == "m"


@pytest.mark.skipif(not os.access("/opt", os.W_OK), reason="/opt is not ours")
def test_a_directory_below_opt_is_hidden(box: Sandbox) -> None:
    with tempfile.TemporaryDirectory(dir="/opt") as made:
        (Path(made) / "key").touch()
        (Path(made) / "shown").mkdir()
        hiding = replace(box, hidden=(Path(made),), readable=(Path(made, "shown"), *INTERPRETER))
        done = run(hiding, f"import os; print(os.listdir({made!r}))")
        assert done.stdout == "['shown']\n", done.stderr


def test_a_directory_is_hidden_inside_one_that_is_shown(box: Sandbox, tmp_path: Path) -> None:
    """As the home of a clone below /tmp, in which smkit's own package lies as well."""
    home = tmp_path / "home"
    (home / "environments").mkdir()
    hiding = replace(box, hidden=(home,), readable=(tmp_path, home / "environments", *INTERPRETER))
    done = run(
        hiding, f"import os; print(os.listdir({str(home)!r}), os.listdir({str(tmp_path)!r}))"
    )
    assert done.stdout.startswith("['environments'] "), done.stdout + done.stderr
    assert "'out'" in done.stdout


def test_all_that_it_started_ends_with_it(box: Sandbox) -> None:
    assert sandbox.own_processes(box.level)
    own = replace(box, processes=True)
    word = f"3{os.getpid()}"
    code = (
        "import os, subprocess\n"
        f"subprocess.Popen(['sleep', '{word}'], start_new_session=True, stdout=-3, stderr=-3)\n"
        "print(len([name for name in os.listdir('/proc') if name.isdigit()]) < 6)\n"
        "os._exit(3)\n"
    )
    done = run(own, code)
    assert (done.stdout, done.returncode) == ("True\n", 3), done.stderr

    def gone() -> bool:
        return not subprocess.run(["pgrep", "-f", f"sleep {word}"], capture_output=True).stdout

    assert wait_until(gone, 5)


@pytest.mark.parametrize("path", ["/opt/ml/../x", "/opt/ml/a/../../../x", "/opt/mlx", "/tmp"])
def test_no_path_leads_out(path: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not under"):
        Sandbox("L0", tmp_path / "ml", tmp_path / "tmp").outside(path)


def test_the_rest_is_not_changed(tmp_path: Path) -> None:
    box = Sandbox(sandbox.probe("bwrap"), tmp_path, tmp_path, readable=INTERPRETER)
    done = run(box, "open('/usr/made-by-a-job', 'w')")
    assert done.returncode != 0 and "Read-only file system" in done.stderr


def test_without_network_nothing_is_reached(box: Sandbox) -> None:
    alone = replace(box, network=False)
    code = "import socket; print(socket.socket().connect_ex(('127.0.0.1', 9)) != 0)"
    interfaces = "print(open('/proc/net/dev').read().count(':'))"
    assert run(alone, code).stdout == "True\n"
    assert int(run(alone, interfaces).stdout) <= 1


def test_at_level_0_paths_are_rewritten(tmp_path: Path) -> None:
    box = Sandbox("L0", tmp_path / "ml", tmp_path / "tmp")
    assert box.command(["cat", "/opt/ml/input/x"]) == ["cat", f"{tmp_path}/ml/input/x"]
    assert box.inside("/opt/ml/model") == f"{tmp_path}/ml/model"
    with pytest.raises(ValueError, match="not under"):
        box.outside("/etc/passwd")
