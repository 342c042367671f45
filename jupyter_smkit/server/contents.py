"""``contents/``: the buckets under the REST interface of Jupyter's own contents."""

from __future__ import annotations

import json
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from jupyter_smkit.api.errors import ApiError
from jupyter_smkit.objects.contents import BucketContents
from jupyter_smkit.server.backend import BackendUnavailable
from jupyter_smkit.server.buckets import BackendBuckets
from jupyter_smkit.server.handlers import starts_smkit


class _Handler(APIHandler):
    auth_resource = "contents"

    @property
    def contents(self) -> BucketContents:
        contents: BucketContents = self.settings["smkit_contents"]
        return contents

    def log_exception(self, *error: Any) -> None:
        if not isinstance(error[1], ApiError | BackendUnavailable):
            super().log_exception(*error)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, ApiError | BackendUnavailable):
            self.set_status(error.status if isinstance(error, ApiError) else 503)
            self.finish(json.dumps({"message": str(error), "reason": None}))
            return
        super().write_error(status_code, **kwargs)

    def model(self, model: dict[str, Any], status: int = 200) -> None:
        self.set_status(status)
        self.finish(json.dumps(model))


class ContentsHandler(_Handler):
    """As ``/api/contents/<path>``."""

    @web.authenticated
    @authorized
    async def get(self, path: str) -> None:
        contents = self.contents
        if not starts_smkit(self.request):
            contents = BucketContents(BackendBuckets(self.settings["smkit_backend"], starts=False))
        self.model(
            await contents.get(
                path,
                content=self.get_query_argument("content", "1") == "1",
                type=self.get_query_argument("type", None),
                format=self.get_query_argument("format", None),
            )
        )

    @web.authenticated
    @authorized
    async def put(self, path: str) -> None:
        self.model(await self.contents.save(self._body(), path))

    @web.authenticated
    @authorized
    async def post(self, path: str) -> None:
        body = self._body()
        if source := body.get("copy_from"):
            self.model(await self.contents.copy(source, path), 201)
        else:
            self.model(await self.contents.new(body, path), 201)

    @web.authenticated
    @authorized
    async def patch(self, path: str) -> None:
        self.model(await self.contents.rename(path, str(self._body().get("path", ""))))

    @web.authenticated
    @authorized
    async def delete(self, path: str) -> None:
        await self.contents.delete(path)
        self.set_status(204)
        self.finish()

    def _body(self) -> dict[str, Any]:
        body = self.get_json_body() or {}
        if not isinstance(body, dict):
            raise web.HTTPError(400, "A JSON object is needed")
        return body
