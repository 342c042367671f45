"""The ``aws-chunked`` content encoding: chunks that may be signed, and trailing checksums.

After "Signature calculations for the Authorization header: transferring a payload in multiple
chunks" in the Amazon S3 API reference.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

from jupyter_smkit.api.sigv4 import EMPTY_SHA256, Signature
from jupyter_smkit.objects.errors import IncompleteBody, InvalidRequest, SignatureDoesNotMatch

SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
_MAX_LINE = 4096
_MAX_TRAILERS = 16


class ChunkSigner:
    """The chain of signatures that starts with the request's own."""

    def __init__(self, key: bytes, signature: Signature) -> None:
        self._key = key
        self._scope = f"{signature.timestamp}\n{signature.scope}"
        self._previous = signature.signature

    def check_chunk(self, digest: str, claimed: str) -> None:
        self._check(
            f"AWS4-HMAC-SHA256-PAYLOAD\n{self._scope}", f"{EMPTY_SHA256}\n{digest}", claimed
        )

    def check_trailer(self, trailer: bytes, claimed: str) -> None:
        digest = hashlib.sha256(trailer).hexdigest()
        self._check(f"AWS4-HMAC-SHA256-TRAILER\n{self._scope}", digest, claimed)

    def _check(self, head: str, rest: str, claimed: str) -> None:
        text = f"{head}\n{self._previous}\n{rest}"
        expected = hmac.digest(self._key, text.encode(), "sha256").hex()
        if not hmac.compare_digest(expected.encode(), claimed.encode()):
            raise SignatureDoesNotMatch
        self._previous = expected


class ChunkedDecoder:
    """Gives the payload of what it is fed, verifying as it goes.

    ``signer`` None: chunks carry no signatures. After ``finish``, ``trailers`` holds the headers
    that followed the payload, by lower-case name.
    """

    def __init__(self, signer: ChunkSigner | None) -> None:
        self.trailers: dict[str, str] = {}
        self._signer = signer
        self._line = b""
        self._left = 0
        self._state = "size"
        self._digest = hashlib.sha256()
        self._claimed = ""
        self._signed_trailer = b""

    def feed(self, data: bytes) -> Iterator[memoryview]:
        view = memoryview(data)
        while view:
            if self._state == "data":
                piece, view = view[: self._left], view[self._left :]
                self._left -= len(piece)
                if self._signer is not None:
                    self._digest.update(piece)
                yield piece
                if self._left == 0:
                    self._end_chunk()
                    self._state = "end of data"
            else:
                view = self._take_line(view)

    def finish(self) -> None:
        """Raises IncompleteBody unless the last chunk and the trailers have come."""
        if self._state == "trailer" and not self._line:
            self._end()
        if self._state != "done":
            raise IncompleteBody

    def _take_line(self, view: memoryview) -> memoryview:
        taken = bytes(view[:_MAX_LINE])
        end = taken.find(b"\n")
        self._line += taken if end < 0 else taken[: end + 1]
        if len(self._line) > _MAX_LINE:
            raise InvalidRequest("A line of the aws-chunked encoding is too long")
        if end < 0:
            return view[len(taken) :]
        line, self._line = self._line.rstrip(b"\r\n"), b""
        match self._state:
            case "size":
                self._begin_chunk(line)
            case "end of data":
                if line:
                    raise InvalidRequest("A chunk is longer than its head says")
                self._state = "size"
            case "trailer":
                self._take_trailer(line)
            case _ if line:
                raise InvalidRequest("There is more after the last chunk")
        return view[end + 1 :]

    def _begin_chunk(self, line: bytes) -> None:
        size, _, extension = line.partition(b";")
        try:
            self._left = int(size, 16)
        except ValueError:
            self._left = -1
        if self._left < 0:
            raise InvalidRequest("The head of a chunk is not a size in hexadecimal")
        self._claimed = extension.decode("latin-1").removeprefix("chunk-signature=")
        self._digest = hashlib.sha256()
        if self._left:
            self._state = "data"
        else:
            self._end_chunk()
            self._state = "trailer"

    def _end_chunk(self) -> None:
        if self._signer is not None:
            self._signer.check_chunk(self._digest.hexdigest(), self._claimed)

    def _take_trailer(self, line: bytes) -> None:
        if not line:
            self._end()
            return
        if len(self.trailers) >= _MAX_TRAILERS:
            raise InvalidRequest("There are too many trailing headers")
        name, _, value = line.decode("latin-1").partition(":")
        name, value = name.strip().lower(), value.strip()
        if name != "x-amz-trailer-signature":
            self.trailers[name] = value
            self._signed_trailer += f"{name}:{value}\n".encode("latin-1")
        elif self._signer is not None:
            self._signer.check_trailer(self._signed_trailer, value)
            self._signed_trailer = b""

    def _end(self) -> None:
        if self._signer is not None and self._signed_trailer:
            raise SignatureDoesNotMatch("The trailing headers are not signed")
        self._state = "done"
