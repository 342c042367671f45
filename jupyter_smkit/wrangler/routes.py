"""``/_smkit/wrangler/<verb>``: the flow editor's own routes. They hold no state but the workers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from jupyter_smkit.api.caller import Caller, caller_of
from jupyter_smkit.client.environment import default_bucket, role_arn
from jupyter_smkit.wrangler import flow as flows
from jupyter_smkit.wrangler.flow import Flow, FlowError
from jupyter_smkit.wrangler.launcher import Workers, start_worker
from jupyter_smkit.wrangler.process import final_step, processing_job_request, result_uri
from jupyter_smkit.wrangler.staging import stage

if TYPE_CHECKING:
    from jupyter_smkit.api.registry import Services


class Operators(BaseModel):
    """The catalogue of operators."""

    model_config = ConfigDict(extra="forbid")
    session: str = ""


class OfFlow(BaseModel):
    model_config = ConfigDict(extra="forbid")
    flow: dict[str, Any]
    session: str = ""
    """Names the worker that answers: one for each open flow."""


class Validate(OfFlow):
    """All that is wrong with a flow, and its steps' titles."""


class Preview(OfFlow):
    """The first rows of a step over the sample, with its columns' statistics."""

    node: str
    output: str = ""


class Schema(OfFlow):
    """The columns that a step gives."""

    node: str


class Script(OfFlow):
    """The flow as a Python script, up to a step or whole."""

    node: str = ""


class Job(OfFlow):
    """The CreateProcessingJob request that runs the flow, and where its files lie.

    Addresses and role that are left empty are those of the account's default bucket and role.
    """

    name: str = Field(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$")
    node: str = ""
    flow_uri: str = ""
    output_uri: str = ""
    role: str = ""
    content_type: str = ""
    region: str = ""
    """The caller's where it is empty."""
    refit: bool = False


Verb = Callable[["Context", Caller, Any], Awaitable[Any]]


class Context:
    def __init__(self, services: Services) -> None:
        home = services.home
        log = home.run / "wrangler.log"
        self.objects = services.objects
        self.cache = home.previews
        self.workers = Workers(partial(start_worker, home, log if log.parent.is_dir() else None))

    async def files(self, flow: Flow, node: str) -> Mapping[str, list[str]]:
        cache: Path = self.cache
        return await asyncio.to_thread(stage, self.objects, cache, flow, node)


async def _operators(context: Context, caller: Caller, asked: Operators) -> Any:
    return await context.workers.ask(asked.session, "operators")


async def _validate(context: Context, caller: Caller, asked: Validate) -> Any:
    flows.parse(asked.flow)
    return await context.workers.ask(asked.session, "validate", flow=asked.flow)


async def _preview(context: Context, caller: Caller, asked: Preview) -> Any:
    files = await context.files(flows.parse(asked.flow), asked.node)
    return await context.workers.ask(
        asked.session,
        "preview",
        flow=asked.flow,
        node=asked.node,
        output=asked.output,
        files=files,
    )


async def _schema(context: Context, caller: Caller, asked: Schema) -> Any:
    files = await context.files(flows.parse(asked.flow), asked.node)
    return await context.workers.ask(
        asked.session, "schema", flow=asked.flow, node=asked.node, files=files
    )


async def _script(context: Context, caller: Caller, asked: Script) -> Any:
    flows.parse(asked.flow)
    return await context.workers.ask(asked.session, "script", flow=asked.flow, node=asked.node)


async def _job(context: Context, caller: Caller, asked: Job) -> Any:
    flow, account = flows.parse(asked.flow), caller.account
    region = asked.region or caller.region
    bucket = default_bucket(account, region)
    if not (asked.flow_uri and asked.output_uri):
        await asyncio.to_thread(context.objects.ensure_bucket, bucket, account, region)
    flow_uri = asked.flow_uri or f"s3://{bucket}/flows/{asked.name}/{asked.name}.flow"
    output_uri = asked.output_uri or f"s3://{bucket}/flows/output"
    request = processing_job_request(
        flow,
        flow_uri,
        output_uri,
        asked.name,
        asked.role or role_arn(account),
        node_id=asked.node,
        content_type=asked.content_type,
        region=region,
        refit=asked.refit,
    )
    step = flow[asked.node] if asked.node else final_step(flow)
    return {
        "request": request,
        "flow_uri": flow_uri,
        "result_uri": result_uri(output_uri, asked.name, step),
    }


VERBS: dict[str, tuple[type[BaseModel], Verb]] = {
    "operators": (Operators, _operators),
    "validate": (Validate, _validate),
    "preview": (Preview, _preview),
    "schema": (Schema, _schema),
    "script": (Script, _script),
    "job": (Job, _job),
}


def app(services: Services) -> Starlette:
    """The ASGI application; the verb is the last part of the path."""
    context = Context(services)

    async def answer(request: Request) -> Response:
        verb = request.url.path.rstrip("/").rpartition("/")[2]
        if verb not in VERBS:
            return refused(f"no such verb: {verb}; there are {', '.join(VERBS)}", status=404)
        model, act = VERBS[verb]
        try:
            asked = model.model_validate_json(await request.body() or b"{}")
            return JSONResponse(await act(context, caller_of(request.scope), asked))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            return refused(f"{where}: {first['msg']}" if where else first["msg"])
        except FlowError as error:
            return refused(error.message, node=error.node, column=error.column)

    routes = [Route("/{path:path}", answer, methods=["POST"])]
    application = Starlette(routes=routes)
    application.state.workers = context.workers
    return application


def refused(message: str, *, status: int = 400, **where: str) -> Response:
    body = {"__type": "ValidationException", "message": message, **where}
    return Response(json.dumps(body), status, media_type="application/json")
