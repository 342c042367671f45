from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jupyter_smkit.compute import sandbox
from jupyter_smkit.config import Home
from jupyter_smkit.wrangler.flow import Flow, FlowError, Node
from jupyter_smkit.wrangler.launcher import Workers, start_worker
from jupyter_smkit.wrangler.staging import CACHE_BYTES

processes: list[asyncio.subprocess.Process] = []


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def staged(home: Home, passengers: Path) -> Path:
    """The passengers where a worker may read them."""
    home.previews.mkdir(parents=True)
    return passengers.rename(home.previews / passengers.name)


@pytest.fixture
async def workers(home: Home) -> AsyncIterator[Workers]:

    async def launch() -> asyncio.subprocess.Process:
        processes.append(await start_worker(home))
        return processes[-1]

    processes.clear()
    made = Workers(launch=launch)
    yield made
    await made.close()
    assert all(process.returncode is not None for process in processes)


async def test_a_worker_is_kept_and_comes_back_after_a_kill(
    workers: Workers, flow: Flow, types: Node, staged: Path
) -> None:
    asked = {
        "flow": flow.to_dict(),
        "node": types.id,
        "output": "",
        "files": {"s3://bucket/passengers.csv": [str(staged)]},
    }
    assert (await workers.ask("a", "preview", **asked))["rows"] == 5
    assert (await workers.ask("a", "preview", **asked))["rows"] == 5
    assert len(processes) == 1
    processes[0].send_signal(signal.SIGKILL)
    await processes[0].wait()
    assert (await workers.ask("a", "preview", **asked))["rows"] == 5
    assert len(processes) == 2


async def test_a_worker_sees_nothing_else_of_the_home(
    workers: Workers, flow: Flow, types: Node, home: Home, staged: Path
) -> None:
    if sandbox.probe(home.settings.sandbox) == "L0":
        pytest.skip("nothing can be hidden at level L0")
    beside = home.objects / "blob.csv"
    beside.parent.mkdir()
    shutil.copy(staged, beside)
    asked = {"flow": flow.to_dict(), "node": types.id, "output": ""}
    place = "s3://bucket/passengers.csv"
    assert (await workers.ask("a", "preview", files={place: [str(staged)]}, **asked))["rows"] == 5
    with pytest.raises(FlowError, match=r"blob\.csv"):
        await workers.ask("a", "preview", files={place: [str(beside)]}, **asked)


async def test_what_workers_leave_in_their_tmp_has_a_limit(workers: Workers, home: Home) -> None:
    (left := home.path / "sandbox" / "tmp").mkdir(parents=True)
    for name in ("old", "new"):
        with (left / f"{name}.csv").open("wb") as file:
            file.truncate(CACHE_BYTES // 2 + 1)
        os.utime(left / f"{name}.csv", (1000, 1000 + (name == "new")))
    await workers.ask("a", "operators")
    assert [file.name for file in left.glob("*.csv")] == ["new.csv"]


async def test_what_the_worker_refuses_names_the_step(workers: Workers, flow: Flow) -> None:
    with pytest.raises(FlowError, match="there is no object under s3://bucket") as caught:
        await workers.ask(
            "a", "preview", flow=flow.to_dict(), node=flow.nodes[1].id, files={}, output=""
        )
    assert caught.value.node == flow.nodes[0].id


async def test_a_worker_that_takes_too_long_is_ended(workers: Workers) -> None:
    workers.patience = 0.01
    with pytest.raises(FlowError, match="took longer than"):
        await workers.ask("a", "operators")
    await processes[0].wait()


async def test_a_request_outlives_the_one_that_it_waited_for(workers: Workers) -> None:
    await workers.ask("a", "operators")
    os.kill(processes[0].pid, signal.SIGSTOP)
    first = asyncio.ensure_future(workers.ask("a", "operators"))
    second = asyncio.ensure_future(workers.ask("a", "operators"))
    await asyncio.sleep(0)
    first.cancel()
    assert await second
    assert len(processes) == 2


async def test_an_idle_worker_is_ended(workers: Workers) -> None:
    workers.idle = 0.05
    await workers.ask("a", "operators")
    await asyncio.wait_for(processes[0].wait(), 20)
    assert processes[0].returncode == -signal.SIGKILL
