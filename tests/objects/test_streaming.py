"""Bodies that are signed or summed while they are sent, through the wire."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from jupyter_smkit.api import sigv4
from jupyter_smkit.objects.chunked import SIGNED, SIGNED_TRAILER

ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]
DATA = bytes(range(256)) * 1000


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_boto3_sends_the_checksum_after_the_body(service: Any, bucket: str, algorithm: str) -> None:
    s3 = service.client()

    def trail(params: Any, **_: Any) -> None:
        # As boto3 does over https.
        params["context"]["checksum"]["request_algorithm"]["in"] = "trailer"

    s3.meta.events.register("before-call.s3.PutObject", trail)
    put = s3.put_object(Bucket=bucket, Key="k", Body=DATA, ChecksumAlgorithm=algorithm)
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got["Body"].read() == DATA
    assert got[f"Checksum{algorithm}"] == put[f"Checksum{algorithm}"]
    assert "ContentEncoding" not in got

    def change(request: Any, **_: Any) -> None:
        body = request.body.read().replace(b"\x00\x01", b"\x01\x00", 1)
        request.body = body

    s3.meta.events.register("before-send.s3.PutObject", change)
    with pytest.raises(ClientError, match="BadDigest"):
        s3.put_object(Bucket=bucket, Key="k", Body=DATA, ChecksumAlgorithm=algorithm)


@pytest.mark.parametrize("trailers", [{}, {"x-amz-checksum-crc32": "Z2VOZQ=="}])
@pytest.mark.parametrize("tampered", [False, True])
def test_each_chunk_is_signed(
    service: Any,
    bucket: str,
    chunked: Callable[..., bytes],
    trailers: dict[str, str],
    tampered: bool,
) -> None:
    headers = {
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": str(len(DATA)),
        "x-amz-trailer": ",".join(trailers),
    }
    signed = sign(service, f"/{bucket}/k", headers, SIGNED_TRAILER if trailers else SIGNED)
    seed = sigv4.parse(sigv4.Request("PUT", f"/{bucket}/k", signed))
    key = sigv4.signing_key(service.secret, seed.date, seed.region, "s3")
    body = chunked(key, seed, [DATA[:70_000], DATA[70_000:]], trailers)
    if tampered:
        body = body.replace(b"\x00\x01", b"\x01\x00", 1)
    address = urlsplit(service.endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    connection.request("PUT", f"/{bucket}/k", body, signed)
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    if tampered:
        assert (answer.status, "SignatureDoesNotMatch" in said) == (403, True)
    elif trailers:
        # The checksum of the trailer is that of other data.
        assert (answer.status, "BadDigest" in said) == (400, True)
    else:
        assert (answer.status, said) == (200, "")
        got = service.client().get_object(Bucket=bucket, Key="k")
        assert got["Body"].read() == DATA


def sign(service: Any, path: str, headers: dict[str, str], literal: str) -> dict[str, str]:
    class Signer(S3SigV4Auth):  # type: ignore[misc]
        def payload(self, request: Any) -> str:
            return literal

    request = AWSRequest("PUT", f"{service.endpoint}{path}", headers=headers)
    request.headers["host"] = urlsplit(service.endpoint).netloc
    Signer(Credentials(service.access_key, service.secret), "s3", "us-east-1").add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}
