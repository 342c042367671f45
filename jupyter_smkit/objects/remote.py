"""s3:// on a real S3-compatible service, with the credentials that boto3 finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self
from urllib.parse import urlencode

from jupyter_smkit.objects import staging
from jupyter_smkit.objects.blobs import PIECE
from jupyter_smkit.objects.content import Range, resolve
from jupyter_smkit.objects.errors import S3Error
from jupyter_smkit.objects.model import (
    ALWAYS,
    NO_ATTRIBUTES,
    Attributes,
    Condition,
    ObjectInfo,
)
from jupyter_smkit.objects.names import encoded_key

_MEMBERS = {
    "cache-control": "CacheControl",
    "content-disposition": "ContentDisposition",
    "content-encoding": "ContentEncoding",
    "content-language": "ContentLanguage",
    "content-type": "ContentType",
    "x-amz-storage-class": "StorageClass",
}


class RemoteError(S3Error):
    """What the service answered instead of success."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code, self.status = code, status


class RemoteObjects:
    def __init__(self, endpoint: str, region: str) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.region = region

    @cached_property
    def session(self) -> Any:
        # Imported here: only who is pointed at a service pays for boto3's start.
        import boto3

        return boto3.session.Session(region_name=self.region)

    @property
    def credentials(self) -> Any:
        """The key pair to sign with, renewed where it is a temporary one."""
        found = self.session.get_credentials()
        if found is None:
            raise RemoteError(
                "AccessDenied",
                403,
                f"There are no credentials for {self.endpoint}: give smkit AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, or a profile, when it starts",
            )
        return found.get_frozen_credentials()

    @cached_property
    def client(self) -> Any:
        from botocore.config import Config

        config = Config(
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return self.session.client("s3", endpoint_url=self.endpoint, config=config)

    def ensure_bucket(self, name: str, account: str, region: str) -> None:
        place = {} if region == "us-east-1" else {"LocationConstraint": region}
        more = {"CreateBucketConfiguration": place} if place else {}
        try:
            with _errors():
                self.client.create_bucket(Bucket=name, **more)
        except RemoteError as error:
            if error.code != "BucketAlreadyOwnedByYou":
                raise

    def put(
        self,
        bucket: str,
        key: str,
        data: bytes | Path | BinaryIO,
        attributes: Attributes = NO_ATTRIBUTES,
        condition: Condition = ALWAYS,
    ) -> ObjectInfo:
        encoded_key(key)
        extra = _extra(attributes)
        if condition.if_match is not None:
            extra["IfMatch"] = condition.if_match
        if condition.if_none_match is not None:
            extra["IfNoneMatch"] = condition.if_none_match
        with _errors():
            if isinstance(data, bytes):
                self.client.put_object(Bucket=bucket, Key=key, Body=data, **extra)
            elif isinstance(data, Path):
                with open(data, "rb") as file:
                    self._put_file(bucket, key, file, extra, condition)
            else:
                self._put_file(bucket, key, data, extra, condition)
        return self.head(bucket, key)

    def head(self, bucket: str, key: str) -> ObjectInfo:
        with _errors():
            return _info(bucket, key, self.client.head_object(Bucket=bucket, Key=key))

    def get(self, bucket: str, key: str, wanted: Range | None = None) -> RemoteContent:
        with _errors():
            if wanted is None:
                answer = self.client.get_object(Bucket=bucket, Key=key)
                info = _info(bucket, key, answer)
                return RemoteContent(info, answer["Body"], 0, info.size)
            info = self.head(bucket, key)
            start, length = resolve(wanted, info.size)
            span = f"bytes={start}-{start + length - 1}"
            answer = self.client.get_object(
                Bucket=bucket, Key=key, Range=span, IfMatch=f'"{info.etag}"'
            )
            return RemoteContent(info, answer["Body"], start, length)

    def fetch(self, bucket: str, key: str, target: Path) -> ObjectInfo:
        with _errors():
            self.client.download_file(bucket, key, str(target))
        return self.head(bucket, key)

    def keys(self, bucket: str, prefix: str = "") -> Iterator[ObjectInfo]:
        pages = self.client.get_paginator("list_objects_v2")
        with _errors():
            for page in pages.paginate(Bucket=bucket, Prefix=prefix):
                for entry in page.get("Contents", []):
                    yield _info(bucket, entry["Key"], {**entry, "ContentLength": entry["Size"]})

    def delete(self, bucket: str, key: str) -> None:
        with _errors():
            self.client.delete_object(Bucket=bucket, Key=key)

    def download(
        self, uri: str, directory: Path, *, manifest: bool = False, shard: tuple[int, int] = (0, 1)
    ) -> list[Path]:
        return staging.download(self, uri, directory, manifest, shard)

    def upload(self, source: Path, uri: str) -> list[ObjectInfo]:
        return staging.upload(self, source, uri)

    def _put_file(
        self,
        bucket: str,
        key: str,
        file: BinaryIO,
        extra: dict[str, Any],
        condition: Condition,
    ) -> None:
        if condition == ALWAYS:
            self.client.upload_fileobj(file, bucket, key, ExtraArgs=extra)
        else:
            self.client.put_object(Bucket=bucket, Key=key, Body=file, **extra)


class RemoteContent:
    def __init__(self, info: ObjectInfo, body: Any, start: int, length: int) -> None:
        self.info = info
        self.start = start
        self.length = length
        self._body = body

    def read(self, size: int = -1, /) -> bytes:
        found: bytes = self._body.read(None if size < 0 else size)
        return found

    def close(self) -> None:
        self._body.close()

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(PIECE):
            yield piece

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        self.close()


@contextmanager
def _errors() -> Iterator[None]:
    from boto3.exceptions import S3UploadFailedError
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        answer = error.response
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        found = answer.get("Error", {})
        # A HEAD has no body: its error is known by the status alone.
        code = {"404": "NoSuchKey"}.get(found.get("Code", ""), found.get("Code", "InternalError"))
        raise RemoteError(code, status, found.get("Message", str(error))) from None
    except (BotoCoreError, S3UploadFailedError) as error:
        raise RemoteError("ServiceUnavailable", 503, str(error)) from error


def _info(bucket: str, key: str, answer: dict[str, Any]) -> ObjectInfo:
    headers = {
        name: answer[member]
        for name, member in _MEMBERS.items()
        if isinstance(answer.get(member), str)
    }
    return ObjectInfo(
        bucket=bucket,
        key=key,
        size=answer["ContentLength"],
        etag=answer["ETag"].strip('"'),
        modified=answer["LastModified"].timestamp(),
        attributes=Attributes(headers, answer.get("Metadata", {})),
    )


def _extra(attributes: Attributes) -> dict[str, Any]:
    extra: dict[str, Any] = {
        _MEMBERS[name]: value for name, value in attributes.headers.items() if name in _MEMBERS
    }
    if attributes.metadata:
        extra["Metadata"] = dict(attributes.metadata)
    if attributes.tags:
        extra["Tagging"] = urlencode(attributes.tags)
    return extra
