"""S3 requests that no client would send: whatever comes, the answer is no 500."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote, urlencode

import cbor2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_smkit.api import sigv4
from jupyter_smkit.objects.checksums import SIZES
from jupyter_smkit.objects.routes import _SUBRESOURCES

HOSTILE = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
VALUES = st.sampled_from(
    [
        *("", "0", "-1", "1", "2", "²", "9" * 400, "9" * 5000, "1.5", "null", "true", "url", "*"),
        *("bytes=0-", "bytes=3-1", "bytes=-0", f"bytes={'9' * 5000}-", "bytes=0-1,2-3", "chunked"),
        *("Mon, 01 Jan 0001 00:00:00 -0000", f"Mon, {'9' * 30} Jan 2020 00:00:00 GMT", "a b", "é"),
        *("/bucket/key", "bucket", "/bucket/../..", "%ff/%00", "?versionId=1", "ETag,ObjectParts"),
        *("CRC32", "SHA256", "CRC64NVME", "COMPOSITE", "REPLACE", "aGVsbG8=", "a=1&a=2", "\x7f"),
    ]
) | st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=8)
QUERY = [
    *sorted(_SUBRESOURCES),
    *("list-type", "max-keys", "prefix", "delimiter", "marker", "start-after", "encoding-type"),
    *("continuation-token", "key-marker", "upload-id-marker", "max-uploads", "max-parts"),
    *("part-number-marker", "partNumber", "versionId", "fetch-owner", "max-buckets"),
    *("response-content-type", "response-expires", "select", "x-id"),
]
HEADERS = [
    *("range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"),
    *("content-md5", "content-type", "content-encoding", "expires", "x-amz-tagging"),
    *("x-amz-copy-source", "x-amz-copy-source-range", "x-amz-copy-source-if-modified-since"),
    *("x-amz-metadata-directive", "x-amz-storage-class", "x-amz-expected-bucket-owner"),
    *("x-amz-checksum-algorithm", "x-amz-checksum-type", "x-amz-checksum-mode", "x-amz-trailer"),
    *("x-amz-object-attributes", "x-amz-max-parts", "x-amz-part-number-marker"),
    *("x-amz-decoded-content-length", "x-amz-mp-object-size", "x-amz-meta-a"),
    *(f"x-amz-checksum-{name.lower()}" for name in SIZES),
]
NAMES = st.sampled_from(
    [
        *("Delete", "Object", "Key", "VersionId", "ETag", "Quiet", "CompleteMultipartUpload"),
        *("Part", "PartNumber", "ChecksumCRC32", "Tagging", "TagSet", "Tag", "Value", "Status"),
        *("CreateBucketConfiguration", "LocationConstraint", "VersioningConfiguration"),
    ]
)
TREES: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(["", "key", "1", "9" * 5000, "&amp;", "&x;", "<", "é", "\x00", "]]>"]),
    lambda inner: st.builds(
        lambda name, parts: f"<{name}>{''.join(parts)}</{name}>",
        NAMES,
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)
TEMPLATES = (
    "<Delete><Object><Key>{}</Key></Object></Delete>",
    "<Delete><Object><Key>key</Key><VersionId>{}</VersionId></Object></Delete>",
    "<CompleteMultipartUpload><Part><PartNumber>{}</PartNumber><ETag>x</ETag></Part>"
    "</CompleteMultipartUpload>",
    "<Tagging><TagSet><Tag><Key>{}</Key><Value>v</Value></Tag></TagSet></Tagging>",
    "{}",
)
BODIES = (
    st.builds(
        lambda template, tree, encoding: template.format(tree).encode(encoding, "replace"),
        st.sampled_from(TEMPLATES),
        TREES,
        st.sampled_from(["utf-8", "utf-8", "utf-16", "latin-1"]),
    )
    | st.binary(max_size=40)
    | st.sampled_from([b"<a>" * 50_000, b'{"Statement": 1}', b"[" * 50_000, b"5\r\nhello\r\n0\r\n"])
)
PAYLOADS = [
    *("", "", "", sigv4.UNSIGNED, "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "junk"),
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
]


@HOSTILE
@given(
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD"]),
    path=st.sampled_from(
        ["/", "/bucket", "/bucket/key", "/bucket/a/../b", "/b", "//", "/bucket/%ff"]
    ),
    query=st.dictionaries(st.sampled_from(QUERY), VALUES, max_size=3),
    headers=st.dictionaries(st.sampled_from(HEADERS), VALUES, max_size=3),
    payload=st.sampled_from(PAYLOADS),
    body=BODIES,
)
def test_nothing_that_is_sent_to_s3_gives_a_500(
    api: Any,
    method: str,
    path: str,
    query: dict[str, str],
    headers: dict[str, str],
    payload: str,
    body: bytes,
) -> None:
    api.send("s3", "PUT", "/bucket", {}, b"")
    api.send("s3", "PUT", "/bucket/key", {}, b"hello")
    target = path + (f"?{urlencode(query)}" if query else "")
    status, answer = api.send("s3", method, target, headers, body, payload)
    # What smkit's S3 does not have it refuses as NotImplemented.
    assert status < 500 or status == 501, f"{answer!r}\n{api.last_words()}"


@HOSTILE
@given(
    credential=st.lists(VALUES.map(lambda text: text[:50]), min_size=5, max_size=5),
    signature=VALUES,
    date=st.sampled_from(["", "20260101T000000Z", "²"]) | VALUES,
    form=st.sampled_from(["header", "query", "version 2"]),
)
def test_no_signature_gives_a_500(
    api: Any, credential: list[str], signature: str, date: str, form: str
) -> None:
    known = [api.credential.access_key, time.strftime("%Y%m%d", time.gmtime())]
    scope = [
        given or good
        for given, good in zip(credential, [*known, "us-east-1", "s3", "aws4_request"], strict=True)
    ]
    whole = "/".join(scope)
    given_date = date or time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {"host": "smkit"}
    target = "/bucket"
    match form:
        case "header":
            algorithm = "AWS4-HMAC-SHA256"
            headers["x-amz-date"] = given_date
            headers["authorization"] = (
                f"{algorithm} Credential={whole}, SignedHeaders=host, Signature={signature}"
            )
        case "query":
            names = ("Credential", "SignedHeaders", "Signature", "Date", "Expires")
            values = (whole, "host", signature, given_date, credential[0])
            target += "?" + urlencode(
                {f"X-Amz-{name}": value for name, value in zip(names, values, strict=True)}
            )
        case _:
            pairs = {"AWSAccessKeyId": known[0], "Signature": signature, "Expires": credential[0]}
            target += "?" + urlencode(pairs)
    status, answer = api.exchange("GET", target, headers, b"")
    assert status < 500, f"{answer!r}\n{api.last_words()}"


@pytest.mark.parametrize(
    "body",
    [
        cbor2.dumps(cbor2.CBORTag(28, [cbor2.CBORTag(29, 0)])),
        bytes.fromhex("c48221c2581f") + b"\xff" * 31,
        b"\x81" * 3000 + b"\x00",
        b"\xbf" * 3000,
        cbor2.dumps({"MetricData": {1, 2}}),
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
    ],
    ids=["a list within itself", "a large number", "deep", "deep maps", "a set", "a huge list"],
)
def test_what_cbor_alone_can_say_gives_no_500(api: Any, body: bytes) -> None:
    headers = {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"}
    target = "/service/GraniteServiceVersion20100801/operation/PutMetricData"
    status, answer = api.send("monitoring", "POST", target, headers, body)
    assert status == 400, f"{answer!r}\n{api.last_words()}"


def test_the_stream_of_events_takes_any_after(api: Any) -> None:
    for after in ("²", "9" * 5000, "%ff"):
        target = f"/_smkit/events?after={quote(after)}"
        assert api.open("smkit", target) == 200
