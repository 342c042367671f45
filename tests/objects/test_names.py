import pytest

from jupyter_smkit.objects.errors import InvalidBucketName, InvalidURI, KeyTooLong
from jupyter_smkit.objects.names import check_bucket_name, encoded_key, split_request, split_uri


@pytest.mark.parametrize("name", ["abc", "a-b.c", "sagemaker-us-east-1-123456789012", "a" * 63])
def test_bucket_names_of_s3(name: str) -> None:
    check_bucket_name(name)


@pytest.mark.parametrize(
    "name", ["", "ab", "a" * 64, "Abc", "a_b", "-ab", "ab-", "a..b", "192.168.5.4", "xn--a", "ab\n"]
)
def test_names_that_no_bucket_may_have(name: str) -> None:
    with pytest.raises(InvalidBucketName):
        check_bucket_name(name)


def test_a_key_is_measured_in_bytes() -> None:
    assert len(encoded_key("ü" * 512)) == 1024
    with pytest.raises(KeyTooLong):
        encoded_key("ü" * 513)
    with pytest.raises(InvalidURI):
        encoded_key("\ud800")


def test_an_address_in_s3() -> None:
    assert split_uri("s3://bucket/a/b") == ("bucket", "a/b")
    assert split_uri("s3://bucket") == ("bucket", "")
    with pytest.raises(InvalidURI):
        split_uri("/tmp/file")


@pytest.mark.parametrize(
    "host",
    [
        "my.data.s3.amazonaws.com/",
        "my.data.s3.eu-west-1.amazonaws.com/",
        "my.data.s3-us-west-2.amazonaws.com/",
        "my.data.s3.dualstack.us-east-1.amazonaws.com/",
        "s3.amazonaws.com/my.data/",
        "s3.us-east-1.amazonaws.com/my.data/",
        "s3-us-west-2.amazonaws.com/my.data/",
        "s3.cn-north-1.amazonaws.com.cn/my.data/",
    ],
)
def test_a_web_address_in_s3(host: str) -> None:
    assert split_uri(f"https://{host}a/b%20c.gz") == ("my.data", "a/b c.gz")
    assert split_uri(f"https://{host}") == ("my.data", "")


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a",
        "https://s3.example.org/a",
        "https://s3.amazonaws.com.example.org/bucket/a",
        "https://xs3.amazonaws.com/a",
        "https://s3.amazonaws.com/",
        "http://bucket.s3.amazonaws.com/a",
        "s3://",
    ],
)
def test_an_address_elsewhere(address: str) -> None:
    with pytest.raises(InvalidURI):
        split_uri(address)


@pytest.mark.parametrize(
    ("path", "host", "expected"),
    [
        (b"/bucket/a%20b/%C3%BC", "127.0.0.1:8000", ("bucket", "a b/ü")),
        (b"/bucket//lead", "localhost:8000", ("bucket", "/lead")),
        (b"/bucket/../x", "localhost", ("bucket", "../x")),
        (b"/bucket", "s3.localhost", ("bucket", "")),
        (b"/", "127.0.0.1", ("", "")),
        (b"/a/b", "data.localhost:8000", ("data", "a/b")),
        (b"/a", "my.data.s3.us-east-1.amazonaws.com", ("my.data", "a")),
        (b"/data/a", "s3.us-east-1.amazonaws.com", ("data", "a")),
    ],
)
def test_bucket_and_key_of_a_request(path: bytes, host: str, expected: tuple[str, str]) -> None:
    assert split_request(path, host) == expected
