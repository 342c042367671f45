"""The checksums that S3 verifies and keeps: "Checking object integrity" in the S3 user guide."""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Protocol

from jupyter_smkit.objects.errors import InvalidRequest

SIZES = {"CRC32": 4, "CRC32C": 4, "CRC64NVME": 8, "SHA1": 20, "SHA256": 32}
"""Length in bytes of each algorithm's digest."""
FULL_OBJECT, COMPOSITE = "FULL_OBJECT", "COMPOSITE"


class Digest(Protocol):
    def update(self, data: bytes | memoryview, /) -> None: ...
    def digest(self) -> bytes: ...


class _Crc:
    def __init__(self, function: Callable[[bytes | memoryview, int], int], size: int) -> None:
        self._function = function
        self._size = size
        self._value = 0

    def update(self, data: bytes | memoryview, /) -> None:
        self._value = self._function(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


def new(algorithm: str) -> Digest:
    """A running digest; ``algorithm`` is a key of SIZES."""
    match algorithm:
        case "SHA1":
            return hashlib.sha1(usedforsecurity=False)
        case "SHA256":
            return hashlib.sha256()
        case "CRC32":
            return _Crc(zlib.crc32, 4)
        case "CRC32C" | "CRC64NVME":
            # The library of AWS's own clients: imported when first needed, for it is not small.
            library = import_module("awscrt.checksums")
            return _Crc(getattr(library, algorithm.lower()), SIZES[algorithm])
    raise InvalidRequest(
        f"Checksum algorithm provided is unsupported: {algorithm!r}. Please try again with any of "
        f"the valid types: [{', '.join(SIZES)}]"
    )


def encoded(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def decoded(algorithm: str, value: str) -> bytes:
    """The digest that a header carries in base64; raises InvalidRequest where it is none."""
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != SIZES.get(algorithm, -1):
        raise InvalidRequest(f"Value for x-amz-checksum-{algorithm.lower()} header is invalid.")
    return digest


def default_type(algorithm: str) -> str:
    """What a multipart upload's checksum covers where the client does not say."""
    return FULL_OBJECT if algorithm == "CRC64NVME" else COMPOSITE


def check_type(algorithm: str, kind: str) -> None:
    if (kind == FULL_OBJECT and algorithm.startswith("SHA")) or (
        kind == COMPOSITE and algorithm == "CRC64NVME"
    ):
        raise InvalidRequest(
            f"The {kind} checksum type cannot be used with the {algorithm.lower()} checksum "
            "algorithm."
        )


def combined(algorithm: str, kind: str, parts: Iterable[tuple[bytes, int]]) -> str:
    """The checksum of an object from its parts' digests and sizes in bytes, as S3 writes it."""
    found = list(parts)
    if kind == COMPOSITE:
        whole = new(algorithm)
        for digest, _ in found:
            whole.update(digest)
        return f"{encoded(whole.digest())}-{len(found)}"
    combine = getattr(import_module("awscrt.checksums"), f"combine_{algorithm.lower()}")
    value = 0
    for digest, size in found:
        value = combine(value, int.from_bytes(digest, "big"), size)
    return encoded(value.to_bytes(SIZES[algorithm], "big"))
