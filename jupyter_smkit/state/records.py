"""Records: every resource is one, and its status changes only by compare-and-set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from jupyter_smkit.state import shared
from jupyter_smkit.state.lifecycle import Lifecycle
from jupyter_smkit.state.schema import events, lease, records, tags

Json = dict[str, Any]
Identity = tuple[str, str, str, str]
"""Account, region, kind and key of a record."""
KEPT_EVENTS = 10_000
"""Events that are not forgotten: who comes back later is told of a gap."""


class AlreadyExists(Exception):
    """There is a record of this kind and key."""


class Stale(Exception):
    """The record has changed since it was read: read it again and decide anew."""


class IllegalTransition(Exception):
    """The kind's lifecycle has no such move."""


class LeaseLost(Exception):
    """Another daemon has taken over: this one may not write any more."""


@dataclass(frozen=True)
class Record:
    account: str
    region: str
    kind: str
    key: str
    """Unique in account, region and kind; a composite key joins its parts with ``/``."""
    arn: str
    status: str
    request: Json
    """What the client asked for, as the service model parsed it."""
    observed: Json
    """What smkit found or did: members of Describe, and facts of controllers under ``_``."""
    created: float
    modified: float
    version: int = 1
    name: str = ""
    parent: str = ""
    """The ARN of the record that has made it for itself: whose end is its end."""

    @property
    def identity(self) -> Identity:
        return (self.account, self.region, self.kind, self.key)

    def member(self, name: str, default: Any = None) -> Any:
        """A member as Describe shows it: what was observed goes before what was asked for."""
        return self.observed.get(name, self.request.get(name, default))


@dataclass(frozen=True)
class Event:
    seq: int
    at: float
    account: str
    region: str
    kind: str
    key: str
    type: str
    """``created``, ``changed`` or ``deleted``"""
    status: str
    was: str
    parent: str = ""

    @property
    def identity(self) -> Identity:
        return (self.account, self.region, self.kind, self.key)


# Built once: to build it takes twice as long as to answer it.
_ONE = select(records).where(
    *(records.c[name] == bindparam(name) for name in ("account", "region", "kind", "key"))
)


class Transaction:
    """Reads and writes of one transaction. Get one from :meth:`State.begin` or ``read``."""

    def __init__(self, connection: Connection, state: State) -> None:
        self.connection = connection
        self._state = state
        self.changed = False

    def get(self, account: str, region: str, kind: str, key: str) -> Record | None:
        of = {"account": account, "region": region, "kind": kind, "key": key}
        found = self.connection.execute(_ONE, of).first()
        return _record(found) if found else None

    def by_arn(self, arn: str) -> Record | None:
        found = self.where(records.c.arn == arn)
        return found[0] if found else None

    def where(
        self, *conditions: ColumnElement[bool], order: Sequence[Any] = (), limit: int | None = None
    ) -> list[Record]:
        query = select(records).where(and_(*conditions)).order_by(*order).limit(limit)
        return [_record(row) for row in self.connection.execute(query)]

    def identities(self, *conditions: ColumnElement[bool]) -> list[Identity]:
        """Of the records that match, the oldest first."""
        at = records.c
        query = select(at.account, at.region, at.kind, at.key).where(*conditions)
        rows = self.connection.execute(query.order_by(at.created))
        return [(account, region, kind, key) for account, region, kind, key in rows]

    def children(self, parent: Record, *conditions: ColumnElement[bool]) -> list[Record]:
        """The oldest first."""
        order = (records.c.created, records.c.key)
        return self.where(records.c.parent == parent.arn, *conditions, order=order)

    def create(self, record: Record, labels: Mapping[str, str] | None = None) -> Record:
        """Raises AlreadyExists."""
        try:
            self.connection.execute(insert(records).values(_values(record)))
        except IntegrityError:
            raise AlreadyExists(record.key) from None
        self.tag(record.arn, labels or {})
        self._append(record, "created")
        return record

    def change(
        self,
        record: Record,
        *,
        status: str | None = None,
        observed: Json | None = None,
        request: Json | None = None,
        touch: bool = True,
    ) -> Record:
        """Merges ``observed`` and ``request`` into the record and moves it to ``status``.

        A member that is None in ``observed`` is removed. ``touch`` false leaves the time of last
        modification. Raises Stale where the record is no longer at (status, version), and
        IllegalTransition.
        """
        following = status or record.status
        allowed = self._state.lifecycles.get(record.kind)
        if allowed and not allowed.allows(record.status, following):
            raise IllegalTransition(f"{record.kind} {record.key}: {record.status} → {following}")
        merged = {**record.observed, **(observed or {})}
        changed = replace(
            record,
            status=following,
            version=record.version + 1,
            observed={name: value for name, value in merged.items() if value is not None},
            request={**record.request, **(request or {})},
            modified=self._state.clock() if touch else record.modified,
        )
        result = self.connection.execute(
            update(records).where(_exactly(record)).values(_values(changed))
        )
        if result.rowcount != 1:
            raise Stale(f"{record.kind} {record.key}")
        self._append(changed, "changed", was=record.status)
        return changed

    def delete(self, record: Record) -> None:
        """Raises Stale."""
        if self.connection.execute(delete(records).where(_exactly(record))).rowcount != 1:
            raise Stale(f"{record.kind} {record.key}")
        self.connection.execute(delete(tags).where(tags.c.arn == record.arn))
        self._append(record, "deleted")

    def tag(self, arn: str, labels: Mapping[str, str]) -> None:
        self.untag(arn, list(labels))
        for key, value in labels.items():
            self.connection.execute(insert(tags).values(arn=arn, key=key, value=value))

    def untag(self, arn: str, keys: Sequence[str]) -> None:
        if keys:
            self.connection.execute(delete(tags).where(tags.c.arn == arn, tags.c.key.in_(keys)))

    def tags(self, arn: str) -> dict[str, str]:
        found = self.connection.execute(
            select(tags.c.key, tags.c.value).where(tags.c.arn == arn).order_by(tags.c.key)
        )
        return {row.key: row.value for row in found}

    def tags_of(self, *conditions: ColumnElement[bool]) -> dict[str, dict[str, str]]:
        """Of all records that match, by ARN."""
        wanted = select(records.c.arn).where(*conditions)
        query = select(tags).where(tags.c.arn.in_(wanted)).order_by(tags.c.key)
        found: dict[str, dict[str, str]] = {}
        for row in self.connection.execute(query):
            found.setdefault(row.arn, {})[row.key] = row.value
        return found

    def _append(self, record: Record, type: str, was: str = "") -> None:
        self.changed = True
        self.connection.execute(
            insert(events).values(
                at=self._state.clock(),
                account=record.account,
                region=record.region,
                kind=record.kind,
                key=record.key,
                type=type,
                status=record.status,
                was=was if was != record.status else "",
                parent=record.parent,
            )
        )


@dataclass
class State:
    """The only door to the database."""

    engine: Engine
    clock: Callable[[], float]
    lifecycles: Mapping[str, Lifecycle] = field(default_factory=dict)
    wake: Callable[[], object] = lambda: None
    """Called after each commit that changed a record."""
    epoch: int | None = None
    """The lease under which a controller writes; None for the API, which needs none."""

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """A transaction that writes. Raises LeaseLost."""
        with self._writing() as connection:
            shared.in_turn(connection)
            if self.epoch is not None and _epoch(connection) != self.epoch:
                raise LeaseLost
            transaction = Transaction(connection, self)
            yield transaction
            if transaction.changed:
                shared.notify(connection)
        if transaction.changed:
            self.wake()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self.engine.connect() as connection, connection.begin():
            yield Transaction(connection, self)

    def get(self, account: str, region: str, kind: str, key: str) -> Record | None:
        with self.read() as transaction:
            return transaction.get(account, region, kind, key)

    def change(self, record: Record, **changes: Any) -> Record:
        """One :meth:`Transaction.change` in a transaction of its own."""
        with self.begin() as transaction:
            return transaction.change(record, **changes)

    def events(self, after: int, limit: int = 500) -> list[Event]:
        query = select(events).where(events.c.seq > after).order_by(events.c.seq).limit(limit)
        with self.engine.connect() as connection:
            return [Event(**row._mapping) for row in connection.execute(query)]

    def kept_events(self) -> tuple[int, int]:
        """The first and the last sequence number that there is; the last is 0 where none is."""
        query = select(func.min(events.c.seq), func.max(events.c.seq))
        with self.engine.connect() as connection:
            first, last = connection.execute(query).one()
        return first or 1, last or 0

    def forget_events(self, keep: int = KEPT_EVENTS) -> int:
        """Removes all but the newest; answers how many. Raises LeaseLost."""
        newest = select(func.max(events.c.seq)).scalar_subquery()
        with self.begin() as transaction:
            gone = delete(events).where(events.c.seq <= newest - keep)
            return transaction.connection.execute(gone).rowcount

    def take_lease(self, name: str = "daemon") -> int:
        """Counts one holder further: the epoch under which the new holder may write."""
        with self._writing() as connection:
            epoch = (_epoch(connection, name) or 0) + 1
            connection.execute(delete(lease).where(lease.c.name == name))
            connection.execute(insert(lease).values(name=name, epoch=epoch))
        return epoch

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        options = {"smkit_writes": True}
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection


def _epoch(connection: Connection, name: str = "daemon") -> int | None:
    return connection.execute(select(lease.c.epoch).where(lease.c.name == name)).scalar()


def _exactly(record: Record) -> ColumnElement[bool]:
    return and_(
        records.c.account == record.account,
        records.c.region == record.region,
        records.c.kind == record.kind,
        records.c.key == record.key,
        records.c.status == record.status,
        records.c.version == record.version,
    )


def _record(row: Row[Any]) -> Record:
    return Record(**row._mapping)


def _values(record: Record) -> Json:
    return {**record.__dict__, "name": record.name or record.key}
