"""Bodies in aws-chunked encoding, made here after AWS's description and fed in any pieces."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_smkit.api.sigv4 import Signature, signing_key
from jupyter_smkit.objects.chunked import ChunkedDecoder, ChunkSigner
from jupyter_smkit.objects.errors import IncompleteBody, S3Error, SignatureDoesNotMatch

KEY = signing_key("secret", "20260101", "us-east-1", "s3")
SEED = Signature("AKID", "20260101", "us-east-1", "s3", ("host",), "ab" * 32, "20260101T000000Z")
CHUNKS = st.lists(st.binary(min_size=1, max_size=40), max_size=4)
CUTS = st.lists(st.integers(0, 2000), max_size=6)


Chunked = Callable[..., bytes]


def unsigned(chunks: list[bytes], trailers: dict[str, str]) -> bytes:
    body = b"".join(f"{len(chunk):X}\r\n".encode() + chunk + b"\r\n" for chunk in chunks)
    lines = "".join(f"{name}:{value}\r\n" for name, value in trailers.items())
    return body + b"0\r\n" + lines.encode() + b"\r\n"


def decode(decoder: ChunkedDecoder, body: bytes, cuts: list[int]) -> bytes:
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    payload = b""
    for start, end in pairwise(edges):
        payload += b"".join(bytes(piece) for piece in decoder.feed(body[start:end]))
    decoder.finish()
    return payload


@given(CHUNKS, CUTS, st.sampled_from([{}, {"x-amz-checksum-crc32": "AAAAAA=="}]))
def test_signed_chunks_come_out_whole(
    chunked: Chunked, chunks: list[bytes], cuts: list[int], trailers: dict[str, str]
) -> None:
    decoder = ChunkedDecoder(ChunkSigner(KEY, SEED))
    assert decode(decoder, chunked(KEY, SEED, chunks, trailers), cuts) == b"".join(chunks)
    assert decoder.trailers == trailers


@given(CHUNKS, CUTS)
def test_unsigned_chunks_with_a_trailer(chunks: list[bytes], cuts: list[int]) -> None:
    trailers = {"x-amz-checksum-crc32": "AAAAAA=="}
    decoder = ChunkedDecoder(None)
    assert decode(decoder, unsigned(chunks, trailers), cuts) == b"".join(chunks)
    assert decoder.trailers == trailers


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4), st.data())
def test_a_changed_payload_is_refused(
    chunked: Chunked, chunks: list[bytes], data: st.DataObject
) -> None:
    changed = [bytearray(chunk) for chunk in chunks]
    number = data.draw(st.integers(0, len(chunks) - 1))
    place = data.draw(st.integers(0, len(chunks[number]) - 1))
    body = chunked(KEY, SEED, chunks, {})
    at = body.index(b"\r\n" + bytes(changed[number]) + b"\r\n") + 2 + place
    tampered = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
    with pytest.raises(SignatureDoesNotMatch):
        decode(ChunkedDecoder(ChunkSigner(KEY, SEED)), tampered, [])


@given(CHUNKS, st.integers(1, 60))
def test_a_body_that_was_cut_short_is_refused(
    chunked: Chunked, chunks: list[bytes], missing: int
) -> None:
    body = chunked(KEY, SEED, chunks, {"x-amz-checksum-crc32": "AAAAAA=="})
    # The last line end may be left out: some clients do.
    cut = body[: max(0, len(body) - 2 - missing)]
    with pytest.raises((IncompleteBody, SignatureDoesNotMatch)):
        decode(ChunkedDecoder(ChunkSigner(KEY, SEED)), cut, [])


def test_trailers_must_be_signed_where_chunks_are(chunked: Chunked) -> None:
    body = chunked(KEY, SEED, [b"x"], {})[:-2] + b"x-amz-checksum-crc32:AAAAAA==\r\n\r\n"
    with pytest.raises(SignatureDoesNotMatch):
        decode(ChunkedDecoder(ChunkSigner(KEY, SEED)), body, [])


@given(st.binary(max_size=200), CUTS)
def test_any_bytes_end_in_an_answer(body: bytes, cuts: list[int]) -> None:
    try:
        decode(ChunkedDecoder(None), body, cuts)
    except S3Error as error:
        assert error.status == 400
