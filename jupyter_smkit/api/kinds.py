"""A resource kind, declared: its operations follow by convention (see ``conventions``)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from jupyter_smkit.api.errors import ApiError
from jupyter_smkit.state.lifecycle import Lifecycle
from jupyter_smkit.state.records import Record, Transaction

_VERBS = ("Create", "Describe", "List", "Update", "Delete", "Stop")
ARN, NAME, VERSION = "@arn", "@name", "@version"
"""Paths that lead to the record itself instead of into its request."""


@dataclass(frozen=True)
class Reference:
    """A member of Create that must name an existing record of another kind."""

    member: str
    """Path in the request, ``a.b[].c``; a value that is absent is not checked."""
    kind: str
    on_delete: Literal["", "restrict", "cascade"] = ""
    """When the other is deleted: ``restrict`` keeps it while this record is there, ``cascade``
    deletes this record with it. Needs ``member`` at the top, named as the other's key is."""


@dataclass(frozen=True)
class Kind:
    """Ten lines that say what differs from the convention.

    ``ProcessingJob`` alone gives CreateProcessingJob, DescribeProcessingJob, ListProcessingJobs,
    UpdateProcessingJob and DeleteProcessingJob, as far as the service model has them.
    """

    name: str
    arn: str
    """The resource part, filled from the request: ``processing-job/{ProcessingJobName}``."""
    key: tuple[str, ...] = ()
    """The members that identify it; by default ``<name>Name``."""
    generated: Mapping[str, str] = field(default_factory=dict)
    """Key members that the service makes, by prefix: ``{"DomainId": "d-"}``."""
    lifecycle: Lifecycle | None = None
    """None: recorded only, and settled at once in ``settled``."""
    settled: str = "InService"
    """The status of a record-only kind; one that its service model does not show does no harm."""
    no_effect: str = ""
    """What AWS would do beside keeping the record and smkit does not: it is recorded only."""
    not_yet: bool = False
    """Create answers ``not supported by smkit yet``; lists are empty, and nothing is found."""
    status: str = ""
    """The member that shows the status; found in the service model where this is empty."""
    refers: tuple[Reference, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Members of Describe that the client left out."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """Members of outputs and filters that stand elsewhere in the request:
    ``{"SourceUri": "Source.SourceUri"}``; also ARN, NAME and VERSION."""
    merged: frozenset[str] = frozenset()
    """Maps to which Update adds; other members it replaces."""
    sort_by: str = "CreationTime"
    ascending: bool = False
    """The order of List where the client names none, as AWS documents it."""
    page: int = 100
    """List's MaxResults where the client names none."""
    unfiltered: frozenset[str] = frozenset()
    """Parameters of List that choose nothing among one's own records."""
    operations: Mapping[str, str] = field(default_factory=dict)
    """Operations off the convention: ``{"List": "ListAliases"}``; an empty name: none."""
    missing: str = "Could not find {kind} {key}."
    missing_code: str = ""
    """Where AWS answers another code than its service model says."""
    in_use: str = "{kind} with name {key} already exists"
    service: str = "sagemaker"
    deletable: Collection[str] = ()
    """The statuses in which Delete is allowed; empty: any."""

    @property
    def key_members(self) -> tuple[str, ...]:
        return self.key or (f"{self.name}Name",)

    @cached_property
    def words(self) -> str:
        """``ProcessingJob`` → ``processing job``, for messages."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", self.name).lower()

    @property
    def initial(self) -> str:
        return self.lifecycle.initial if self.lifecycle else self.settled

    def operation(self, verb: str) -> str:
        """The operation's name for one of Create, Describe, List, Update, Delete, Stop."""
        if verb in self.operations:
            return self.operations[verb]
        return verb + (plural(self.name) if verb == "List" else self.name)

    def verbs(self, known: frozenset[str]) -> dict[str, str]:
        """Operation → verb, of those in ``known``; Stop only where nothing can run yet."""
        verbs = _VERBS if self.not_yet else _VERBS[:-1]
        return {self.operation(verb): verb for verb in verbs if self.operation(verb) in known}

    def key_of(self, params: Mapping[str, Any]) -> str:
        return "/".join(str(params.get(member, "")) for member in self.key_members)

    def name_of(self, params: Mapping[str, Any]) -> str:
        """What a person calls it: ``DomainName``, not the generated ``DomainId``."""
        for member in (f"{self.name}Name", "Name", self.key_members[-1]):
            if params.get(member):
                return str(params[member])
        return self.key_of(params)

    def generate(self) -> dict[str, str]:
        """New values of the key members that the service makes: 12 random digits each.

        Some ARNs allow only upper-case letters beside digits, others only lower-case ones.
        """
        return {
            member: f"{prefix}{secrets.randbelow(10**12):012}"
            for member, prefix in self.generated.items()
        }

    def not_found(self, key: str) -> ApiError:
        """With the code that the service model gives Describe: some kinds have no ResourceNotFound."""
        from jupyter_smkit.api.refusal import refusal

        message = self.missing.format(kind=self.words, key=key)
        if self.missing_code:
            return ApiError(message, code=self.missing_code, status=400)
        return refusal(self.service, self.operation("Describe"), message, "ResourceNotFound")


def plural(name: str) -> str:
    if name.endswith("y") and name[-2] not in "aeiou":
        return name[:-1] + "ies"
    return name + "s"


def find(
    kind: Kind, transaction: Transaction, account: str, region: str, params: Mapping[str, Any]
) -> Record:
    """The record that a request means, by its key or its ARN; raises what ``not_found`` gives."""
    own = next((m for m in kind.key_members if str(params.get(m, "")).startswith("arn:")), None)
    if own is None and not any(m in params for m in kind.key_members):
        given = [m for m in params if m.endswith("Arn") and str(params[m]).startswith("arn:")]
        own = min(given, key=lambda m: m not in (f"{kind.name}Arn", "Arn"), default=None)
    if own is not None:
        found = transaction.by_arn(params[own])
        key = params[own]
        if found and (found.kind, found.account, found.region) != (kind.name, account, region):
            found = None
    else:
        key = kind.key_of(params)
        found = transaction.get(account, region, kind.name, key)
    if found is None:
        raise kind.not_found(key)
    return found


def values_at(params: Any, path: str) -> list[Any]:
    """What stands at ``a.b[].c`` in a request: each value that is there."""
    found = [params]
    for step in path.split("."):
        name = step.removesuffix("[]")
        found = [value[name] for value in found if isinstance(value, dict) and name in value]
        if step.endswith("[]"):
            found = [item for items in found for item in items or ()]
    return [value for value in found if value is not None]


def member_at(record: Record, path: str) -> Any:
    """What a path of :attr:`Kind.paths` leads to; None where nothing is there."""
    if path.startswith("@"):
        return {ARN: record.arn, NAME: record.name, VERSION: record.version}[path]
    return next(iter(values_at({**record.request, **record.observed}, path)), None)
