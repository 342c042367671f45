"""A widget that follows a record from a thread of its own, and reads as text where none shows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import Any

import anywidget

STATIC = Path(__file__).parent / "static"


def module(name: str) -> str:
    """A widget's JavaScript, after what all of them share: the browser gets one module each."""
    return (STATIC / "frame.js").read_text() + (STATIC / f"{name}.js").read_text()


class Live(anywidget.AnyWidget):
    """Subclasses say what they follow (``follow``) and how they read (``text``, ``html``)."""

    _css = STATIC / "widgets.css"

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"smkit {self.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout: float | None = 10) -> None:
        """Until what it follows has ended, and the widget shows so."""
        self._thread.join(timeout)

    def close(self) -> None:
        closed = getattr(self, "_closed", None)
        if closed is not None:
            closed.set()
        super().close()

    def follow(self, tick: Callable[[], bool]) -> Iterable[None]:
        """Updates the traits at every step; returns when ``tick`` says False or all is over."""
        raise TypeError(f"{type(self).__name__} follows nothing")

    def text(self) -> str:
        return str(self.name)

    def html(self) -> str:
        return f"<pre>{escape(self.text())}</pre>"

    def _run(self) -> None:
        try:
            for _ in self.follow(self._open):
                pass
        except Exception as error:
            # Shown in the widget: a thread has nobody else to tell.
            if not self._closed.is_set():
                self.error = str(error)

    def _open(self) -> bool:
        return not self._closed.is_set()

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        made = super()._repr_mimebundle_(**kwargs)
        data, metadata = made if isinstance(made, tuple) else (made or {}, {})
        return {**data, "text/plain": self.text(), "text/html": self.html()}, metadata
