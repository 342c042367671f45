"""smkit's own small client: signed calls over ``http.client``, without botocore's import time."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from jupyter_smkit.api import sigv4
from jupyter_smkit.api.caller import PARENT
from jupyter_smkit.api.credentials import Credential
from jupyter_smkit.api.services import BY_NAME
from jupyter_smkit.client.environment import own_credential
from jupyter_smkit.config import Home

_PATIENCE = 120.0
"""Seconds without a word after which a request is given up."""


class CallFailed(RuntimeError):
    """An answer other than success: AWS's error code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message or f"HTTP {status}")
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class Client:
    """Calls operations and routes of the smkit at ``base_url``."""

    base_url: str
    credential: Credential
    region: str
    parent: str = ""
    """The ARN of the record whose children its calls make."""
    patience: float = _PATIENCE

    @classmethod
    def of(
        cls, home: Home, base_url: str, account: str = "", region: str = "", parent: str = ""
    ) -> Client:
        """For an account and region; the home's own where they are empty."""
        key = own_credential(home, account)
        return cls(base_url, key, region or home.settings.region, parent)

    def call(self, operation: str, /, service: str = "sagemaker", **params: Any) -> dict[str, Any]:
        """An operation of any service by botocore's name: instants are seconds since 1970, bytes
        base64. Raises CallFailed."""
        headers = {"content-type": "application/json"}
        if self.parent:
            headers[PARENT] = self.parent
        body = json.dumps(params).encode()
        target = f"/_smkit/call/{service}/{operation}"
        answer = json.loads(self.request("POST", target, "smkit", body, headers))
        assert isinstance(answer, dict)
        return answer

    def pages(
        self, operation: str, result: str, /, service: str = "sagemaker", **params: Any
    ) -> Iterator[dict[str, Any]]:
        """The members of every page of a listing operation."""
        token_in, token_out = BY_NAME[service].tokens
        while True:
            page = self.call(operation, service, **params)
            yield from page.get(result, [])
            if not page.get(token_out):
                return
            params = {**params, token_in: page[token_out]}

    def get(self, path: str) -> Any:
        """A route of smkit's own: ``get("/_smkit/status")``."""
        return json.loads(self.request("GET", path, "smkit"))

    def put_object(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        path = f"/{bucket}/{quote(key, safe='/~-_.')}"
        self.request("PUT", path, "s3", body, {"content-type": content_type})

    def create_bucket(self, bucket: str) -> None:
        try:
            self.request("PUT", f"/{bucket}", "s3")
        except CallFailed as failure:
            if failure.status != 409:
                raise

    def request(
        self,
        method: str,
        target: str,
        service: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> bytes:
        _, response = self._exchange(method, target, service, body, headers or {}, self.patience)
        with closing(response):
            return response.read()

    def events(
        self, after: int | None = None, silence: float | None = None
    ) -> Iterator[dict[str, Any]]:
        """Events as they come; ``after`` a sequence number, None: from now on.

        Ends when smkit does, or, where ``silence`` is given, by TimeoutError after so many seconds
        without a word; smkit says an empty one every 20 s.
        """
        with closing(self.listen(after, silence)) as feed:
            yield from feed

    def listen(self, after: int | None = None, silence: float | None = None) -> Feed:
        """The stream of events, open when this returns; it is to be closed."""
        query = "" if after is None else "?" + urlencode({"after": after})
        held, response = self._exchange("GET", f"/_smkit/events{query}", "smkit", b"", {}, silence)
        return Feed(held, response)

    def _exchange(
        self,
        method: str,
        target: str,
        service: str,
        body: bytes,
        headers: dict[str, str],
        timeout: float | None = None,
    ) -> tuple[socket.socket, http.client.HTTPResponse]:
        base = urlsplit(self.base_url)
        headers = {"host": base.netloc, **headers}
        signed = sigv4.sign(
            sigv4.Request(method, target, headers),
            access_key=self.credential.access_key,
            secret=self.credential.secret,
            region=self.region,
            service=service,
            body=body,
            now=time.time(),
            token=self.credential.token,
        )
        connection = http.client.HTTPConnection(base.hostname or "", base.port, timeout=timeout)
        connection.request(method, target, body or None, {**headers, **signed})
        held: socket.socket = connection.sock
        response = connection.getresponse()
        if response.status >= 300:
            with closing(response):
                raise _failure(response.status, response.read())
        return held, response


class Feed:
    """Events as they come. ``close`` may be called from another thread and ends the iteration."""

    def __init__(self, connection: socket.socket, response: http.client.HTTPResponse) -> None:
        self._connection = connection
        self._response = response

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for line in self._response:
            if line.strip():
                yield json.loads(line)

    def close(self) -> None:
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._response.close()


def _failure(status: int, body: bytes) -> CallFailed:
    try:
        answer = json.loads(body)
    except ValueError:
        return CallFailed(status, "", body.decode(errors="replace")[:1000])
    code = str(answer.get("__type", answer.get("code", ""))).rpartition("#")[2]
    return CallFailed(status, code, str(answer.get("message", answer.get("Message", ""))))
