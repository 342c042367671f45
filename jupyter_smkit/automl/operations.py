"""AutoML's operations: two forms of Create and Describe over one record, and its candidates."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from functools import partial

from jupyter_smkit.api import conventions
from jupyter_smkit.api.errors import ApiError, ValidationException
from jupyter_smkit.api.kinds import find
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.automl import checks, requests
from jupyter_smkit.automl.candidates import best, candidates
from jupyter_smkit.automl.kinds import AUTOML_JOB
from jupyter_smkit.objects.names import split_uri
from jupyter_smkit.state.records import Json, Record

MAX_CANDIDATES_PAGE = 300


def register(api: Registry) -> None:
    api.add(
        "sagemaker",
        {
            "CreateAutoMLJob": partial(create, api),
            "CreateAutoMLJobV2": partial(create_v2, api),
            "DescribeAutoMLJob": describe,
            "DescribeAutoMLJobV2": describe_v2,
            "StopAutoMLJob": stop,
            "ListCandidatesForAutoMLJob": list_candidates,
        },
    )


def create(api: Registry, call: Call) -> Params:
    checks.check_v1(call.params)
    return create_v2(api, replace(call, params=requests.to_v2(call.params)))


def create_v2(api: Registry, call: Call) -> Params:
    checks.check(call.params)
    _check_places(call)
    with call.state.begin() as transaction:
        record = conventions.insert(
            AUTOML_JOB,
            api,
            call,
            transaction,
            observed={"AutoMLJobSecondaryStatus": "Starting"},
        )
    return {"AutoMLJobArn": record.arn}


def describe(call: Call) -> Params:
    record = _find(call)
    return {**requests.to_v1(record.request), **_observed(record, flat=True)}


def describe_v2(call: Call) -> Params:
    record = _find(call)
    return {
        **record.request,
        **_observed(record, flat=False),
        "AutoMLProblemTypeConfigName": "Tabular",
    }


def stop(call: Call) -> Params:
    with call.state.begin() as transaction:
        record = find(AUTOML_JOB, transaction, call.account, call.region, call.params)
        if record.status == "InProgress":
            observed = {"AutoMLJobSecondaryStatus": "Stopping"}
            transaction.change(record, status="Stopping", observed=observed)
        elif record.status != "Stopping":
            raise ValidationException(
                f"The request was rejected because the AutoML job is in status {record.status}."
            )
    return {}


def list_candidates(call: Call) -> Params:
    params, record = call.params, _find(call)
    found = [
        each
        for each in candidates(record)
        if params.get("StatusEquals") in (None, each["CandidateStatus"])
        and params.get("CandidateNameEquals") in (None, each["CandidateName"])
    ]
    found = _sorted(found, params.get("SortBy"), params.get("SortOrder", "Ascending"))
    start = _start(params.get("NextToken"))
    end = start + min(int(params.get("MaxResults") or MAX_CANDIDATES_PAGE), MAX_CANDIDATES_PAGE)
    token = base64.urlsafe_b64encode(str(end).encode()).decode() if end < len(found) else None
    return {"Candidates": found[start:end], "NextToken": token}


def _check_places(call: Call) -> None:
    """An hour of training must not end in a bucket that is not there."""
    for channel in call.params["AutoMLJobInputDataConfig"]:
        uri = channel["DataSource"]["S3DataSource"]["S3Uri"]
        if not _keys(call, uri):
            raise ValidationException(
                f"No S3 objects found under S3 URL {uri} given in input data source."
            )
    _keys(call, call.params["OutputDataConfig"]["S3OutputPath"])


def _keys(call: Call, uri: str) -> bool:
    """Whether anything lies at ``uri``; raises ValidationException where it cannot be asked."""
    try:
        bucket, key = split_uri(uri)
        return next(iter(call.services.objects.keys(bucket, key)), None) is not None
    except ApiError as error:
        raise ValidationException(f"{uri}: {error.message}") from None


def _find(call: Call) -> Record:
    with call.state.read() as transaction:
        return find(AUTOML_JOB, transaction, call.account, call.region, call.params)


def _observed(record: Record, *, flat: bool) -> Json:
    """What smkit found out; ``flat`` as the first form of the API nests ResolvedAttributes."""
    found = {name: value for name, value in record.observed.items() if not name.startswith("_")}
    found |= {
        "AutoMLJobArn": record.arn,
        "AutoMLJobStatus": record.status,
        "CreationTime": record.created,
        "LastModifiedTime": record.modified,
    }
    if (candidate := best(record)) is not None:
        found["BestCandidate"] = candidate
    if resolved := record.observed.get("ResolvedAttributes"):
        problem = {name: resolved[name] for name in ("ProblemType",) if name in resolved}
        rest = {name: value for name, value in resolved.items() if name not in problem}
        nested = {"AutoMLProblemTypeResolvedAttributes": {"TabularResolvedAttributes": problem}}
        found["ResolvedAttributes"] = resolved if flat else {**rest, **(nested if problem else {})}
    return found


def _sorted(found: list[Json], sort_by: str | None, order: str) -> list[Json]:
    """Candidates without a value for what they are sorted by come last."""
    if sort_by == "FinalObjectiveMetricValue":
        have = [each for each in found if "FinalAutoMLJobObjectiveMetric" in each]
        lack = [each for each in found if "FinalAutoMLJobObjectiveMetric" not in each]
        have.sort(key=lambda each: float(each["FinalAutoMLJobObjectiveMetric"]["Value"]))
        return [*(reversed(have) if order == "Descending" else have), *lack]
    member = "CandidateStatus" if sort_by == "Status" else "CreationTime"
    return sorted(found, key=lambda each: each[member], reverse=order == "Descending")


def _start(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token))
    except (ValueError, binascii.Error):
        raise ValidationException("The NextToken is not one that this operation gave") from None
