"""The logs of jobs and endpoints, and whether a job has ended."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from jupyter_smkit.client.calls import CallFailed

DESCRIBE = {
    "ProcessingJob": "DescribeProcessingJob",
    "TrainingJob": "DescribeTrainingJob",
    "TransformJob": "DescribeTransformJob",
    "AutoMLJob": "DescribeAutoMLJobV2",
}
"""The kinds of jobs. Streams in a kind's log group begin with the job's name."""
ENDED = frozenset({"Completed", "Failed", "Stopped"})
_PAUSE = 0.5
"""Seconds between two looks at a log that is followed."""


class Caller(Protocol):
    """``calls.Client``, or boto3 in its form."""

    def call(self, operation: str, /, service: str = "sagemaker", **params: Any) -> dict[str, Any]:
        """Raises CallFailed."""

    def pages(
        self, operation: str, result: str, /, service: str = "sagemaker", **params: Any
    ) -> Iterator[dict[str, Any]]: ...


@dataclass(frozen=True)
class Stream:
    group: str
    name: str


def describe_job(client: Caller, name: str) -> tuple[str, dict[str, Any]] | None:
    """The kind and the description of the job of that name."""
    for kind, operation in DESCRIBE.items():
        try:
            return kind, client.call(operation, **{f"{kind}Name": name})
        except CallFailed as failure:
            if failure.status >= 500:
                raise
    return None


def streams(client: Caller, name: str) -> list[Stream]:
    """Of a job or an endpoint, the oldest first."""
    found = _streams_in(client, f"/aws/sagemaker/Endpoints/{name}", "")
    for kind in DESCRIBE:
        found += _streams_in(client, f"/aws/sagemaker/{kind}s", name)
    return [stream for _, stream in sorted(found, key=lambda pair: pair[0])]


def _streams_in(client: Caller, group: str, owner: str) -> list[tuple[int, Stream]]:
    """With their times of creation; only those of ``owner`` in a group that many share."""
    prefix = {"logStreamNamePrefix": owner} if owner else {}
    entries = client.pages("DescribeLogStreams", "logStreams", "logs", logGroupName=group, **prefix)
    try:
        return [
            (entry.get("creationTime", 0), Stream(group, entry["logStreamName"]))
            for entry in entries
            if not owner or entry["logStreamName"].partition("/")[0] == owner
        ]
    except CallFailed as failure:
        if failure.code != "ResourceNotFoundException":
            raise
        return []


def lines(client: Caller, name: str, follow: bool = False) -> Iterator[str]:
    """The log's lines; when followed, those to come until the job has ended."""
    tokens: dict[Stream, str] = {}
    while True:
        # Asked before the log is read: what an ended job has written is all there.
        last_look = not follow or _ended(client, name)
        for stream in streams(client, name):
            yield from _unread(client, stream, tokens)
        if last_look:
            return
        time.sleep(_PAUSE)


def tail(client: Caller, name: str, count: int = 20) -> list[str]:
    """The last lines."""
    found: list[str] = []
    for stream in reversed(streams(client, name)):
        page = _events(client, stream, limit=count, startFromHead=False)
        found = [event["message"] for event in page["events"]] + found
        if len(found) >= count:
            break
    return found[-count:]


def _unread(client: Caller, stream: Stream, tokens: dict[Stream, str]) -> Iterator[str]:
    while True:
        token = tokens.get(stream)
        asked = {"nextToken": token} if token else {}
        page = _events(client, stream, startFromHead=True, **asked)
        for event in page["events"]:
            yield event["message"]
        tokens[stream] = page["nextForwardToken"]
        if tokens[stream] == token or not page["events"]:
            return


def _events(client: Caller, stream: Stream, **asked: Any) -> dict[str, Any]:
    names = {"logGroupName": stream.group, "logStreamName": stream.name}
    return client.call("GetLogEvents", "logs", **names, **asked)


def _ended(client: Caller, name: str) -> bool:
    found = describe_job(client, name)
    return found is not None and found[1][f"{found[0]}Status"] in ENDED
