"""Names in s3://: buckets, keys and addresses."""

from __future__ import annotations

import re
from urllib.parse import unquote, unquote_to_bytes

from jupyter_smkit.objects.errors import InvalidArgument, InvalidBucketName, InvalidURI, KeyTooLong

MAX_KEY_BYTES = 1024
_BUCKET = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]")
_RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_VIRTUAL_HOST = re.compile(
    r"(?!s3\.)(?P<bucket>.+?)\.(?:s3[.-].+|localhost)(?::\d+)?", re.IGNORECASE
)

_WEB_HOST = re.compile(
    r"(?:(?P<bucket>.+)\.)?s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?", re.IGNORECASE
)


def check_bucket_name(name: str) -> None:
    """Raises InvalidBucketName for what "Bucket naming rules" forbids in general purpose buckets."""
    if (
        not _BUCKET.fullmatch(name)
        or name.startswith(_RESERVED_STARTS)
        or name.endswith(_RESERVED_ENDS)
    ):
        raise InvalidBucketName(BucketName=name)


def encoded_key(key: str) -> bytes:
    """The key in UTF-8, whose order is S3's order of keys."""
    try:
        encoded = key.encode()
    except UnicodeEncodeError:
        raise InvalidURI(f"The key {key!a} is not valid UTF-8") from None
    if not encoded:
        raise InvalidArgument("A key has at least one character")
    if len(encoded) > MAX_KEY_BYTES:
        raise KeyTooLong(Size=len(encoded), MaxSizeAllowed=MAX_KEY_BYTES)
    return encoded


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of ``s3://bucket/key``; the key may be empty.

    SageMaker takes S3's web addresses as well, ``https://bucket.s3.region.amazonaws.com/key`` or
    ``https://s3.region.amazonaws.com/bucket/key``.
    """
    scheme, _, rest = uri.partition("://")
    if scheme == "https" and (web := _WEB_HOST.fullmatch(rest.partition("/")[0])):
        rest = unquote("/".join(filter(None, (web["bucket"], rest.partition("/")[2]))))
    elif scheme not in ("s3", "s3a", "s3n"):
        rest = ""
    bucket, _, key = rest.partition("/")
    if not bucket:
        raise InvalidURI(f"{uri!r} is not an address in S3: write s3://bucket/key")
    return bucket, key


def split_request(raw_path: bytes, host: str) -> tuple[str, str]:
    """Bucket and key of a request's target, in path style or virtual-host style."""
    path = raw_path.partition(b"?")[0]
    try:
        decoded = unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        raise InvalidURI from None
    decoded = decoded.removeprefix("/")
    if virtual := _VIRTUAL_HOST.fullmatch(host):
        return virtual["bucket"].lower(), decoded
    bucket, _, key = decoded.partition("/")
    return bucket, key
