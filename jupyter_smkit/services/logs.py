"""CloudWatch Logs over the log files of jobs and endpoints, and of groups that a user makes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from jupyter_smkit.api.errors import ApiError
from jupyter_smkit.api.numbers import whole
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.api.states import RECORD_ONLY
from jupyter_smkit.services import logfiles, loggroups
from jupyter_smkit.services.logfiles import Line
from jupyter_smkit.services.loggroups import InvalidParameter, changed, existing, group_of
from jupyter_smkit.services.logsearch import BYTES, EVENTS, NEWEST, OVERHEAD, filter_log_events
from jupyter_smkit.services.paging import decode, encode, page
from jupyter_smkit.state.records import AlreadyExists, Record

_STREAMS = 50
_MESSAGE = 1024 * 1024
_OLDEST = 14 * 24 * 3600 * 1000
"""Milliseconds before now from which on PutLogEvents takes events."""


class Exists(ApiError):
    code, status = "ResourceAlreadyExistsException", 400


def create_log_group(call: Call) -> Params:
    name = call.params["logGroupName"]
    loggroups.check_name(name)
    loggroups.check_folder(call, name)
    record = _record(call, name, call.params)
    try:
        with call.state.begin() as transaction:
            transaction.create(record, call.params.get("tags"))
    except AlreadyExists:
        raise Exists("The specified log group already exists") from None
    return {}


def delete_log_group(call: Call) -> Params:
    group = group_of(call)
    loggroups.remove(call, group)
    with call.state.begin() as transaction:
        if found := transaction.get(call.account, call.region, loggroups.KIND, group):
            transaction.delete(found)
    return {}


def describe_log_groups(call: Call) -> Params:
    known = loggroups.recorded(call)
    prefix = call.params.get("logGroupNamePrefix", "")
    part = call.params.get("logGroupNamePattern", "").lower()
    names = [
        name
        for name in loggroups.names(call, known)
        if name.startswith(prefix) and part in name.lower()
    ]
    size = call.params.get("limit", _STREAMS)
    found, token = page(names, str, call.params.get("nextToken"), size)
    return {
        "logGroups": [_describe_group(call, name, known.get(name)) for name in found],
        "nextToken": token,
    }


def _describe_group(call: Call, name: str, record: Record | None) -> Params:
    arn = call.arn(f"log-group:{name}", "logs")
    created = record.created if record else _born(loggroups.folder(call, name)) / 1000
    return {
        "logGroupName": name,
        "creationTime": created * 1000,
        "arn": f"{arn}:*",
        "logGroupArn": arn,
        "metricFilterCount": 0,
        "storedBytes": sum(
            logfiles.size_of(loggroups.stream_file(call, name, each))
            for each in loggroups.streams(call, name)
        ),
        "logGroupClass": record.request.get("logGroupClass", "STANDARD") if record else "STANDARD",
        "kmsKeyId": record.request.get("kmsKeyId") if record else None,
        "retentionInDays": record.observed.get("retentionInDays") if record else None,
    }


def put_retention_policy(call: Call) -> Params:
    """Recorded only: no log is removed."""
    return _retain(call, call.params["retentionInDays"])


def delete_retention_policy(call: Call) -> Params:
    return _retain(call, None)


def _retain(call: Call, days: int | None) -> Params:
    group = group_of(call)
    with call.state.begin() as transaction:
        found = transaction.get(call.account, call.region, loggroups.KIND, group)
        if found is None:
            found = transaction.create(_record(call, group, {"logGroupName": group}))
        transaction.change(found, observed={"retentionInDays": days})
    return {}


def create_log_stream(call: Call) -> Params:
    group = group_of(call)
    file = loggroups.stream_file(call, group, call.params["logStreamName"])
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        raise Exists("The specified log stream already exists") from None
    return {}


def delete_log_stream(call: Call) -> Params:
    loggroups.remove_file(call, _stream(call, group_of(call)))
    return {}


def put_log_events(call: Call) -> Params:
    file = _stream(call, group_of(call))
    events = call.params["logEvents"]
    times = [event["timestamp"] for event in events]
    if times != sorted(times):
        raise InvalidParameter(
            "Log events in a single PutLogEvents request must be in chronological order."
        )
    if any(len(event["message"].encode()) > _MESSAGE for event in events):
        raise InvalidParameter(f"Log event too large: more than {_MESSAGE} bytes")
    now = int(call.now * 1000)
    too_old = sum(at < now - _OLDEST for at in times)
    in_time = sum(at <= now + NEWEST for at in times)
    kept = events[too_old:in_time]
    logfiles.append(file, [(event["timestamp"], event["message"]) for event in kept])
    rejected = {
        "tooOldLogEventEndIndex": too_old or None,
        "tooNewLogEventStartIndex": in_time if in_time < len(events) else None,
    }
    return {
        "nextSequenceToken": f"{logfiles.size_of(file):056d}",
        "rejectedLogEventsInfo": rejected if len(kept) < len(events) else None,
    }


def describe_log_streams(call: Call) -> Params:
    group = group_of(call)
    prefix = call.params.get("logStreamNamePrefix", "")
    descending = call.params.get("descending", False)
    names = loggroups.streams(call, group, prefix)
    if call.params.get("orderBy") == "LastEventTime":
        if prefix:
            raise InvalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
        ordered = [(f"{changed(call, group, name):015d} {name}", name) for name in names]
    else:
        ordered = [(name, name) for name in names]
    ordered.sort(reverse=descending)
    if descending:
        ordered = _after(ordered, call.params.get("nextToken"))
        size = call.params.get("limit", _STREAMS)
        found, more = ordered[:size], len(ordered) > size
        token = encode(found[-1][0]) if more else None
    else:
        found, token = page(
            ordered,
            lambda each: each[0],
            call.params.get("nextToken"),
            call.params.get("limit", _STREAMS),
        )
    described = [_describe_stream(call, group, name) for _, name in found]
    return {"logStreams": described, "nextToken": token}


def _after(ordered: list[tuple[str, str]], token: str | None) -> list[tuple[str, str]]:
    position = decode(token) if token else None
    return [each for each in ordered if position is None or each[0] < position]


def _describe_stream(call: Call, group: str, name: str) -> Params:
    file = loggroups.stream_file(call, group, name)
    first = logfiles.first_time(file)
    return {
        "logStreamName": name,
        "creationTime": first if first is not None else _born(file),
        "firstEventTimestamp": first,
        "lastEventTimestamp": logfiles.last_time(file),
        "lastIngestionTime": changed(call, group, name),
        "uploadSequenceToken": f"{logfiles.size_of(file):056d}",
        "arn": call.arn(f"log-group:{group}:log-stream:{name}", "logs"),
        "storedBytes": 0,
    }


def get_log_events(call: Call) -> Params:
    """Tokens are byte offsets: ``f/N`` goes on behind the last event, ``b/N`` before the first.

    As on AWS, the token that came in goes out again where there is nothing further.
    """
    params = call.params
    file = _stream(call, group_of(call))
    start, end = params.get("startTime", 0), params.get("endTime")
    low = logfiles.offset_of(file, start) if start else 0
    limit = params.get("limit", EVENTS)
    token = params.get("nextToken")
    direction, position = _position(file, token) if token else ("", 0)
    if direction == "f" or (not token and params.get("startFromHead")):
        stop = max(low, position)
        found = _taken(_within(logfiles.forward(file, stop), start, end), limit)
    else:
        stop = position if token else logfiles.end_of(file)
        lines = _until(logfiles.backward(file, stop), low)
        found = _taken(_within(lines, start, end), limit)[::-1]
    first = found[0].start if found else stop
    last = found[-1].end if found else stop
    return {
        "events": [
            {"timestamp": line.at, "message": line.message, "ingestionTime": line.at}
            for line in found
        ],
        "nextForwardToken": f"f/{last}",
        "nextBackwardToken": f"b/{first}",
    }


def _position(file: Path, token: str) -> tuple[str, int]:
    direction, _, text = token.partition("/")
    offset = whole(text)
    if direction not in ("f", "b") or offset is None:
        raise InvalidParameter("The specified nextToken is invalid.")
    if not logfiles.is_boundary(file, offset):
        raise InvalidParameter("The specified nextToken is none of this log stream's.")
    return direction, offset


def _until(lines: Iterator[Line], low: int) -> Iterator[Line]:
    for line in lines:
        if line.start < low:
            return
        yield line


def _within(lines: Iterator[Line], start: int, end: int | None) -> Iterator[Line]:
    return (line for line in lines if line.at >= start and (end is None or line.at < end))


def _taken(lines: Iterator[Line], limit: int) -> list[Line]:
    found: list[Line] = []
    size = 0
    for line in islice(lines, limit):
        size += len(line.message) + OVERHEAD
        if found and size > BYTES:
            break
        found.append(line)
    return found


def _record(call: Call, group: str, request: Params) -> Record:
    arn = call.arn(f"log-group:{group}", "logs")
    at = call.now
    return Record(
        call.account, call.region, loggroups.KIND, group, arn, "Active", request, {}, at, at
    )


def _stream(call: Call, group: str) -> Path:
    return existing(call, group, call.params["logStreamName"])


def _born(path: Path) -> int:
    try:
        return path.stat().st_ctime_ns // 1_000_000
    except FileNotFoundError:
        return 0


def register(api: Registry) -> None:
    operations: tuple[Any, ...] = (
        create_log_group,
        delete_log_group,
        describe_log_groups,
        put_retention_policy,
        delete_retention_policy,
        create_log_stream,
        delete_log_stream,
        put_log_events,
        describe_log_streams,
        get_log_events,
        filter_log_events,
    )
    for each in operations:
        name = "".join(word.capitalize() for word in each.__name__.split("_"))
        api.operation("logs", name)(each)
    for retention in ("PutRetentionPolicy", "DeleteRetentionPolicy"):
        api.states["logs", retention] = RECORD_ONLY
