"""S3 as the file browser needs it (``objects.contents.Client``), through the edge."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import BinaryIO
from urllib.parse import quote, urlencode
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tornado.httpclient import HTTPResponse

from jupyter_smkit.api.errors import ApiError
from jupyter_smkit.api.sigv4 import UNSIGNED
from jupyter_smkit.objects.contents import Entry, Listing
from jupyter_smkit.server.backend import Backend, Outgoing, Write

_NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"
_CHUNK = 1 << 20
_LISTED = 1000


class BackendBuckets:
    """Every method raises ApiError with S3's code, or BackendUnavailable."""

    def __init__(self, backend: Backend, *, starts: bool = True) -> None:
        self._backend = backend
        self._starts = starts

    async def buckets(self) -> Sequence[str]:
        return [
            _text(each, "Name") for each in _tree(await self._ask("GET", "/")).iter(_tag("Bucket"))
        ]

    async def create_bucket(self, bucket: str) -> None:
        await self._ask("PUT", _path(bucket), body=b"")

    async def delete_bucket(self, bucket: str) -> None:
        await self._ask("DELETE", _path(bucket))

    async def list(
        self, bucket: str, prefix: str, delimiter: str, after: str | None, limit: int
    ) -> Listing:
        entries: list[Entry] = []
        prefixes: list[str] = []
        token = ""
        while True:
            query = {"list-type": "2", "prefix": prefix, "delimiter": delimiter}
            query |= {"max-keys": str(min(limit - len(entries) - len(prefixes), _LISTED))}
            query |= {"continuation-token": token} if token else {"start-after": after or ""}
            page = _tree(
                await self._ask("GET", f"{_path(bucket)}?{urlencode(query, quote_via=quote)}")
            )
            entries += [_entry(each) for each in page.iter(_tag("Contents"))]
            prefixes += [_text(each, "Prefix") for each in page.iter(_tag("CommonPrefixes"))]
            token = _text(page, "NextContinuationToken")
            if not token or len(entries) + len(prefixes) >= limit:
                return Listing(entries, prefixes, entries[-1].key if token and entries else None)

    async def head(self, bucket: str, key: str) -> Entry | None:
        try:
            headers = (await self._ask("HEAD", _path(bucket, key))).headers
        except ApiError as error:
            if error.status == 404:
                return None
            raise
        modified = parsedate_to_datetime(headers["Last-Modified"]).timestamp()
        return Entry(key, int(headers["Content-Length"]), modified)

    async def get(self, bucket: str, key: str) -> bytes:
        return (await self._ask("GET", _path(bucket, key))).body or b""

    async def put(self, bucket: str, key: str, data: bytes | BinaryIO, content_type: str) -> None:
        headers = {"content-type": content_type}
        if isinstance(data, bytes):
            await self._ask("PUT", _path(bucket, key), headers, data)
            return
        size = data.seek(0, 2)
        data.seek(0)

        async def produce(write: Write) -> None:
            while chunk := await asyncio.to_thread(data.read, _CHUNK):
                await write(chunk)

        headers["content-length"] = str(size)
        outgoing = Outgoing("s3", "PUT", _path(bucket, key), headers, payload=UNSIGNED)
        _check(await self._backend.send(outgoing, produce=produce))

    async def copy(self, bucket: str, key: str, to_bucket: str, to_key: str) -> None:
        source = {"x-amz-copy-source": _path(bucket, key)}
        await self._ask("PUT", _path(to_bucket, to_key), source, b"")

    async def delete(self, bucket: str, keys: Sequence[str]) -> None:
        wanted = "".join(f"<Object><Key>{escape(key)}</Key></Object>" for key in keys)
        body = f"<Delete>{wanted}</Delete>".encode()
        answer = _tree(await self._ask("POST", f"{_path(bucket)}?delete=", body=body))
        for failed in answer.iter(_tag("Error")):
            raise ApiError(_text(failed, "Message"), code=_text(failed, "Code"), status=409)

    async def _ask(
        self,
        method: str,
        target: str,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> HTTPResponse:
        outgoing = Outgoing("s3", method, target, headers or {}, body, starts=self._starts)
        return _check(await self._backend.send(outgoing))


def _check(response: HTTPResponse) -> HTTPResponse:
    if response.code < 300:
        return response
    code, message = "", ""
    if response.body:
        error = ElementTree.fromstring(response.body)
        code, message = error.findtext("Code", ""), error.findtext("Message", "")
    raise ApiError(message or response.reason or "", code=code, status=response.code)


def _path(bucket: str, key: str = "") -> str:
    name = quote(bucket, safe="-_.~")
    return f"/{name}/{quote(key, safe='/-_.~')}" if key else f"/{name}"


def _tree(response: HTTPResponse) -> ElementTree.Element:
    return ElementTree.fromstring(response.body)


def _tag(name: str) -> str:
    return f"{_NAMESPACE}{name}"


def _text(element: ElementTree.Element, name: str) -> str:
    return element.findtext(_tag(name), "")


def _entry(element: ElementTree.Element) -> Entry:
    modified = datetime.fromisoformat(_text(element, "LastModified")).timestamp()
    return Entry(_text(element, "Key"), int(_text(element, "Size")), modified)
