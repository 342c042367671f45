"""Handlers that sign a browser's request and forward it: operations, invocations, our own routes."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.httpclient import HTTPResponse
from tornado.httputil import HTTPServerRequest

from jupyter_smkit.server.backend import Backend, BackendUnavailable, Outgoing
from jupyter_smkit.server.projects import Projects

_PASSED_BACK = re.compile(r"x-amzn?-", re.IGNORECASE)


def starts_smkit(request: HTTPServerRequest) -> bool:
    """Whether a request may start smkit: not what a page asks by itself, ``X-Smkit-Start: no``."""
    return request.headers.get("X-Smkit-Start") != "no"


class BackendHandler(APIHandler):
    """Base of the handlers that answer with what the edge answers."""

    auth_resource = "smkit"

    @property
    def backend(self) -> Backend:
        backend: Backend = self.settings["smkit_backend"]
        return backend

    async def forward(self, outgoing: Outgoing) -> None:
        try:
            asked = replace(outgoing, starts=starts_smkit(self.request))
            response = await self.backend.send(asked)
        except BackendUnavailable as error:
            self.refuse(503, "ServiceUnavailable", str(error))
            return
        self.answer(response)

    async def post_json(self, target: str) -> None:
        """The browser's JSON to a route of smkit's own."""
        headers = {"content-type": "application/json"}
        await self.forward(Outgoing("smkit", "POST", target, headers, self.request.body or b"{}"))

    def answer(self, response: HTTPResponse) -> None:
        self.set_status(response.code)
        for name, value in response.headers.get_all():
            if _PASSED_BACK.match(name):
                self.set_header(name, value)
        self.finish(
            response.body or b"",
            set_content_type=response.headers.get("Content-Type", "application/json"),
        )

    def refuse(self, status: int, code: str, message: str) -> None:
        self.set_status(status)
        self.finish(json.dumps({"__type": code, "message": message}))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None))[1]
        message = getattr(error, "log_message", None) or self._reason
        code = "AccessDeniedException" if status_code == 403 else "InternalFailure"
        self.refuse(status_code, code, message)


class OperationHandler(BackendHandler):
    """``POST aws/<service>/<Operation>``"""

    @web.authenticated
    @authorized
    async def post(self, service: str, operation: str) -> None:
        await self.post_json(f"/_smkit/call/{service}/{operation}")


class InvokeHandler(BackendHandler):
    """``POST invoke/<endpoint>``"""

    @web.authenticated
    @authorized
    async def post(self, endpoint: str) -> None:
        headers = {
            name: value
            for name, value in self.request.headers.get_all()
            if name.lower() in ("content-type", "accept")
            or name.lower().startswith("x-amzn-sagemaker-")
        }
        target = f"/endpoints/{quote(endpoint, safe='')}/invocations"
        await self.forward(Outgoing("sagemaker", "POST", target, headers, self.request.body))


class WranglerHandler(BackendHandler):
    """``POST wrangler/<verb>``"""

    @web.authenticated
    @authorized
    async def post(self, verb: str) -> None:
        await self.post_json(f"/_smkit/wrangler/{verb}")


class MarkerHandler(APIHandler):
    """``GET marker/<folder>``: which file makes a project of a folder of the file browser."""

    auth_resource = "smkit"

    @web.authenticated
    @authorized
    async def get(self, folder: str) -> None:
        projects: Projects = self.settings["smkit_projects"]
        at = projects.root / folder.strip("/")
        found = await asyncio.to_thread(projects.marker, at)
        self.finish({"marker": found and str(found)})


class StatusHandler(BackendHandler):
    """``GET status``"""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        await self.forward(Outgoing("smkit", "GET", "/_smkit/status"))
