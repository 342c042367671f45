"""What a reconcile function may use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jupyter_smkit.api.errors import ApiError
from jupyter_smkit.config import Home
from jupyter_smkit.control.admission import Admission
from jupyter_smkit.control.demands import Demands
from jupyter_smkit.control.errands import Done, Ensured, Errands, Submit, pool
from jupyter_smkit.control.timers import Timers
from jupyter_smkit.state import wake
from jupyter_smkit.state.records import Record, State


@dataclass
class Context:
    home: Home
    state: State
    executor: Any
    """:class:`jupyter_smkit.compute.executor.Executor`"""
    clock: Callable[[], float]
    call: Callable[..., dict[str, Any]]
    """``call(record, operation, parent="", **params)``: an operation, for the record's account and
    region; ``parent``: the ARN of whose child it makes. Raises ApiError. Blocks: for errands."""
    submit: Submit = field(default_factory=pool)
    admission: Admission = field(default_factory=Admission)
    timers: Timers = field(default_factory=Timers)

    def __post_init__(self) -> None:
        self.demands = Demands(self.clock, self.home.demand)
        self.errands = Errands(self.submit, lambda: wake.ring(self.home.run / "wake", to="daemon"))

    def again(self, record: Record, seconds: float) -> None:
        """Asks for the record to be looked at again, whatever else happens."""
        self.timers.set(record.identity, self.clock() + seconds)

    def apart(self, record: Record, name: str, work: Callable[[], Any]) -> Done | None:
        """How ``work`` went, which is done on another thread; None while it goes on. The record
        is looked at again when it is done. ``name`` is its own among the record's."""
        return self.errands.done(record.identity, name, work)

    def ensure(self, record: Record, operation: str, **params: Any) -> Ensured:
        """Has a Create operation called, as the record's child, unless what it makes is there.

        Whoever was killed behind the call finds it there. Raises ApiError where the API could not
        do it (5xx): it is tried again then.
        """
        found = self._existing(record, operation, params)
        name = f"{operation} {_key(operation, params)}"
        how = self.errands.told(record.identity, name)
        if found is None and how is None:
            how = self.apart(
                record, name, lambda: self.call(record, operation, parent=record.arn, **params)
            )
            found = self._existing(record, operation, params)
        if found is not None:
            return Ensured("made" if how and not how.error else "existing", found)
        if how is None or how.error is None:
            return Ensured("pending")
        if isinstance(how.error, ApiError) and how.error.status < 500:
            return Ensured("refused", code=how.error.code, message=how.error.message)
        raise how.error

    def make(self, record: Record, operation: str, **params: Any) -> None:
        """In an errand: has a Create operation called unless what it makes is there, which is
        nobody's child. Raises ApiError."""
        if not self._existing(record, operation, params):
            try:
                self.call(record, operation, **params)
            except ApiError:
                if not self._existing(record, operation, params):
                    raise

    def stop_children(self, record: Record) -> None:
        """Each child that may be stopped and runs; the API makes none for one that is stopping."""
        kinds = self.state.lifecycles
        with self.state.read() as transaction:
            children = transaction.children(record)
        for child in children:
            if child.kind in kinds and "Stopping" in kinds[child.kind].moves.get(child.status, ()):
                self.state.change(child, status="Stopping")

    def _existing(self, record: Record, operation: str, params: dict[str, Any]) -> Record | None:
        key = _key(operation, params)
        return self.state.get(record.account, record.region, _kind(operation), key)


def _kind(operation: str) -> str:
    return operation.removeprefix("Create").removesuffix("V2")


def _key(operation: str, params: dict[str, Any]) -> str:
    """Of what the operation makes: of kinds with one key member, which is called as the kind."""
    return str(params[f"{_kind(operation)}Name"])
