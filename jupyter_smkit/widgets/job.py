"""A job's progress: status, the end of its log, and a button that stops it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import traitlets

from jupyter_smkit.client.logs import ENDED
from jupyter_smkit.widgets.live import Live, module
from jupyter_smkit.workflow.jobs import Job

_LINES = 12


class JobProgress(Live):
    _esm = module("job")

    kind = traitlets.Unicode().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
    status = traitlets.Unicode("InProgress").tag(sync=True)
    detail = traitlets.Unicode().tag(sync=True)
    """The phase while it runs; why it failed when it did."""
    log = traitlets.List(traitlets.Unicode()).tag(sync=True)
    started = traitlets.Float(0).tag(sync=True)
    """Unix seconds."""
    ended = traitlets.Float(0).tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)

    def __init__(self, job: Job) -> None:
        self.job = job
        super().__init__(kind=job.kind, name=job.name)
        self.on_msg(self._asked)
        self.start()

    def follow(self, tick: Callable[[], bool]) -> Iterator[None]:
        def look() -> bool:
            self._read_log()
            return tick()

        for found in self.job.changes(look):
            self.show(found)
            yield
        self._read_log()

    def show(self, found: dict[str, Any]) -> None:
        """Takes over a description, as Describe answers it."""
        status = found[f"{self.kind}Status"]
        phase = found.get("SecondaryStatus") or found.get(f"{self.kind}SecondaryStatus") or ""
        with self.hold_sync():
            self.detail = (
                found.get("FailureReason")
                or found.get("ExitMessage")
                or (_words(phase) if status not in ENDED else "")
                or ""
            )
            self.started = _seconds(found.get("CreationTime"))
            self.ended = _seconds(_end(found)) if status in ENDED else 0
            self.status = status

    def text(self) -> str:
        lines = [f"{self.kind} {self.name}: {self.status}", self.detail, *self.log, self.error]
        return "\n".join(line for line in lines if line)

    def html(self) -> str:
        log = f"<pre>{escape(chr(10).join(self.log))}</pre>" if self.log else ""
        return (
            f"<div><b>{escape(self.name)}</b> {escape(self.kind)}: {escape(self.status)} "
            f"{escape(self.detail or self.error)}</div>{log}"
        )

    def _read_log(self) -> None:
        found = self.job.tail(_LINES)
        if found != self.log:
            self.log = found

    def _asked(self, _: Any, content: Any, buffers: Any) -> None:
        if content == "stop":
            self.error = ""
            try:
                self.job.stop()
            except Exception as error:
                self.error = str(error)


def _end(found: dict[str, Any]) -> Any:
    names = ("ProcessingEndTime", "TrainingEndTime", "TransformEndTime", "EndTime")
    return next((found[name] for name in names if found.get(name)), found.get("LastModifiedTime"))


def _seconds(at: Any) -> float:
    return float(at.timestamp()) if at is not None else 0.0


def _words(camel: str) -> str:
    """``ModelTraining`` as ``Model training``."""
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in camel)
    return spaced.strip().capitalize()
