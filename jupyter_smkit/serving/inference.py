"""What passes between the worker's HTTP side and a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

MODEL_TIMEOUT = 60.0
"""Seconds that an invocation may take, as on SageMaker."""


@dataclass(frozen=True)
class Inquiry:
    """One invocation. ``content_type`` and ``accept`` as the client sent them, or empty."""

    body: bytes
    content_type: str = ""
    accept: str = ""
    attributes: str = ""
    """X-Amzn-SageMaker-Custom-Attributes"""


@dataclass(frozen=True)
class Reply:
    body: bytes
    content_type: str


class Refusal(Exception):
    """The request is at fault: answered with ``status`` (4xx) and the message."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


Outcome = Reply | Exception


@dataclass(frozen=True)
class Service:
    """A loaded model. ``answer`` gives one outcome for each inquiry, and raises nothing."""

    flavour: str
    answer: Callable[[Sequence[Inquiry]], list[Outcome]]
    batch: int = 1
    """Inquiries that it takes at once."""
    inline: bool = False
    """Whether its time depends on the rows alone, and any thread will do: while it is quick it runs
    on the event loop, and for few rows with one thread of OpenMP."""


def media_type(value: str) -> str:
    """``text/csv; charset=utf-8`` → ``text/csv``"""
    return value.partition(";")[0].strip().lower()
