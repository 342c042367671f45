"""What a program sees in a sandbox, at each level that works on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_smkit.compute import overlay, sandbox
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
        overlaid=sandbox.overlays(level),
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


def test_what_it_changes_elsewhere_is_gone_with_it(box: Sandbox) -> None:
    """As SageMaker's own model code does, which copies its libraries to /lib."""
    shared, out = box.base / "shared_libs", box.writable[0]
    (shared / "x86_64-linux-gnu").mkdir(parents=True)
    (shared / "x86_64-linux-gnu" / "made-by-a-job.so").write_text("lib")
    done = run(
        box,
        "import os, shutil\n"
        "shutil.copytree('/opt/ml/shared_libs', '/lib', dirs_exist_ok=True)\n"
        "for path in ('/home/made-by-a-job/deep', '/usr/local/made-by-a-job', '/etc/made-by-a-job'):\n"
        "    os.makedirs(path)\n"
        "os.symlink('/usr/bin/env', '/usr/local/bin/made-by-a-job')\n"
        "os.remove('/usr/bin/env')\n"
        "print(open('/lib/x86_64-linux-gnu/made-by-a-job.so').read(), os.path.exists('/usr/bin/env'))\n"
        f"print(os.getuid() == {os.getuid()}, os.access('{out}', os.W_OK))\n",
    )
    assert done.stdout.splitlines()[0] == "lib False", done.stderr
    assert box.level == "L2" or done.stdout.splitlines()[1] == "True True"
    assert Path("/usr/bin/env").exists()
    for made in ("home", "usr/local", "usr/local/bin", "etc", "lib/x86_64-linux-gnu"):
        assert not list(Path("/", made).glob("made-by-a-job*"))


def test_a_directory_may_be_made_at_the_root(tmp_path: Path) -> None:
    level = sandbox.probe("bwrap")
    tops = sandbox.overlays(level)
    box = Sandbox(level, tmp_path, tmp_path, readable=INTERPRETER, overlaid=tops)
    assert run(box, "import os; os.mkdir('/made-by-a-job')").returncode == 0
    assert not Path("/made-by-a-job").exists()


def test_who_is_not_root_may_write_below_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    [made] = [line for line in overlay.lines(tmp_path, ["/usr"], user=True) if " usr " in line]
    assert {"upper/usr", "upper/usr/lib", "upper/usr/local/lib"} <= set(made.split())


def test_a_directory_with_mounts_in_it_is_not_overlaid(tmp_path: Path) -> None:
    assert "/usr" in overlay.candidates()
    (mounts := tmp_path / "mountinfo").write_text(
        "1 0 8:1 / / rw - ext4 a rw\n2 1 8:2 / /usr/share rw - ext4 b rw\n"
        "3 1 8:3 / /etc rw - ext4 c rw\n"
    )
    found = overlay.candidates(mounts)
    assert "/usr" not in found and "/etc" in found


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


def test_its_name_and_those_of_others_are_its_own(box: Sandbox, tmp_path: Path) -> None:
    (names := tmp_path / "hosts").write_text("127.9.9.2 algo-2\n127.9.9.3 algo-3\n")
    code = "import socket; print(socket.gethostname(), socket.gethostbyname('algo-3'))"
    done = run(replace(box, hostname="algo-2", names=names), code)
    assert done.stdout.split() == ["algo-2", "127.9.9.3"], done.stderr
