"""Interactive workers: one process for each open flow, ended when idle, stuck or too large."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_smkit.compute import sandbox
from jupyter_smkit.config import Home
from jupyter_smkit.wrangler.flow import FlowError
from jupyter_smkit.wrangler.staging import prune

MEMORY_BYTES = 4 << 30
IDLE_SECONDS = 600.0
ANSWER_SECONDS = 120.0
MAX_WORKERS = 8
_LONGEST_LINE = 256 << 20
_KEPT = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "TZ")

Launch = Callable[[], Awaitable[asyncio.subprocess.Process]]


async def start_worker(home: Home, log: Path | None = None) -> asyncio.subprocess.Process:
    """A worker process on pipes, in a sandbox without network; of the home it sees the previews' data.

    It ends when its pipe closes.
    """
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"SMKIT_MEMORY_LIMIT": str(MEMORY_BYTES), "POLARS_MAX_THREADS": "2"}
    box = await asyncio.to_thread(_sandbox, home)
    command = box.command([sys.executable, "-m", "jupyter_smkit.wrangler.worker"])
    with contextlib.ExitStack() as stack:
        errors = stack.enter_context(log.open("ab")) if log else asyncio.subprocess.DEVNULL
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env=environment,
            start_new_session=True,
            limit=_LONGEST_LINE,
        )


def _sandbox(home: Home) -> sandbox.Sandbox:
    place, level = home.path / "sandbox", sandbox.probe(home.settings.sandbox)
    box = sandbox.Sandbox(
        level,
        place / "ml",
        place / "tmp",
        readable=(
            home.previews,
            Path(__file__).parents[2],
            Path(sys.prefix),
            Path(sys.base_prefix),
        ),
        hidden=(home.path,),
        network=False,
        hostname="preview",
        processes=sandbox.own_processes(level),
    )
    for directory in (box.base, box.temporary, home.previews):
        directory.mkdir(parents=True, exist_ok=True)
    prune(place)
    return box


@dataclass
class _Worker:
    process: asyncio.subprocess.Process
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    used: float = 0.0


@dataclass
class Workers:
    """Workers by session (an open flow). A session's requests are answered one after another."""

    launch: Launch
    idle: float = IDLE_SECONDS
    patience: float = ANSWER_SECONDS
    _running: dict[str, _Worker] = field(default_factory=dict)
    _numbers: Any = field(default_factory=itertools.count)
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, session: str, verb: str, **members: Any) -> Any:
        """The result of a verb; FlowError for what the worker refuses or cannot do."""
        while True:
            worker = await self._worker(session)
            async with worker.lock:
                if self._running.get(session) is not worker:
                    continue  # Ended, by the request before this one.
                try:
                    return await asyncio.wait_for(self._talk(worker, verb, members), self.patience)
                except TimeoutError:
                    self._end(session, worker)
                    raise FlowError(
                        f"the {verb} took longer than {self.patience:.0f} s and was stopped: "
                        "sample fewer rows, or run the flow as a job"
                    ) from None
                except (ConnectionError, EOFError, asyncio.IncompleteReadError):
                    self._end(session, worker)
                    raise FlowError(
                        f"the worker of this flow ended during the {verb} (out of memory?): "
                        "sample fewer rows, or run the flow as a job"
                    ) from None
                except asyncio.CancelledError:
                    self._end(session, worker)
                    raise

    async def _talk(self, worker: _Worker, verb: str, members: dict[str, Any]) -> Any:
        stdin, stdout = worker.process.stdin, worker.process.stdout
        assert stdin is not None and stdout is not None
        request = {"id": next(self._numbers), "verb": verb, **members}
        stdin.write(json.dumps(request).encode() + b"\n")
        await stdin.drain()
        line = await stdout.readline()
        if not line:
            raise EOFError
        answer = json.loads(line)
        worker.used = asyncio.get_running_loop().time()
        if error := answer.get("error"):
            raise FlowError(
                error["message"], node=error.get("node", ""), column=error.get("column", "")
            )
        return answer["result"]

    async def _worker(self, session: str) -> _Worker:
        async with self._starting:
            found = self._running.get(session)
            if found and found.process.returncode is None:
                found.used = asyncio.get_running_loop().time()
                return found
            if len(self._running) >= MAX_WORKERS:
                free = [(w.used, s) for s, w in self._running.items() if not w.lock.locked()]
                if not free:
                    raise FlowError("too many previews are running; wait for one to end")
                oldest = min(free)[1]
                self._end(oldest, self._running[oldest])
            worker = _Worker(await self.launch(), used=asyncio.get_running_loop().time())
            self._running[session] = worker
            self._watch(session, worker)
            return worker

    def _watch(self, session: str, worker: _Worker) -> None:
        loop = asyncio.get_running_loop()

        def look() -> None:
            left = worker.used + self.idle - loop.time()
            if worker.process.returncode is not None or self._running.get(session) is not worker:
                return
            if left <= 0 and not worker.lock.locked():
                self._end(session, worker)
            else:
                loop.call_later(max(left, 1.0), look)

        loop.call_later(self.idle, look)

    def _end(self, session: str, worker: _Worker) -> None:
        if self._running.get(session) is worker:
            del self._running[session]
        # The whole session: the sandbox's own process may die before its child has tied itself
        # to it, and a child left over would keep the pipes open.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.process.pid, signal.SIGKILL)

    async def close(self) -> None:
        for session, worker in list(self._running.items()):
            self._end(session, worker)
            await worker.process.wait()
