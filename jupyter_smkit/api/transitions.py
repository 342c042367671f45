"""Start and Stop of what is recorded only: the status moves at once."""

from __future__ import annotations

from jupyter_smkit.api import conventions
from jupyter_smkit.api.kinds import Kind, find
from jupyter_smkit.api.registry import Call, Params


def move(kind: Kind, allowed: tuple[str, ...], passing: str, settled: str, call: Call) -> Params:
    """From one of ``allowed`` to ``settled``; AWS names what is in between in its refusal."""
    with call.state.begin() as transaction:
        record = find(kind, transaction, call.account, call.region, call.params)
        conventions.check_status(kind, record, allowed, passing)
        record = transaction.change(record, status=settled)
    return conventions.answer(kind, call, record)
