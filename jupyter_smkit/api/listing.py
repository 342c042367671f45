"""List operations: filters, sorting and paging in SQL, by what their input shape offers."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.model import OperationModel, Shape
from sqlalchemy import ColumnElement, String, and_, cast, func, or_

from jupyter_smkit.api.errors import SerializationException, ValidationException
from jupyter_smkit.api.kinds import ARN, NAME, Kind
from jupyter_smkit.api.numbers import whole
from jupyter_smkit.api.protocols.documents import checked_text
from jupyter_smkit.api.registry import Call
from jupyter_smkit.state.records import Record
from jupyter_smkit.state.schema import records

_LARGEST_PAGE = 100
_TIMES = {
    "CreationTimeAfter": (records.c.created, True),
    "CreationTimeBefore": (records.c.created, False),
    "CreatedAfter": (records.c.created, True),
    "CreatedBefore": (records.c.created, False),
    "LastModifiedTimeAfter": (records.c.modified, True),
    "LastModifiedTimeBefore": (records.c.modified, False),
    "ModifiedTimeAfter": (records.c.modified, True),
    "ModifiedTimeBefore": (records.c.modified, False),
}
_PAGING = ("MaxResults", "NextToken", "SortBy", "SortOrder")


@dataclass(frozen=True)
class Page:
    records: list[Record]
    token: str | None


@dataclass(frozen=True)
class Order:
    """What a page is sorted by: a column, or a member of the records."""

    name: str
    column: Any
    member: str = ""

    def value(self, record: Record) -> Any:
        if self.member:
            return str(record.member(self.member) or "")
        return getattr(record, self.name)


def items_of(model: OperationModel) -> tuple[str, Shape]:
    """The list in the operation's output: its name and the shape of an item."""
    for name, shape in model.output_shape.members.items():
        if shape.type_name == "list":
            return name, shape.member
    raise TypeError(f"{model.name} lists nothing")


def page(kind: Kind, call: Call, *conditions: ColumnElement[bool]) -> Page:
    """One page of a kind's records as the parameters of ``call`` ask for."""
    params = call.params
    size = min(int(params.get("MaxResults") or kind.page), _LARGEST_PAGE)
    order = _order(kind, str(params.get("SortBy") or kind.sort_by))
    asked = str(params.get("SortOrder") or ("Ascending" if kind.ascending else "Descending"))
    descending = asked.lower() == "descending"
    where = [
        records.c.account == call.account,
        records.c.region == call.region,
        records.c.kind == kind.name,
        *conditions,
        *_filters(kind, params),
    ]
    if token := params.get("NextToken"):
        where.append(_after(order, descending, token))
    column, key = order.column, records.c.key
    by = (column.desc(), key.desc()) if descending else (column, key)
    with call.state.read() as transaction:
        found = transaction.where(*where, order=by, limit=size + 1)
    more = len(found) > size
    return Page(found[:size], _token(order, found[size - 1]) if more else None)


def _order(kind: Kind, sort_by: str) -> Order:
    """``Name``, ``CREATION_TIME``, ``HubStatus``…; else a member: ``SourceArn``, or
    ``DEVICE_FLEET_NAME``."""
    match sort_by.replace("_", "").lower().removeprefix(kind.name.lower()):
        case "name":
            return Order("name", records.c.name)
        case "status":
            return Order("status", records.c.status)
        case "lastmodifiedtime" | "modifiedtime" | "updatedat":
            return Order("modified", records.c.modified)
        case "creationtime" | "createdtime" | "createdate" | "version" | "":
            return Order("created", records.c.created)
        case _:
            member = sort_by.title().replace("_", "") if "_" in sort_by else sort_by
            return Order(sort_by, func.coalesce(_member(kind, member), ""), member=member)


def _filters(kind: Kind, params: dict[str, Any]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name, value in params.items():
        if name in _PAGING or name in kind.unfiltered or value is None:
            continue
        if name in _TIMES:
            column, after = _TIMES[name]
            at = value.timestamp() if isinstance(value, datetime) else float(value)
            found.append(column >= at if after else column <= at)
        elif name == "NameContains" or name == f"{kind.name}NameContains":
            found.append(func.lower(records.c.name).contains(str(value).lower(), autoescape=True))
        elif name.endswith("Contains"):
            member = _member(kind, name.removesuffix("Contains"))
            found.append(member.contains(str(value), autoescape=True))
        elif name == f"{kind.name}NamePrefix":
            found.append(records.c.name.startswith(str(value), autoescape=True))
        elif name in ("StatusEquals", "Status", kind.status):
            found.append(records.c.status == value)
        else:
            found.append(_member(kind, name.removesuffix("Equals")) == str(value))
    return found


def _member(kind: Kind, name: str) -> ColumnElement[str]:
    """A scalar member of the record, as text."""
    path = kind.paths.get(name, name)
    if path in (ARN, NAME):
        return records.c.arn if path == ARN else records.c.name
    steps = tuple(path.split("."))
    found = (each[steps].as_string() for each in (records.c.observed, records.c.request))
    return func.coalesce(*(cast(each, String) for each in found))


def _token(order: Order, last: Record) -> str:
    value = order.value(last)
    return base64.urlsafe_b64encode(json.dumps([order.name, value, last.key]).encode()).decode()


def offset(call: Call) -> int:
    """How many items of a list that is small enough to be counted a NextToken passes over."""
    start = whole(str(call.params.get("NextToken") or 0))
    if start is None:
        raise ValidationException(f"The NextToken is not one that {call.operation} gave")
    return start


def _after(order: Order, descending: bool, token: str) -> ColumnElement[bool]:
    try:
        sorted_by, value, key = json.loads(base64.urlsafe_b64decode(token))
        if sorted_by != order.name or not isinstance(key, str):
            raise ValueError
        if not isinstance(value, str if order.name not in ("created", "modified") else float):
            raise TypeError
        checked_text(f"{value}{key}")
    except (ValueError, TypeError, RecursionError, SerializationException):
        raise ValidationException(
            "The NextToken is not one that this operation gave with this SortBy"
        ) from None
    column = order.column
    tie = records.c.key < key if descending else records.c.key > key
    beyond = column < value if descending else column > value
    return or_(beyond, and_(column == value, tie))
