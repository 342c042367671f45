"""Pipelines and their versions. Their executions do not run yet."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from jupyter_smkit.api import conventions
from jupyter_smkit.api.errors import ApiError, ValidationException
from jupyter_smkit.api.kinds import Kind, find
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.api.states import NOT_YET
from jupyter_smkit.api.versions import next_version
from jupyter_smkit.pipelines.kinds import EXECUTION, PIPELINE, VERSION
from jupyter_smkit.state.records import Record, Transaction

_LARGEST = 1024 * 1024
"""Bytes of a pipeline's definition, as CreatePipeline has it."""


def register(api: Registry) -> None:
    find_execution = partial(conventions.describe, EXECUTION, api)
    api.add(
        "sagemaker",
        {
            "CreatePipeline": partial(create, api),
            "UpdatePipeline": update,
            "DescribePipeline": describe,
            "ListPipelineVersions": partial(list_of, VERSION, api),
            "UpdatePipelineVersion": update_version,
            "ListPipelineExecutions": partial(list_of, EXECUTION, api),
            "RetryPipelineExecution": find_execution,
            "ListPipelineExecutionSteps": find_execution,
            "ListPipelineParametersForExecution": find_execution,
            "DescribePipelineDefinitionForExecution": find_execution,
            "SendPipelineExecutionStepSuccess": answer_callback,
            "SendPipelineExecutionStepFailure": answer_callback,
        },
    )
    for of_one in ("ListPipelineParametersForExecution", "DescribePipelineDefinitionForExecution"):
        api.states["sagemaker", of_one] = NOT_YET


def create(registry: Registry, call: Call) -> Params:
    call = _defined(call)
    if "PipelineDefinition" not in call.params:
        raise ValidationException(
            "One of PipelineDefinition and PipelineDefinitionS3Location must be given"
        )
    with call.state.begin() as transaction:
        pipeline = conventions.repeated(PIPELINE, call, transaction)
        if pipeline is None:
            pipeline = conventions.insert(PIPELINE, registry, call, transaction)
            _keep(call, transaction, pipeline)
    return {"PipelineArn": pipeline.arn}


def update(call: Call) -> Params:
    """A new version; the pipeline shows the last one."""
    call = _defined(call)
    with call.state.begin() as transaction:
        pipeline = find(PIPELINE, transaction, call.account, call.region, call.params)
        request = conventions.changes(PIPELINE, pipeline, call.params)
        pipeline = transaction.change(pipeline, request=request)
        number = _keep(call, transaction, pipeline)
    return {"PipelineArn": pipeline.arn, "PipelineVersionId": number}


def _defined(call: Call) -> Call:
    """With the definition that stands in S3, where the client names one there."""
    params = dict(call.params)
    place = params.pop("PipelineDefinitionS3Location", None)
    if place is None:
        return call
    if "PipelineDefinition" in params:
        raise ValidationException(
            "Only one of PipelineDefinition and PipelineDefinitionS3Location may be given"
        )
    params["PipelineDefinition"] = _read(call, place)
    return replace(call, params=params)


def _read(call: Call, place: dict[str, Any]) -> str:
    where = f"s3://{place['Bucket']}/{place['ObjectKey']}"
    try:
        with call.services.objects.get(place["Bucket"], place["ObjectKey"]) as content:
            if content.info.size > _LARGEST:
                raise ValidationException(f"it is larger than {_LARGEST} bytes")
            return content.read().decode()
    except (ApiError, UnicodeDecodeError, OSError) as error:
        raise ValidationException(f"Cannot read the pipeline definition {where}: {error}") from None


def _keep(call: Call, transaction: Transaction, pipeline: Record) -> int:
    number = next_version(transaction, pipeline)
    request = {**pipeline.request, "PipelineVersionId": number}
    transaction.create(
        Record(
            account=pipeline.account,
            region=pipeline.region,
            kind=VERSION.name,
            key=VERSION.key_of(request),
            name=pipeline.name,
            arn=call.arn(VERSION.arn.format_map(request)),
            status=VERSION.initial,
            request=request,
            observed={"PipelineArn": pipeline.arn, "PipelineStatus": pipeline.status},
            created=call.now,
            modified=call.now,
        )
    )
    return number


def describe(call: Call) -> Params:
    with call.state.read() as transaction:
        pipeline = find(PIPELINE, transaction, call.account, call.region, call.params)
        number = call.params.get("PipelineVersionId")
        if number is None:
            shown = conventions.answer(PIPELINE, call, pipeline)
            number = pipeline.observed["_versions"]
        else:
            shown = {}
        version = _version(call, transaction, pipeline, number)
    return {**conventions.answer(VERSION, call, version), **shown}


def _version(call: Call, transaction: Transaction, pipeline: Record, number: int) -> Record:
    params = {"PipelineName": pipeline.key, "PipelineVersionId": number}
    return find(VERSION, transaction, call.account, call.region, params)


def update_version(call: Call) -> Params:
    number = call.params["PipelineVersionId"]
    with call.state.begin() as transaction:
        pipeline = find(PIPELINE, transaction, call.account, call.region, call.params)
        version = _version(call, transaction, pipeline, number)
        names = ("PipelineVersionDisplayName", "PipelineVersionDescription")
        given = {name: call.params[name] for name in names if name in call.params}
        transaction.change(version, request=given)
    return {"PipelineArn": pipeline.arn, "PipelineVersionId": number}


def list_of(kind: Kind, registry: Registry, call: Call) -> Params:
    with call.state.read() as transaction:
        pipeline = find(PIPELINE, transaction, call.account, call.region, call.params)
    params = {**call.params, "PipelineName": pipeline.key}
    return conventions.list_records(kind, registry, replace(call, params=params))


def answer_callback(call: Call) -> Params:
    raise EXECUTION.not_found(f"with the callback token {call.params['CallbackToken']}")
