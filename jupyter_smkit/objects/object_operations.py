"""Operations on single objects, and DeleteObjects."""

from __future__ import annotations

from typing import Any

from jupyter_smkit.api.numbers import whole
from jupyter_smkit.objects import checksums, xml
from jupyter_smkit.objects.attributes import (
    OVERRIDES,
    attributes_from,
    check_read,
    checksum_headers,
    copy_source,
    head_of,
    range_from,
    tags_from,
    tags_of_document,
    write_condition,
)
from jupyter_smkit.objects.blobs import Blob, BlobWriter
from jupyter_smkit.objects.content import Range, resolve
from jupyter_smkit.objects.errors import (
    EntityTooLarge,
    InvalidArgument,
    InvalidPartNumber,
    InvalidRequest,
    MalformedXML,
    MissingContentLength,
    NoSuchVersion,
    NotImplementedHere,
    S3Error,
)
from jupyter_smkit.objects.model import Attributes, Condition, ObjectInfo
from jupyter_smkit.objects.payload import claimed_checksum, content_length, requested_algorithm
from jupyter_smkit.objects.request import Answer, Reception, S3Request, answer_xml, quoted
from jupyter_smkit.objects.store import MAX_PUT

_MAX_DELETES = 1000
_DIRECTORY_BUCKETS = "Deleting by size or by time is a function of directory buckets only"


def receive_object(request: S3Request) -> Reception:
    """PutObject: what is wrong with the head is said before the body is read."""
    request.owned()
    attributes, condition = attributes_from(request), write_condition(request)
    algorithm = check_upload_head(request)

    def keep(blob: Blob) -> Answer:
        info = request.store.commit(request.bucket, request.key, blob, attributes, condition)
        return Answer(headers=_written(info))

    return Reception(writer_for(request, algorithm), keep)


def check_upload_head(request: S3Request) -> str:
    """The checksum algorithm of an upload; raises where its length is unknown or too large."""
    length = content_length(request.headers)
    if length is None and "transfer-encoding" not in request.headers:
        raise MissingContentLength
    if (length or 0) > MAX_PUT:
        raise EntityTooLarge(ProposedSize=length, MaxSizeAllowed=MAX_PUT)
    claimed = claimed_checksum(request.headers)
    return claimed[0] if claimed else requested_algorithm(request.headers)


def writer_for(request: S3Request, algorithm: str) -> BlobWriter:
    expected = content_length(request.headers) or 0
    return request.store.writer([algorithm] if algorithm else [], expected)


def get_object(request: S3Request) -> Answer:
    info = _found(request)
    wanted, headers = _wanted(request, info)
    status = 200 if wanted is None else 206
    content = request.store.open(info, wanted)
    if content.info != info:
        # Replaced since: conditions, part and checksums were the old object's.
        content.close()
        return get_object(request)
    headers["content-length"] = str(content.length)
    if wanted is not None:
        last = content.start + content.length - 1
        headers["content-range"] = f"bytes {content.start}-{last}/{info.size}"
    return Answer(status, content, {**head_of(info), **headers, **_overrides(request)})


def head_object(request: S3Request) -> Answer:
    info = _found(request)
    wanted, headers = _wanted(request, info)
    start, length = resolve(wanted, info.size)
    headers["content-length"] = str(length)
    if wanted is not None:
        headers["content-range"] = f"bytes {start}-{start + length - 1}/{info.size}"
    return Answer(
        200 if wanted is None else 206,
        headers={**head_of(info), **headers, **_overrides(request)},
    )


def copy_object(request: S3Request) -> Answer:
    request.owned()
    bucket, key = copy_source(request)
    request.owned(bucket, "x-amz-source-expected-bucket-owner")
    source = request.store.head(bucket, key)
    check_read(request, source, "x-amz-copy-source-")
    replaced = request.headers.get("x-amz-metadata-directive", "COPY").upper() == "REPLACE"
    given = attributes_from(request)
    if (bucket, key) == (request.bucket, request.key) and not (
        replaced or "x-amz-storage-class" in request.headers
    ):
        raise InvalidRequest(
            "This copy request is illegal because it is trying to copy an object to itself without "
            "changing the object's metadata, storage class, website redirect location or "
            "encryption attributes."
        )
    retagged = request.headers.get("x-amz-tagging-directive", "COPY").upper() == "REPLACE"
    own = given if replaced else source.attributes
    attributes = Attributes(
        own.headers, own.metadata, tags_from(request) if retagged else source.attributes.tags
    )
    made = request.store.copy(
        source,
        request.bucket,
        request.key,
        attributes,
        write_condition(request),
        _computed(request, source),
    )
    content: list[tuple[str, Any]] = [
        ("ETag", quoted(made.etag)),
        ("LastModified", xml.timestamp(made.modified)),
        *((f"Checksum{name}", value) for name, value in made.checksums.items()),
    ]
    return answer_xml("CopyObjectResult", content)


def delete_object(request: S3Request) -> Answer:
    request.owned()
    for name in ("x-amz-if-match-size", "x-amz-if-match-last-modified-time"):
        if name in request.headers:
            raise NotImplementedHere(_DIRECTORY_BUCKETS, Header=name)
    condition = Condition(if_match=request.headers.get("if-match"))
    request.store.delete(request.bucket, request.key, condition)
    return Answer(204)


def delete_objects(request: S3Request) -> Answer:
    request.owned()
    root = xml.parse(request.body, "Delete")
    entries = root.all("Object")
    if not 1 <= len(entries) <= _MAX_DELETES:
        raise MalformedXML
    plain = [entry.text("Key") for entry in entries if not _is_conditional(entry)]
    if not all(entry.text("Key") for entry in entries):
        raise MalformedXML
    request.store.delete_many(request.bucket, plain)
    results: list[tuple[str, Any]] = [("Deleted", [("Key", key)]) for key in plain]
    for entry in entries:
        if _is_conditional(entry):
            results.append(_delete_one(request, entry))
    if root.text("Quiet", "") == "true":
        results = [each for each in results if each[0] == "Error"]
    return answer_xml("DeleteResult", results)


def _is_conditional(entry: xml.Element) -> bool:
    """Whether the object goes only if it is the one that the client means."""
    named = ("ETag", "Size", "LastModifiedTime", "VersionId")
    return any(entry.find(name) is not None for name in named)


def _delete_one(request: S3Request, entry: xml.Element) -> tuple[str, Any]:
    key = entry.text("Key")
    try:
        if (version := entry.text("VersionId", "null")) != "null":
            raise NoSuchVersion(Key=key, VersionId=version)
        if entry.find("Size") is not None or entry.find("LastModifiedTime") is not None:
            raise NotImplementedHere(_DIRECTORY_BUCKETS)
        etag = entry.text("ETag") if entry.find("ETag") is not None else None
        request.store.delete(request.bucket, key, Condition(if_match=etag))
    except S3Error as error:
        return "Error", [("Key", key), ("Code", error.code), ("Message", error.message)]
    return "Deleted", [("Key", key)]


def get_tagging(request: S3Request) -> Answer:
    request.owned()
    tags = request.store.head(request.bucket, request.key).attributes.tags
    return Answer(200, xml.tag_set(tags), {"content-type": "application/xml"})


def put_tagging(request: S3Request) -> Answer:
    request.owned()
    request.store.tag(request.bucket, request.key, tags_of_document(request.body))
    return Answer()


def delete_tagging(request: S3Request) -> Answer:
    request.owned()
    request.store.tag(request.bucket, request.key, {})
    return Answer(204)


def get_attributes(request: S3Request) -> Answer:
    info = _found(request)
    wanted = {
        name.strip() for name in request.headers.get("x-amz-object-attributes", "").split(",")
    } - {""}
    known = {"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"}
    if not wanted or not wanted <= known:
        raise InvalidArgument("Invalid attribute name specified.")
    content: list[tuple[str, Any]] = []
    if "ETag" in wanted:
        content.append(("ETag", info.etag))
    if "Checksum" in wanted and info.checksums:
        values = [(f"Checksum{name}", value) for name, value in info.checksums.items()]
        content.append(("Checksum", [*values, ("ChecksumType", info.checksum_type)]))
    if "ObjectParts" in wanted and info.parts:
        content.append(("ObjectParts", _object_parts(request, info)))
    if "StorageClass" in wanted:
        content.append(
            ("StorageClass", info.attributes.headers.get("x-amz-storage-class", "STANDARD"))
        )
    if "ObjectSize" in wanted:
        content.append(("ObjectSize", info.size))
    answer = answer_xml("GetObjectAttributesResponse", content)
    modified = head_of(info)["last-modified"]
    return Answer(200, answer.body, {**answer.headers, "last-modified": modified})


def _object_parts(request: S3Request, info: ObjectInfo) -> list[tuple[str, Any]]:
    # S3 takes no notice of what is no number here.
    marker = whole(request.headers.get("x-amz-part-number-marker", "")) or 0
    limit = min(whole(request.headers.get("x-amz-max-parts", "")) or 1000, 1000)
    following = [part for part in info.parts if part.number > marker]
    shown = following[:limit]
    return [
        ("PartsCount", len(info.parts)),
        ("PartNumberMarker", marker),
        ("NextPartNumberMarker", shown[-1].number if shown else 0),
        ("MaxParts", limit),
        ("IsTruncated", len(following) > len(shown)),
        *(
            (
                "Part",
                [
                    ("PartNumber", part.number),
                    ("Size", part.size),
                    *((f"Checksum{name}", value) for name, value in part.checksums.items()),
                ],
            )
            for part in shown
        ),
    ]


def _found(request: S3Request) -> ObjectInfo:
    request.owned()
    info = request.store.head(request.bucket, request.key)
    check_read(request, info)
    return info


def _wanted(request: S3Request, info: ObjectInfo) -> tuple[Range | None, dict[str, str]]:
    """The range that a GET or HEAD asks for, and the headers that come with it."""
    checked = request.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED"
    if "partNumber" in request.query:
        return _part_range(request.number_of_part, info, checked)
    wanted = range_from(request.headers.get("range", ""))
    whole = checksum_headers(info.checksums, info.checksum_type)
    return wanted, whole if checked and wanted is None else {}


def _part_range(
    number: int, info: ObjectInfo, checked: bool
) -> tuple[Range | None, dict[str, str]]:
    if not info.parts and number == 1:
        return (0, info.size - 1) if info.size else None, {}
    start = 0
    for position, part in enumerate(info.parts, 1):
        if position == number:
            headers = {"x-amz-mp-parts-count": str(len(info.parts))}
            if checked:
                headers |= checksum_headers(part.checksums, info.checksum_type)
            return (start, start + part.size - 1), headers
        start += part.size
    raise InvalidPartNumber(PartNumberRequested=number, ActualPartCount=len(info.parts) or 1)


def _computed(request: S3Request, source: ObjectInfo) -> dict[str, str] | None:
    """The checksum that a copy asks for, where its source has another or none."""
    algorithm = requested_algorithm(request.headers)
    if not algorithm or algorithm in source.checksums:
        return None
    digest = checksums.new(algorithm)
    with request.store.open(source) as content:
        for piece in content:
            digest.update(piece)
    return {algorithm: checksums.encoded(digest.digest())}


def _overrides(request: S3Request) -> dict[str, str]:
    found = {
        header: request.query[name] for name, header in OVERRIDES.items() if request.query.get(name)
    }
    # A line feed would end the header, and what follows would be the client's own.
    if wrong := [value for value in found.values() if not value.isprintable()]:
        raise InvalidArgument("Header value cannot be represented.", ArgumentValue=wrong[0])
    return found


def _written(info: ObjectInfo) -> dict[str, str]:
    return {
        "etag": quoted(info.etag),
        **checksum_headers(info.checksums, info.checksum_type),
        **{
            name: value
            for name, value in info.attributes.headers.items()
            if name.startswith("x-amz-server-side-encryption")
        },
    }
