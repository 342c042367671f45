"""The body of a request: decoded, and held against what its head and trailers say of it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Protocol

from jupyter_smkit.api.caller import S3Caller
from jupyter_smkit.api.numbers import whole
from jupyter_smkit.api.sigv4 import UNSIGNED, signing_key
from jupyter_smkit.objects import checksums
from jupyter_smkit.objects.blobs import Blob
from jupyter_smkit.objects.chunked import (
    SIGNED,
    SIGNED_TRAILER,
    UNSIGNED_TRAILER,
    ChunkedDecoder,
    ChunkSigner,
)
from jupyter_smkit.objects.errors import (
    BadDigest,
    ContentSha256Mismatch,
    EntityTooLarge,
    IncompleteBody,
    InvalidDigest,
    InvalidRequest,
)

Headers = Mapping[str, str]
"""By lower-case name."""
_HEX_SHA256 = re.compile("[0-9a-fA-F]{64}")
_PREFIX = "x-amz-checksum-"
_OF_THE_MODE = frozenset({"x-amz-checksum-mode", "x-amz-checksum-type", "x-amz-checksum-algorithm"})


def claimed_checksum(headers: Headers) -> tuple[str, str] | None:
    """The algorithm and the value (empty: it trails the body) of the checksum a client gives."""
    given = [
        (name.removeprefix(_PREFIX).upper(), value)
        for name, value in headers.items()
        if name.startswith(_PREFIX) and name not in _OF_THE_MODE
    ]
    for name in headers.get("x-amz-trailer", "").split(","):
        if name.strip().lower().startswith(_PREFIX):
            given.append((name.strip().lower().removeprefix(_PREFIX).upper(), ""))
    if len(given) > 1:
        raise InvalidRequest(
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        )
    if given and given[0][0] not in checksums.SIZES:
        raise InvalidRequest(
            "The algorithm type you specified in x-amz-checksum- header is invalid."
        )
    return given[0] if given else None


def requested_algorithm(headers: Headers) -> str:
    """The checksum algorithm that a request names without giving a value; empty: none."""
    for name in ("x-amz-checksum-algorithm", "x-amz-sdk-checksum-algorithm"):
        if algorithm := headers.get(name, "").upper():
            checksums.new(algorithm)
            return algorithm
    return ""


def content_length(headers: Headers) -> int | None:
    """Bytes of the payload as the head announces them."""
    return whole(headers.get("x-amz-decoded-content-length") or headers.get("content-length", ""))


class Writer(Protocol):
    @property
    def size(self) -> int: ...
    def write(self, data: bytes | memoryview) -> None: ...
    def sums(self) -> Blob: ...
    def finish(self) -> Blob: ...


class Payload:
    """Takes the body as it comes and writes what it carries; one thread at a time."""

    def __init__(self, headers: Headers, caller: S3Caller, writer: Writer) -> None:
        literal = caller.signature.payload or UNSIGNED
        self._writer = writer
        self._decoder = _decoder(literal, caller)
        self._sha256 = literal.lower() if _HEX_SHA256.fullmatch(literal) else None
        self._digest = hashlib.sha256()
        self._content_md5 = _content_md5(headers)
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._claimed = claimed_checksum(headers)
        self._length = content_length(headers)
        if self._claimed is not None and self._claimed[1]:
            checksums.decoded(*self._claimed)

    def feed(self, data: bytes) -> None:
        for piece in (data,) if self._decoder is None else self._decoder.feed(data):
            if self._sha256 is not None:
                self._digest.update(piece)
            if self._content_md5 is not None:
                self._md5.update(piece)
            self._writer.write(piece)
        if self._length is not None and self._writer.size > self._length:
            raise EntityTooLarge(ProposedSize=self._writer.size, MaxSizeAllowed=self._length)

    def finish(self) -> Blob:
        """The payload on the disk, if it is what the client says it is."""
        if self._decoder is not None:
            self._decoder.finish()
        if self._length is not None and self._writer.size != self._length:
            raise IncompleteBody
        if self._sha256 is not None and not hmac.compare_digest(
            self._digest.hexdigest(), self._sha256
        ):
            raise ContentSha256Mismatch(
                ClientComputedContentSHA256=self._sha256,
                S3ComputedContentSHA256=self._digest.hexdigest(),
            )
        if self._content_md5 not in (None, self._md5.hexdigest()):
            raise BadDigest(
                ExpectedDigest=self._content_md5, CalculatedDigest=self._md5.hexdigest()
            )
        self._check(self._writer.sums())
        return self._writer.finish()

    def _check(self, found: Blob) -> None:
        if self._claimed is None:
            return
        algorithm, value = self._claimed
        if not value:
            trailers = {} if self._decoder is None else self._decoder.trailers
            value = trailers.get(f"{_PREFIX}{algorithm.lower()}", "")
            checksums.decoded(algorithm, value)
        if found.checksums.get(algorithm, value) != value:
            raise BadDigest(
                f"The {algorithm} you specified did not match the calculated checksum.",
                ExpectedDigest=value,
                CalculatedDigest=found.checksums[algorithm],
            )


def check_small(headers: Headers, caller: S3Caller, body: bytes, *, summed: bool = True) -> bytes:
    """What a request that was read whole carries, held against its head.

    ``summed`` False: the checksum in the head, if any, is that of something else.
    """
    if not summed:
        headers = {name: text for name, text in headers.items() if not name.startswith(_PREFIX)}
    collected = _Buffer()
    claimed = claimed_checksum(headers)
    collected.algorithm = claimed[0] if claimed else ""
    payload = Payload(headers, caller, collected)
    payload.feed(body)
    payload.finish()
    return bytes(collected.data)


class _Buffer:
    """A writer that keeps the payload in memory."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.algorithm = ""

    @property
    def size(self) -> int:
        return len(self.data)

    def write(self, data: bytes | memoryview) -> None:
        self.data += data

    def finish(self) -> Blob:
        return self.sums()

    def sums(self) -> Blob:
        found: dict[str, str] = {}
        if self.algorithm:
            digest = checksums.new(self.algorithm)
            digest.update(bytes(self.data))
            found[self.algorithm] = checksums.encoded(digest.digest())
        return Blob("", self.size, "", found)


def _decoder(literal: str, caller: S3Caller) -> ChunkedDecoder | None:
    if literal in (SIGNED, SIGNED_TRAILER):
        return ChunkedDecoder(_signer(caller))
    if literal == UNSIGNED_TRAILER:
        return ChunkedDecoder(None)
    if literal != UNSIGNED and not _HEX_SHA256.fullmatch(literal):
        raise InvalidRequest(
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
            f"{SIGNED}, {SIGNED_TRAILER} or a valid sha256 value."
        )
    return None


def _signer(caller: S3Caller) -> ChunkSigner:
    signature = caller.signature
    key = signing_key(caller.secret, signature.date, signature.region, signature.service)
    return ChunkSigner(key, signature)


def _content_md5(headers: Headers) -> str | None:
    text = headers.get("content-md5")
    if text is None:
        return None
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 16:
        raise InvalidDigest
    return digest.hex()
