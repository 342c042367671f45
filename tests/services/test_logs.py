"""Reading the logs of jobs as boto3, the SageMaker SDK and the AWS CLI read them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from jupyter_smkit.compute.logfile import path

GROUP = "/aws/sagemaker/TrainingJobs"


def test_a_jobs_log_from_its_head(logs: Any, job_log: Any, unique: Callable[[str], str]) -> None:
    job = unique("job")
    before = job_log(f"{job}/algo-1", [f"epoch {number}" for number in range(7)])

    streams = logs.describe_log_streams(
        logGroupName=GROUP, logStreamNamePrefix=f"{job}/", orderBy="LogStreamName"
    )["logStreams"]
    assert [each["logStreamName"] for each in streams] == [f"{job}/algo-1"]
    assert streams[0]["firstEventTimestamp"] >= before

    page = read(logs, f"{job}/algo-1", startFromHead=True, limit=4)
    assert messages(page) == [f"epoch {number}" for number in range(4)]
    page = read(logs, f"{job}/algo-1", nextToken=page["nextForwardToken"])
    assert messages(page) == ["epoch 4", "epoch 5", "epoch 6"]
    at_end = read(logs, f"{job}/algo-1", nextToken=page["nextForwardToken"])
    assert at_end["events"] == []
    assert at_end["nextForwardToken"] == page["nextForwardToken"]

    job_log(f"{job}/algo-1", ["done"])
    assert messages(read(logs, f"{job}/algo-1", nextToken=at_end["nextForwardToken"])) == ["done"]


def test_the_end_of_a_log_comes_first_without_start_from_head(
    logs: Any, job_log: Any, unique: Callable[[str], str]
) -> None:
    stream = unique("job") + "/algo-1"
    job_log(stream, [f"line {number}" for number in range(50_000)])
    page = read(logs, stream, limit=3)
    assert messages(page) == ["line 49997", "line 49998", "line 49999"]
    page = read(logs, stream, limit=2, nextToken=page["nextBackwardToken"])
    assert messages(page) == ["line 49995", "line 49996"]


def test_a_line_that_is_being_written_comes_when_it_is_whole(
    api: Any, logs: Any, unique: Callable[[str], str]
) -> None:
    stream = unique("job") + "/algo-1"
    file = path(api.home, "123456789012", "us-east-1", GROUP, stream)
    file.parent.mkdir(parents=True)
    line = b"1700000000000 whole\n"
    file.write_bytes(line[:9])
    begun = read(logs, stream)
    assert begun["events"] == []

    file.write_bytes(line)
    assert messages(read(logs, stream, nextToken=begun["nextForwardToken"])) == ["whole"]


def test_every_line_is_read_once(logs: Any, job_log: Any, unique: Callable[[str], str]) -> None:
    stream = unique("job") + "/algo-1"
    lines = [f"{number} " + "x" * (number % 300) for number in range(20_000)]
    job_log(stream, lines)
    seen: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = read(logs, stream, startFromHead=True, **token)
        if not page["events"]:
            break
        seen += messages(page)
        token = {"nextToken": page["nextForwardToken"]}
    assert seen == lines
    backward: list[str] = []
    token = {}
    while (page := read(logs, stream, **token))["events"]:
        backward = messages(page) + backward
        token = {"nextToken": page["nextBackwardToken"]}
    assert backward == lines


def test_events_of_a_time(logs: Any, unique: Callable[[str], str]) -> None:
    group, stream = own_stream(logs, unique)
    now = int(time.time() * 1000)
    put(logs, group, stream, [(now - 3000, "old"), (now - 2000, "mid"), (now - 1000, "new")])
    page = logs.get_log_events(
        logGroupName=group,
        logStreamName=stream,
        startTime=now - 2000,
        endTime=now - 1000,
        startFromHead=True,
    )
    assert messages(page) == ["mid"]


def test_filtering_many_streams(logs: Any, job_log: Any, unique: Callable[[str], str]) -> None:
    job = unique("job")
    before = job_log(f"{job}/algo-1", ["loss=0.5", "ERROR out of memory", "ERROR disk"])
    job_log(f"{job}/algo-2", ["loss=0.4", "ERROR network"])
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=GROUP,
        logStreamNamePrefix=job,
        filterPattern="ERROR -disk",
        startTime=before,
        PaginationConfig={"PageSize": 1},
    )
    events = [event for page in pages for event in page["events"]]
    assert [(each["logStreamName"][-1], each["message"]) for each in events] == [
        ("1", "ERROR out of memory"),
        ("2", "ERROR network"),
    ]


def test_events_of_two_streams_at_one_time_have_ids_of_their_own(
    logs: Any, unique: Callable[[str], str]
) -> None:
    group, now = unique("group"), int(time.time() * 1000)
    logs.create_log_group(logGroupName=group)
    for stream in ("algo-1", "algo-2"):
        place = {"logGroupName": group, "logStreamName": stream}
        logs.create_log_stream(**place)
        logs.put_log_events(**place, logEvents=[{"timestamp": now, "message": "started"}])
    events = logs.filter_log_events(logGroupName=group)["events"]
    assert len({each["eventId"] for each in events}) == len(events) == 2


def test_messages_keep_their_lines(logs: Any, unique: Callable[[str], str]) -> None:
    group, stream = own_stream(logs, unique)
    now = int(time.time() * 1000)
    put(logs, group, stream, [(now, "Traceback:\n  line ü"), (now, "next")])
    page = logs.get_log_events(logGroupName=group, logStreamName=stream)
    assert messages(page) == ["Traceback:\n  line ü", "next"]


def test_events_out_of_time_are_rejected(logs: Any, unique: Callable[[str], str]) -> None:
    group, stream = own_stream(logs, unique)
    now = int(time.time() * 1000)
    day = 24 * 3600 * 1000
    answer = put(logs, group, stream, [(now - 20 * day, "a"), (now, "b"), (now + day, "c")])
    assert answer["rejectedLogEventsInfo"] == {
        "tooOldLogEventEndIndex": 1,
        "tooNewLogEventStartIndex": 2,
    }
    assert messages(logs.get_log_events(logGroupName=group, logStreamName=stream)) == ["b"]


def test_groups_are_found(logs: Any, job_log: Any, unique: Callable[[str], str]) -> None:
    job_log(unique("job") + "/algo-1", ["x"])
    found = logs.describe_log_groups(logGroupNamePrefix="/aws/sagemaker/Tr")["logGroups"]
    assert [each["logGroupName"] for each in found] == [GROUP]
    assert found[0]["storedBytes"] > 0


def test_the_life_of_a_group(logs: Any, unique: Callable[[str], str]) -> None:
    group, stream = own_stream(logs, unique)
    with pytest.raises(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)
    with pytest.raises(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert found[0]["retentionInDays"] == 7
    logs.delete_log_stream(logGroupName=group, logStreamName=stream)
    assert logs.describe_log_streams(logGroupName=group)["logStreams"] == []
    logs.delete_log_group(logGroupName=group)
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.describe_log_streams(logGroupName=group)


def test_the_stream_last_written_to_comes_first(
    api: Any, logs: Any, unique: Callable[[str], str]
) -> None:
    """As the page of an endpoint asks, which may have several variants."""
    group = unique("/mine")
    logs.create_log_group(logGroupName=group)
    now = time.time()
    for name, age in (("a/old", 60), ("b/new", 0), ("c/old", 60)):
        logs.create_log_stream(logGroupName=group, logStreamName=name)
        file = path(api.home, "123456789012", "us-east-1", group, name)
        os.utime(file, (now - age, now - age))
    found = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True)
    assert found["logStreams"][0]["logStreamName"] == "b/new"


def test_a_slow_expression_answers_in_time_with_a_token(
    logs: Any, job_log: Any, unique: Callable[[str], str]
) -> None:
    stream = unique("job") + "/algo-1"
    job_log(stream, ["a" * 4096] * 300)
    asked = {"logGroupName": GROUP, "logStreamNames": [stream], "filterPattern": "%.*[0-9]%"}
    first = logs.filter_log_events(**asked)
    assert first["events"] == []
    second = logs.filter_log_events(**asked, nextToken=first["nextToken"])
    assert second["nextToken"] != first["nextToken"]


def test_streams_come_in_pages_in_both_orders(logs: Any, unique: Callable[[str], str]) -> None:
    group = unique("pages")
    logs.create_log_group(logGroupName=group)
    names = [f"s{number}" for number in range(5)]
    for name in names:
        logs.create_log_stream(logGroupName=group, logStreamName=name)
    pager = logs.get_paginator("describe_log_streams")
    for descending in (False, True):
        pages = pager.paginate(
            logGroupName=group, descending=descending, PaginationConfig={"PageSize": 2}
        )
        seen = [each["logStreamName"] for page in pages for each in page["logStreams"]]
        assert seen == sorted(names, reverse=descending)


@pytest.mark.parametrize("name", ["../up", "a/../../b", "a//b", "x" * 300, "a.log/b"])
def test_a_name_that_no_file_can_have(logs: Any, unique: Callable[[str], str], name: str) -> None:
    group, _ = own_stream(logs, unique)
    with pytest.raises(logs.exceptions.InvalidParameterException):
        logs.create_log_stream(logGroupName=group, logStreamName=name)


def test_two_groups_never_share_their_streams(
    logs: Any, job_log: Any, unique: Callable[[str], str]
) -> None:
    group = unique("group")
    logs.create_log_group(logGroupName=group)
    job_log(unique("job") + "/algo-1", ["kept"])
    for name in (f"/{group}", GROUP.removeprefix("/")):
        with pytest.raises(logs.exceptions.InvalidParameterException, match="first slash"):
            logs.create_log_group(logGroupName=name)


def test_a_log_that_is_not_there(logs: Any, unique: Callable[[str], str]) -> None:
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.get_log_events(logGroupName=unique("none"), logStreamName="s")
    with pytest.raises(ClientError, match="log stream does not exist"):
        group, _ = own_stream(logs, unique)
        logs.get_log_events(logGroupName=group, logStreamName="none")


@pytest.mark.parametrize("token", ["f/x", "nonsense", "f/5", "b/999999999"])
def test_a_token_that_nobody_gave(logs: Any, unique: Callable[[str], str], token: str) -> None:
    group, stream = own_stream(logs, unique)
    put(logs, group, stream, [(int(time.time() * 1000), "hello")])
    with pytest.raises(logs.exceptions.InvalidParameterException):
        logs.get_log_events(logGroupName=group, logStreamName=stream, nextToken=token)


def own_stream(logs: Any, unique: Callable[[str], str]) -> tuple[str, str]:
    group = "/mine/" + unique("group")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="a/stream")
    return group, "a/stream"


def put(logs: Any, group: str, stream: str, events: list[tuple[int, str]]) -> Any:
    return logs.put_log_events(
        logGroupName=group,
        logStreamName=stream,
        logEvents=[{"timestamp": at, "message": message} for at, message in events],
    )


def read(logs: Any, stream: str, **more: Any) -> Any:
    return logs.get_log_events(logGroupName=GROUP, logStreamName=stream, **more)


def messages(page: Any) -> list[str]:
    return [event["message"] for event in page["events"]]
