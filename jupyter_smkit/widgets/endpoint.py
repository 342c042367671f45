"""An endpoint: its status, its variants, and a box to try it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import traitlets

from jupyter_smkit.widgets.live import Live, module
from jupyter_smkit.workflow.endpoints import Endpoint, invoke


class EndpointView(Live):
    _esm = module("endpoint")

    name = traitlets.Unicode().tag(sync=True)
    status = traitlets.Unicode("Creating").tag(sync=True)
    detail = traitlets.Unicode().tag(sync=True)
    variants = traitlets.List(traitlets.Dict()).tag(sync=True)
    """``name`` and ``weight``."""
    answer = traitlets.Dict().tag(sync=True)
    """Of the last try: ``pending``, then ``body``, ``type``, ``ms``, or ``error``."""
    error = traitlets.Unicode().tag(sync=True)

    def __init__(self, endpoint: Endpoint, described: dict[str, Any] | None = None) -> None:
        self.endpoint = endpoint
        super().__init__(name=endpoint.name)
        if described is not None:
            self.show(described)
        self.on_msg(self._asked)
        self.start()

    def follow(self, tick: Callable[[], bool]) -> Iterator[None]:
        for found in self.endpoint.changes(tick):
            self.show(found)
            yield

    def show(self, found: dict[str, Any]) -> None:
        """Takes over a description, as DescribeEndpoint answers it."""
        with self.hold_sync():
            self.detail = found.get("FailureReason", "")
            self.variants = [
                {"name": each["VariantName"], "weight": each.get("CurrentWeight", 1.0)}
                for each in found.get("ProductionVariants", ())
            ]
            self.status = found["EndpointStatus"]

    def try_it(self, body: str, content_type: str = "text/csv", accept: str = "") -> None:
        """Invokes the endpoint; ``answer`` then holds what came back."""
        # Else an answer that is the same as the last would be no change, and go unheard.
        self.answer = {"pending": True}
        start = time.perf_counter()
        try:
            answer, answered = invoke(self.endpoint, body, content_type, accept)
        except Exception as error:
            self.answer = {"error": str(error)}
            return
        took = (time.perf_counter() - start) * 1000
        text = answer.decode(errors="replace")
        self.answer = {"body": text, "type": answered, "ms": round(took, 1)}

    def text(self) -> str:
        return " ".join(filter(None, (f"Endpoint {self.name}: {self.status}", self.detail)))

    def html(self) -> str:
        return f"<div><b>{escape(self.name)}</b>: {escape(self.status)} {escape(self.detail)}</div>"

    def _asked(self, _: Any, content: Any, buffers: Any) -> None:
        if isinstance(content, dict) and "body" in content:
            self.try_it(
                str(content["body"]),
                str(content.get("contentType") or "text/csv"),
                str(content.get("accept") or ""),
            )
