from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jupyter_smkit.config import Home
from jupyter_smkit.wrangler.flow import Flow, FlowError, Node
from jupyter_smkit.wrangler.launcher import Workers, start_worker

processes: list[asyncio.subprocess.Process] = []


@pytest.fixture
async def workers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workers]:
    # A worker sees of /tmp only its home: here that is where the tests' files lie.
    home = Home(tmp_path_factory.getbasetemp())

    async def launch() -> asyncio.subprocess.Process:
        processes.append(await start_worker(home))
        return processes[-1]

    processes.clear()
    made = Workers(launch=launch)
    yield made
    await made.close()
    assert all(process.returncode is not None for process in processes)


async def test_a_worker_is_kept_and_comes_back_after_a_kill(
    workers: Workers, flow: Flow, types: Node, passengers: Path
) -> None:
    asked = {
        "flow": flow.to_dict(),
        "node": types.id,
        "output": "",
        "files": {"s3://bucket/passengers.csv": [str(passengers)]},
    }
    assert (await workers.ask("a", "preview", **asked))["rows"] == 5
    assert (await workers.ask("a", "preview", **asked))["rows"] == 5
    assert len(processes) == 1
    processes[0].send_signal(signal.SIGKILL)
    await processes[0].wait()
    assert (await workers.ask("a", "preview", **asked))["rows"] == 5
    assert len(processes) == 2


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


async def test_an_idle_worker_is_ended(workers: Workers) -> None:
    workers.idle = 0.05
    await workers.ask("a", "operators")
    await asyncio.wait_for(processes[0].wait(), 20)
    assert processes[0].returncode == -signal.SIGKILL
