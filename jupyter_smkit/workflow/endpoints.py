"""Endpoints: waiting for one, asking it, ending it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jupyter_smkit.client.switch import side
from jupyter_smkit.workflow import session, watch

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|nan|-?inf")
_SETTLED = frozenset({"InService", "Failed", "OutOfService", "UpdateRollbackFailed"})


class EndpointFailed(Exception):
    """An endpoint did not come into service; the message is its FailureReason."""


@dataclass(frozen=True)
class Endpoint:
    name: str
    config: str = ""
    """The configuration that an update is to bring; empty where none was asked for."""

    def describe(self) -> dict[str, Any]:
        return session.caller().call("DescribeEndpoint", EndpointName=self.name)

    def changes(self, tick: Callable[[], bool] = lambda: True) -> Iterator[dict[str, Any]]:
        """Its description now and whenever it changed, until it is in service or has failed."""
        return watch.changes(
            "Endpoint",
            self.name,
            self.describe,
            lambda found: found["EndpointStatus"] not in _SETTLED,
            tick,
        )

    def wait(self) -> Endpoint:
        """Returns when it is in service; raises EndpointFailed otherwise."""
        *_, last = self.changes()
        if last["EndpointStatus"] != "InService":
            raise EndpointFailed(
                f"{self.name}: {last.get('FailureReason', last['EndpointStatus'])}"
            )
        if self.config and last["EndpointConfigName"] != self.config:
            why = last.get("FailureReason", "the update was taken back")
            raise EndpointFailed(f"{self.name} serves what it served before: {why}")
        return self

    def parts(self) -> list[tuple[str, str]]:
        """The kinds and names of the configurations and models that were made with it: they bear
        its name, or that of an update of it, and serve no other endpoint."""
        caller = session.caller()
        like = self.name[:40].rstrip("-")
        found = caller.pages("ListEndpointConfigs", "EndpointConfigs", NameContains=like)
        configs = [name for each in found if self._bears(name := each["EndpointConfigName"])]
        here = session.find("DescribeEndpoint", EndpointName=self.name)
        if here and here["EndpointConfigName"] not in configs:
            return []
        others = [each["EndpointName"] for each in caller.pages("ListEndpoints", "Endpoints")]
        described = (session.find("DescribeEndpoint", EndpointName=name) for name in others)
        used = {
            each["EndpointConfigName"]
            for each in described
            if each and each["EndpointName"] != self.name
        }
        free = [name for name in configs if name not in used]
        models = {model for name in free for model in _models(name)}
        models -= {model for name in used for model in _models(name)}
        return [
            *(("EndpointConfig", name) for name in free),
            *(("Model", name) for name in sorted(models) if self._bears(name)),
        ]

    def _bears(self, name: str) -> bool:
        return name == self.name or session.made_from(self.name, name)

    def delete(self, alone: bool = False) -> list[str]:
        """Ends it and its ``parts``, unless it is to go ``alone``.

        What was deleted, such as ``Endpoint iris`` and ``Model iris``.
        """
        return remove([("Endpoint", self.name), *([] if alone else self.parts())])


def remove(records: Iterable[tuple[str, str]]) -> list[str]:
    """Deletes records by kind and name."""
    records = list(records)
    for kind, name in records:
        session.caller().call(f"Delete{kind}", **{f"{kind}Name": name})
    return [f"{kind} {name}" for kind, name in records]


def _models(config: str) -> list[str]:
    found = session.find("DescribeEndpointConfig", EndpointConfigName=config) or {}
    variants = found.get("ProductionVariants", ())
    return [each["ModelName"] for each in variants if "ModelName" in each]


def invoke(
    endpoint: Endpoint | str,
    body: bytes | str,
    content_type: str = "text/csv",
    accept: str = "",
) -> tuple[bytes, str]:
    """InvokeEndpoint; the answer's body and content type. Raises CallFailed."""
    name = endpoint.name if isinstance(endpoint, Endpoint) else endpoint
    wanted = {"Accept": accept} if accept else {}
    answer = session.caller().call(
        "InvokeEndpoint",
        "sagemaker-runtime",
        EndpointName=name,
        Body=body,
        ContentType=content_type,
        **wanted,
    )
    return answer["Body"].read(), answer["ContentType"]


def predict(endpoint: Endpoint | str, rows: Any) -> list[Any]:
    """The predictions for the rows of a frame: of each row a value, or a list of several."""
    is_polars = type(rows).__module__.startswith("polars")
    # smkit puts named columns in the model's order; AWS's containers want rows only.
    header = side() == "local"
    if is_polars:
        text = rows.write_csv(include_header=header)
    else:
        text = rows.to_csv(index=False, header=header)
    content_type = "text/csv; header=present" if header else "text/csv"
    body, answered = invoke(endpoint, text, content_type, "text/csv")
    return parse(body, answered)


def parse(body: bytes, content_type: str) -> list[Any]:
    """An answer of CSV or JSON as a list with an entry a row; numbers are numbers."""
    if "json" in content_type:
        found = json.loads(body)
        if isinstance(found, dict):
            found = found.get("predictions", [found])
        return found if isinstance(found, list) else [found]
    rows = [[_number(cell) for cell in row] for row in csv.reader(io.StringIO(body.decode()))]
    return [row[0] if len(row) == 1 else row for row in rows if row]


def _number(cell: str) -> Any:
    """Labels such as ``007`` and ``1_000`` are no numbers."""
    return float(cell) if _NUMBER.fullmatch(cell) else cell
