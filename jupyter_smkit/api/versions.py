"""Numbered versions of a resource, each a record of its own."""

from __future__ import annotations

from typing import Any

from jupyter_smkit.api.kinds import Kind
from jupyter_smkit.api.registry import Call
from jupyter_smkit.state.records import Record, Transaction
from jupyter_smkit.state.schema import records


def versions(kind: Kind, call: Call, transaction: Transaction, **members: Any) -> list[Record]:
    """The records of ``kind`` whose requests have ``members``, oldest first."""
    return transaction.where(
        records.c.account == call.account,
        records.c.region == call.region,
        records.c.kind == kind.name,
        *(records.c.request[name].as_string() == str(value) for name, value in members.items()),
        order=(records.c.created, records.c.key),
    )


def next_version(transaction: Transaction, parent: Record) -> int:
    """Counts on at the parent, so that a deleted version's number is not given again."""
    number = int(parent.observed.get("_versions", 0)) + 1
    transaction.change(parent, observed={"_versions": number}, touch=False)
    return number
