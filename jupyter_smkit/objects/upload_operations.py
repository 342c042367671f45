"""Operations on multipart uploads."""

from __future__ import annotations

from typing import Any

from jupyter_smkit.api.numbers import whole
from jupyter_smkit.objects import checksums, xml
from jupyter_smkit.objects.attributes import (
    attributes_from,
    check_read,
    checksum_headers,
    copy_source,
    range_from,
    write_condition,
)
from jupyter_smkit.objects.blobs import PIECE, Blob
from jupyter_smkit.objects.content import Range
from jupyter_smkit.objects.errors import (
    InvalidArgument,
    InvalidRequest,
    MalformedXML,
    PreconditionFailed,
)
from jupyter_smkit.objects.object_operations import check_upload_head, writer_for
from jupyter_smkit.objects.payload import claimed_checksum, requested_algorithm
from jupyter_smkit.objects.request import (
    Answer,
    Reception,
    S3Request,
    answer_xml,
    owner,
    quoted,
)
from jupyter_smkit.objects.uploads import Chosen, Upload, check_number

_RANGE_FORM = "The x-amz-copy-source-range value must be of the form bytes=first-last"


def create_upload(request: S3Request) -> Answer:
    request.owned()
    made = request.store.uploads.create(
        request.bucket,
        request.key,
        attributes_from(request),
        requested_algorithm(request.headers),
        request.headers.get("x-amz-checksum-type", "").upper(),
    )
    answer = answer_xml(
        "InitiateMultipartUploadResult",
        [("Bucket", request.bucket), ("Key", request.key), ("UploadId", made.id)],
    )
    headers = dict(answer.headers)
    if made.algorithm:
        headers["x-amz-checksum-algorithm"] = made.algorithm
        headers["x-amz-checksum-type"] = made.checksum_type
    return Answer(200, answer.body, headers)


def receive_part(request: S3Request) -> Reception:
    """UploadPart."""
    upload = _upload(request)
    check_number(request.number_of_part)
    algorithm = check_upload_head(request)
    if upload.algorithm and algorithm and algorithm != upload.algorithm:
        raise InvalidRequest(
            f"Checksum Type mismatch occurred, expected checksum Type: "
            f"{upload.algorithm.lower()}, actual checksum Type: {algorithm.lower()}"
        )
    algorithm = upload.algorithm or algorithm

    def keep(blob: Blob) -> Answer:
        part = request.store.uploads.add_part(
            request.bucket, request.key, upload.id, request.number_of_part, blob
        )
        return Answer(headers={"etag": quoted(part.etag), **checksum_headers(part.checksums, "")})

    return Reception(writer_for(request, algorithm), keep)


def copy_part(request: S3Request) -> Answer:
    upload = _upload(request)
    check_number(request.number_of_part)
    bucket, key = copy_source(request)
    request.owned(bucket, "x-amz-source-expected-bucket-owner")
    source = request.store.head(bucket, key)
    check_read(request, source, "x-amz-copy-source-")
    wanted = _source_range(request.headers.get("x-amz-copy-source-range"), source.size)
    writer = request.store.writer([upload.algorithm] if upload.algorithm else [])
    try:
        with request.store.open(source, wanted) as content:
            if content.info != source:
                raise PreconditionFailed("The source was replaced while it was being copied")
            while piece := content.read(PIECE):
                writer.write(piece)
        blob = writer.finish()
    except BaseException:
        writer.abort()
        raise
    part = request.store.uploads.add_part(
        request.bucket, request.key, upload.id, request.number_of_part, blob
    )
    content_of: list[tuple[str, Any]] = [
        ("ETag", quoted(part.etag)),
        ("LastModified", xml.timestamp(part.modified)),
        *((f"Checksum{name}", value) for name, value in part.checksums.items()),
    ]
    return answer_xml("CopyPartResult", content_of)


def list_parts(request: S3Request) -> Answer:
    upload = _upload(request)
    limit = request.number("max-parts", 1000, 1000)
    marker = request.number("part-number-marker", 0)
    found = request.store.uploads.parts(
        request.bucket, request.key, upload.id, after=marker, limit=limit + 1
    )
    shown = found[:limit]
    account = request.caller.account
    content: list[tuple[str, Any]] = [
        ("Bucket", request.bucket),
        ("Key", request.key),
        ("UploadId", upload.id),
        ("Initiator", owner(account)),
        ("Owner", owner(account)),
        ("StorageClass", upload.attributes.headers.get("x-amz-storage-class", "STANDARD")),
        ("PartNumberMarker", marker),
        ("NextPartNumberMarker", shown[-1].number if shown else 0),
        ("MaxParts", limit),
        ("IsTruncated", len(found) > limit),
    ]
    if upload.algorithm:
        content += [
            ("ChecksumAlgorithm", upload.algorithm),
            ("ChecksumType", upload.checksum_type),
        ]
    for part in shown:
        entry: list[tuple[str, Any]] = [
            ("PartNumber", part.number),
            ("LastModified", xml.timestamp(part.modified)),
            ("ETag", quoted(part.etag)),
            ("Size", part.size),
            *((f"Checksum{name}", value) for name, value in part.checksums.items()),
        ]
        content.append(("Part", entry))
    return answer_xml("ListPartsResult", content)


def complete_upload(request: S3Request) -> Answer:
    request.owned()
    upload = request.query["uploadId"]
    root = xml.parse(request.body, "CompleteMultipartUpload")
    made = request.store.uploads.complete(
        request.bucket,
        request.key,
        upload,
        [_chosen(part) for part in root.all("Part")],
        write_condition(request),
        claimed_checksum(request.headers),
        whole(request.headers.get("x-amz-mp-object-size", "")),
    )
    content: list[tuple[str, Any]] = [
        ("Location", f"http://{request.headers.get('host', '')}/{request.bucket}/{request.key}"),
        ("Bucket", request.bucket),
        ("Key", request.key),
        ("ETag", quoted(made.etag)),
        *((f"Checksum{name}", value) for name, value in made.checksums.items()),
    ]
    if made.checksums:
        content.append(("ChecksumType", made.checksum_type))
    return answer_xml("CompleteMultipartUploadResult", content)


def abort_upload(request: S3Request) -> Answer:
    request.owned()
    request.store.uploads.abort(request.bucket, request.key, request.query["uploadId"])
    return Answer(204)


def _upload(request: S3Request) -> Upload:
    request.owned()
    return request.store.uploads.get(request.bucket, request.key, request.query["uploadId"])


def _chosen(part: xml.Element) -> Chosen:
    number = whole(part.text("PartNumber"))
    if number is None:
        raise MalformedXML
    return Chosen(
        number,
        part.text("ETag").strip().strip('"'),
        {
            name: part.text(f"Checksum{name}")
            for name in checksums.SIZES
            if part.find(f"Checksum{name}") is not None
        },
    )


def _source_range(header: str | None, size: int) -> Range | None:
    if header is None:
        return None
    wanted = range_from(header)
    if wanted is None or None in wanted:
        raise InvalidArgument(_RANGE_FORM)
    if (wanted[1] or 0) >= size:
        raise InvalidArgument(f"Range specified is not valid for source object of size: {size}")
    return wanted
