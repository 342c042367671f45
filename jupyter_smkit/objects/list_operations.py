"""ListObjects in its three forms, and ListMultipartUploads."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from jupyter_smkit.objects import xml
from jupyter_smkit.objects.errors import InvalidArgument
from jupyter_smkit.objects.listing import Page
from jupyter_smkit.objects.model import ObjectInfo
from jupyter_smkit.objects.request import Answer, S3Request, answer_xml, owner, quoted

MAX_KEYS = 1000
Elements = list[tuple[str, Any]]
Encode = Callable[[str], str]


def list_objects(request: S3Request) -> Answer:
    """Version 1: pages by marker."""
    request.owned()
    encode, delimiter = _encoding(request), request.query.get("delimiter", "")
    marker = request.query.get("marker", "")
    page, limit = _page(request, marker or None)
    content: Elements = [
        ("Name", request.bucket),
        ("Prefix", encode(request.query.get("prefix", ""))),
        ("Marker", encode(marker)),
        ("MaxKeys", limit),
        *_shared(request, page, encode, delimiter),
    ]
    # Without a delimiter the client is to go on after the last key itself.
    if page.next is not None and delimiter:
        content.append(("NextMarker", encode(page.next)))
    content += [
        ("Contents", [*_entry(info, encode), ("Owner", owner(request.caller.account))])
        for info in page.objects
    ]
    return answer_xml("ListBucketResult", content + _prefixes(page, encode))


def list_objects_v2(request: S3Request) -> Answer:
    request.owned()
    encode, delimiter = _encoding(request), request.query.get("delimiter", "")
    token, start = request.query.get("continuation-token"), request.query.get("start-after", "")
    after = start or None
    if token is not None:
        after = _opened(token)
    page, limit = _page(request, after)
    content: Elements = [
        ("Name", request.bucket),
        ("Prefix", encode(request.query.get("prefix", ""))),
        ("MaxKeys", limit),
        ("KeyCount", len(page.objects) + len(page.prefixes)),
        *_shared(request, page, encode, delimiter),
    ]
    if start:
        content.append(("StartAfter", encode(start)))
    if token is not None:
        content.append(("ContinuationToken", token))
    if page.next is not None:
        content.append(("NextContinuationToken", _sealed(page.next)))
    owned = request.query.get("fetch-owner") == "true"
    content += [
        (
            "Contents",
            [
                *_entry(info, encode),
                *([("Owner", owner(request.caller.account))] if owned else []),
            ],
        )
        for info in page.objects
    ]
    return answer_xml("ListBucketResult", content + _prefixes(page, encode))


def list_versions(request: S3Request) -> Answer:
    """Every object has one version, the null version."""
    request.owned()
    encode, delimiter = _encoding(request), request.query.get("delimiter", "")
    marker = request.query.get("key-marker", "")
    page, limit = _page(request, marker or None)
    content: Elements = [
        ("Name", request.bucket),
        ("Prefix", encode(request.query.get("prefix", ""))),
        ("KeyMarker", encode(marker)),
        ("VersionIdMarker", request.query.get("version-id-marker", "")),
        ("MaxKeys", limit),
        *_shared(request, page, encode, delimiter),
    ]
    if page.next is not None:
        content += [("NextKeyMarker", encode(page.next)), ("NextVersionIdMarker", "null")]
    content += [
        (
            "Version",
            [
                *_entry(info, encode),
                ("VersionId", "null"),
                ("IsLatest", True),
                ("Owner", owner(request.caller.account)),
            ],
        )
        for info in page.objects
    ]
    return answer_xml("ListVersionsResult", content + _prefixes(page, encode))


def list_uploads(request: S3Request) -> Answer:
    request.owned()
    encode, delimiter = _encoding(request), request.query.get("delimiter", "")
    prefix, marker = request.query.get("prefix", ""), request.query.get("key-marker", "")
    upload = request.query.get("upload-id-marker", "") if marker else ""
    limit = request.number("max-uploads", MAX_KEYS, MAX_KEYS)
    page = request.store.uploads.page(
        request.bucket, prefix, delimiter, (marker, upload) if marker else None, limit
    )
    content: Elements = [
        ("Bucket", request.bucket),
        ("KeyMarker", encode(marker)),
        ("UploadIdMarker", upload),
        ("Prefix", encode(prefix)),
        *([("Delimiter", encode(delimiter))] if delimiter else []),
        ("MaxUploads", limit),
        ("IsTruncated", page.next is not None),
    ]
    if page.next is not None:
        content += [
            ("NextKeyMarker", encode(page.next[0])),
            ("NextUploadIdMarker", page.next[1]),
        ]
    if "encoding-type" in request.query:
        content.append(("EncodingType", "url"))
    for found in page.uploads:
        entry: Elements = [
            ("Key", encode(found.key)),
            ("UploadId", found.id),
            ("Initiator", owner(request.caller.account)),
            ("Owner", owner(request.caller.account)),
            ("StorageClass", found.attributes.headers.get("x-amz-storage-class", "STANDARD")),
            ("Initiated", xml.timestamp(found.started)),
        ]
        if found.algorithm:
            entry += [
                ("ChecksumAlgorithm", found.algorithm),
                ("ChecksumType", found.checksum_type),
            ]
        content.append(("Upload", entry))
    content += [("CommonPrefixes", [("Prefix", encode(folded))]) for folded in page.prefixes]
    return answer_xml("ListMultipartUploadsResult", content)


def _page(request: S3Request, after: str | None) -> tuple[Page, int]:
    limit = request.number("max-keys", MAX_KEYS, MAX_KEYS)
    page = request.store.page(
        request.bucket,
        request.query.get("prefix", ""),
        request.query.get("delimiter", ""),
        after,
        limit,
    )
    return page, limit


def _shared(request: S3Request, page: Page, encode: Encode, delimiter: str) -> Elements:
    content: Elements = [("Delimiter", encode(delimiter))] if delimiter else []
    if "encoding-type" in request.query:
        content.append(("EncodingType", "url"))
    content.append(("IsTruncated", page.next is not None))
    return content


def _entry(info: ObjectInfo, encode: Encode) -> Elements:
    content: Elements = [
        ("Key", encode(info.key)),
        ("LastModified", xml.timestamp(info.modified)),
        ("ETag", quoted(info.etag)),
    ]
    for algorithm in info.checksums:
        content += [("ChecksumAlgorithm", algorithm), ("ChecksumType", info.checksum_type)]
    content += [
        ("Size", info.size),
        ("StorageClass", info.attributes.headers.get("x-amz-storage-class", "STANDARD")),
    ]
    return content


def _prefixes(page: Page, encode: Encode) -> Elements:
    return [("CommonPrefixes", [("Prefix", encode(prefix))]) for prefix in page.prefixes]


def _encoding(request: S3Request) -> Encode:
    match request.query.get("encoding-type"):
        case None:
            return str
        case "url":
            return lambda text: quote(text, safe="/-_.~*")
    raise InvalidArgument("Invalid Encoding Method specified in Request")


def _sealed(key: str) -> str:
    return base64.urlsafe_b64encode(b"1" + key.encode()).decode()


def _opened(token: str) -> str:
    try:
        text = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        text = ""
    if not text.startswith("1"):
        raise InvalidArgument("The continuation token provided is incorrect")
    return text[1:]
