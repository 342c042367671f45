"""FilterLogEvents: a search through the streams of a log group, in the order of time."""

from __future__ import annotations

import heapq
import time
import zlib
from collections.abc import Iterator

from jupyter_smkit.api.numbers import whole
from jupyter_smkit.api.registry import Call, Params
from jupyter_smkit.services import filters, logfiles, loggroups
from jupyter_smkit.services.logfiles import Line
from jupyter_smkit.services.loggroups import InvalidParameter
from jupyter_smkit.services.paging import decode, encode

EVENTS = 10_000
BYTES = 1024 * 1024
"""Of the messages in one answer, each counted with 26 bytes more, as AWS counts them."""
OVERHEAD = 26
NEWEST = 2 * 3600 * 1000
"""Milliseconds that an event may be ahead of now."""
_SORTED = 256 * 1024
"""Bytes up to which a stream is put in order; a longer one is taken to be."""
_SEARCHED = 32 * 1024 * 1024
"""Bytes that one FilterLogEvents reads before it answers with a token to go on."""
_SECONDS = 1.0
"""Of CPU for which it searches before it does so: an expression may be slow."""
_SMALLEST_BLOCK, _LARGEST_BLOCK = 4 * 1024, 64 * 1024
_BLOCKS = 16 * 1024 * 1024
"""Bytes that the blocks of all streams of one search may take together, if they are many."""


def filter_log_events(call: Call) -> Params:
    """Events of many streams in the order of their times.

    A token says where the search stands: time, stream and offset of the last line looked at.
    """
    params = call.params
    group = loggroups.group_of(call)
    start, end = params.get("startTime", 0), params.get("endTime")
    matches = filters.compile_pattern(params.get("filterPattern", ""))
    after = _searched_to(params["nextToken"]) if params.get("nextToken") else None
    begin = max(start, after[0]) if after else start
    names = _wanted_streams(call, group, begin)
    block = max(_SMALLEST_BLOCK, min(_LARGEST_BLOCK, _BLOCKS // max(len(names), 1)))
    merged = heapq.merge(*(_numbered(call, group, name, begin, block) for name in names))
    limit = params.get("limit", EVENTS)
    events: list[Params] = []
    answered = searched = 0
    until = time.thread_time() + _SECONDS
    token = None
    for at, name, offset, line in merged:
        place = (at, name, offset)
        if (after is not None and place <= after) or at < start:
            continue
        if end is not None and at >= end:
            break
        if matches(line.message):
            answered += len(line.message) + OVERHEAD
            events.append(_event(name, line))
        searched += line.end - line.start
        full = len(events) >= limit or answered >= BYTES
        if full or searched >= _SEARCHED or time.thread_time() >= until:
            token = encode(f"{at} {offset} {name}")
            break
    return {"events": events, "searchedLogStreams": [], "nextToken": token}


def _searched_to(token: str) -> tuple[int, str, int]:
    at, _, rest = decode(token).partition(" ")
    offset, _, name = rest.partition(" ")
    times, offsets = whole(at), whole(offset)
    if times is None or offsets is None:
        raise InvalidParameter("The specified nextToken is invalid.")
    return times, name, offsets


def _wanted_streams(call: Call, group: str, begin: int) -> list[str]:
    """Streams that were written to since ``begin``; opened none of them."""
    if given := call.params.get("logStreamNames"):
        for name in given:
            loggroups.existing(call, group, name)
        return sorted(set(given))
    found = loggroups.streams(call, group, call.params.get("logStreamNamePrefix", ""))
    since = begin - NEWEST
    return sorted(name for name in found if loggroups.changed(call, group, name) >= since)


def _numbered(
    call: Call, group: str, name: str, begin: int, block: int
) -> Iterator[tuple[int, str, int, Line]]:
    file = loggroups.stream_file(call, group, name)
    offset = logfiles.offset_of(file, begin) if begin else 0
    lines = logfiles.forward(file, offset, block)
    if logfiles.size_of(file) < _SORTED:
        lines = iter(sorted(lines, key=lambda line: line.at))
    for line in lines:
        yield line.at, name, line.start, line


def _event(name: str, line: Line) -> Params:
    """Clients that follow a group know by the ``eventId``, across streams, what they have seen."""
    return {
        "logStreamName": name,
        "timestamp": line.at,
        "message": line.message,
        "ingestionTime": line.at,
        "eventId": f"{line.at:020d}{zlib.crc32(name.encode()):010d}{line.start:026d}",
    }
