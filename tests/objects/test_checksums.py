import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_smkit.objects import checksums
from jupyter_smkit.objects.errors import InvalidRequest

# The check values of the catalogue of CRC algorithms, and the test vectors of FIPS 180.
VECTORS = [
    ("CRC32", b"123456789", "cbf43926"),
    ("CRC32C", b"123456789", "e3069283"),
    ("CRC64NVME", b"123456789", "ae8b14860a799888"),
    ("SHA1", b"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("SHA256", b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
]


@pytest.mark.parametrize(("algorithm", "data", "expected"), VECTORS)
def test_published_values(algorithm: str, data: bytes, expected: str) -> None:
    digest = checksums.new(algorithm)
    digest.update(data[:3])
    digest.update(data[3:])
    assert digest.digest().hex() == expected


@given(
    st.sampled_from(["CRC32", "CRC32C", "CRC64NVME"]),
    st.lists(st.binary(min_size=1, max_size=64), min_size=1, max_size=6),
)
def test_a_whole_is_summed_from_its_parts(algorithm: str, parts: list[bytes]) -> None:
    def digest_of(data: bytes) -> bytes:
        digest = checksums.new(algorithm)
        digest.update(data)
        return digest.digest()

    combined = checksums.combined(
        algorithm, checksums.FULL_OBJECT, [(digest_of(part), len(part)) for part in parts]
    )
    assert combined == checksums.encoded(digest_of(b"".join(parts)))


def test_values_that_are_no_checksum() -> None:
    for value in ("", "!!!!", "AAAA", "AAAAAAAAAAAAAA=="):
        with pytest.raises(InvalidRequest):
            checksums.decoded("CRC32", value)
    with pytest.raises(InvalidRequest):
        checksums.new("MD4")
    with pytest.raises(InvalidRequest):
        checksums.check_type("SHA256", checksums.FULL_OBJECT)
