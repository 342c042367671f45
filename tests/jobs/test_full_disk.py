"""Jobs, Stop and ``smkit gc`` on a disk that is full: the home is a small file system of its own,
in which a process without smkit's fixtures runs a real one."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

from jupyter_smkit import serve
from jupyter_smkit.cli import gc
from jupyter_smkit.control.processes import wait_until
from tests.conftest import end_jobs, start
from tests.jobs.conftest import finished, job, started

SIZE = 48 << 20
FILLS = (
    "kept = open('/opt/ml/filling', 'wb', buffering=0)\n"
    "try:\n"
    "    while kept.write(bytes(1 << 16)): pass\n"
    "finally:\n"
    "    import os; os.write(2, b'told')\n"
)
ROOM = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]


def test_a_full_disk_holds_up_nobody(tmp_path: Path) -> None:
    mount = 'mount -t tmpfs -o size="$1" smkit "$2" && shift 2 && exec "$@"'
    code = f"from {__name__} import scenario; scenario()"
    (home := tmp_path / "home").mkdir()
    done = subprocess.run(
        [*ROOM, mount, "sh", str(SIZE), str(home), sys.executable, "-c", code, str(home)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stdout + done.stderr


def scenario() -> None:
    running = start(Path(sys.argv[1]))
    try:
        client = running.client("sagemaker")
        # Its own data fill the disk: they go, and it fails by what happened.
        client.create_processing_job(**job(running, "fills", FILLS))
        found = finished(running, "fills", 30)
        assert found["ProcessingJobStatus"] == "Failed"
        assert "No space left on device" in found["FailureReason"]
        assert free(running.home.path) > SIZE // 4
        # Something else fills it, and takes whatever becomes free.
        client.create_processing_job(**job(running, "waits", "import signal; signal.pause()"))
        started(running, "waits")
        (old := running.home.logs / "old.log").write_bytes(bytes(1 << 20))
        os.utime(old, (0, 0))
        with open(running.home.path / "stranger", "wb", buffering=0) as stranger:
            fill(stranger.fileno())
            client.stop_processing_job(ProcessingJobName="waits")
            fill(stranger.fileno())
            assert finished(running, "waits", 30)["ProcessingJobStatus"] == "Stopped"
            assert wait_until(lambda: not running.launches(), 10)
            fill(stranger.fileno())
            assert gc.run(Namespace(days=1, dry_run=False), running.home) == 0
        assert free(running.home.path) >= 1 << 20
    finally:
        serve.stop(running.home)
        end_jobs(running.home)


def free(path: Path) -> int:
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


def fill(file: int) -> None:
    for size in (1 << 20, 1 << 12, 1):
        try:
            while os.write(file, bytes(size)):
                pass
        except OSError:
            continue
