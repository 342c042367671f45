"""A resource kind, declared: its operations follow by convention (see ``conventions``)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from jupyter_smkit.api.errors import ResourceNotFound
from jupyter_smkit.state.lifecycle import Lifecycle
from jupyter_smkit.state.records import Record, Transaction

_VERBS = ("Create", "Describe", "List", "Update", "Delete")


@dataclass(frozen=True)
class Reference:
    """A member of Create that must name an existing record of another kind."""

    member: str
    """Path in the request, ``a.b[].c``; a value that is absent is not checked."""
    kind: str


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
    status: str = ""
    """The member that shows the status; found in the service model where this is empty."""
    refers: tuple[Reference, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Members of Describe that the client left out."""
    operations: Mapping[str, str] = field(default_factory=dict)
    """Operations off the convention: ``{"List": "ListAliases"}``; an empty name: none."""
    missing: str = "Could not find {kind} {key}."
    in_use: str = "{kind} with name {key} already exists"
    service: str = "sagemaker"
    deletable: frozenset[str] = frozenset()
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
        """The operation's name for one of Create, Describe, List, Update, Delete."""
        if verb in self.operations:
            return self.operations[verb]
        return verb + (plural(self.name) if verb == "List" else self.name)

    def verbs(self, known: frozenset[str]) -> dict[str, str]:
        """Operation → verb, of those in ``known``."""
        return {self.operation(verb): verb for verb in _VERBS if self.operation(verb) in known}

    def key_of(self, params: Mapping[str, Any]) -> str:
        return "/".join(str(params.get(member, "")) for member in self.key_members)

    def generate(self) -> dict[str, str]:
        """New values of the key members that the service makes: 12 random characters each."""
        alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
        return {
            member: prefix + "".join(secrets.choice(alphabet) for _ in range(12))
            for member, prefix in self.generated.items()
        }

    def not_found(self, key: str) -> ResourceNotFound:
        return ResourceNotFound(self.missing.format(kind=self.words, key=key))


def plural(name: str) -> str:
    if name.endswith("y") and name[-2] not in "aeiou":
        return name[:-1] + "ies"
    return name + "s"


def find(
    kind: Kind, transaction: Transaction, account: str, region: str, params: Mapping[str, Any]
) -> Record:
    """The record that a request means, by its key or its ARN; raises ResourceNotFound."""
    own = next((m for m in kind.key_members if str(params.get(m, "")).startswith("arn:")), None)
    if own is None:
        given = [m for m in params if m.endswith("Arn") and str(params[m]).startswith("arn:")]
        own = given[0] if given and not any(m in params for m in kind.key_members) else None
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
