"""Other clients of S3: s3fs, pyarrow, polars, obstore and the AWS CLI."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import obstore
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet
import pytest
import s3fs
from obstore.store import S3Store

FRAME = pl.DataFrame({"id": range(1000), "name": [f"n{number}" for number in range(1000)]})
LARGE = os.urandom(12_000_000)


@pytest.fixture
def files_of_s3fs(service: Any) -> Iterator[Any]:
    yield s3fs.S3FileSystem(
        key=service.access_key,
        secret=service.secret,
        endpoint_url=service.endpoint,
        client_kwargs={"region_name": "us-east-1"},
        skip_instance_cache=True,
        use_listings_cache=False,
    )


@pytest.fixture
def arrow(service: Any) -> pyarrow.fs.S3FileSystem:
    return pyarrow.fs.S3FileSystem(
        access_key=service.access_key,
        secret_key=service.secret,
        endpoint_override=service.endpoint.removeprefix("http://"),
        scheme="http",
        region="us-east-1",
        allow_bucket_creation=True,
    )


@pytest.fixture
def opened(service: Any, bucket: str) -> S3Store:
    return S3Store(
        bucket,
        endpoint=service.endpoint,
        access_key_id=service.access_key,
        secret_access_key=service.secret,
        region="us-east-1",
        client_options={"allow_http": True},
    )


def test_s3fs_writes_and_reads(files_of_s3fs: Any, bucket: str) -> None:
    with files_of_s3fs.open(f"{bucket}/dir/a b", "wb") as out:
        out.write(b"data")
    assert files_of_s3fs.cat(f"{bucket}/dir/a b") == b"data"
    assert files_of_s3fs.ls(f"{bucket}/dir") == [f"{bucket}/dir/a b"]
    assert files_of_s3fs.isdir(f"{bucket}/dir")
    assert files_of_s3fs.info(f"{bucket}/dir/a b")["size"] == 4


def test_s3fs_writes_a_large_file_in_parts(files_of_s3fs: Any, bucket: str) -> None:
    with files_of_s3fs.open(f"{bucket}/large", "wb", block_size=5 << 20) as out:
        out.write(LARGE)
    with files_of_s3fs.open(f"{bucket}/large", "rb") as file:
        file.seek(6_000_000)
        assert file.read(10) == LARGE[6_000_000:6_000_010]
    assert files_of_s3fs.cat(f"{bucket}/large") == LARGE


def test_s3fs_copies_moves_and_removes(files_of_s3fs: Any, bucket: str) -> None:
    files_of_s3fs.pipe({f"{bucket}/x/{number}": b"x" for number in range(5)})
    files_of_s3fs.copy(f"{bucket}/x/1", f"{bucket}/copy")
    files_of_s3fs.mv(f"{bucket}/copy", f"{bucket}/moved")
    assert files_of_s3fs.find(bucket) == [f"{bucket}/moved", *(f"{bucket}/x/{n}" for n in range(5))]
    assert files_of_s3fs.glob(f"{bucket}/x/[34]") == [f"{bucket}/x/3", f"{bucket}/x/4"]
    files_of_s3fs.rm(f"{bucket}/x", recursive=True)
    assert files_of_s3fs.find(bucket) == [f"{bucket}/moved"]


def test_s3fs_makes_buckets(files_of_s3fs: Any) -> None:
    files_of_s3fs.mkdir("made-by-s3fs")
    assert "made-by-s3fs" in files_of_s3fs.ls("")
    files_of_s3fs.rmdir("made-by-s3fs")
    assert not files_of_s3fs.exists("made-by-s3fs")


def test_pandas_through_s3fs(service: Any, bucket: str) -> None:
    pd = pytest.importorskip("pandas")
    options = {
        "key": service.access_key,
        "secret": service.secret,
        "endpoint_url": service.endpoint,
    }
    frame = FRAME.to_pandas()
    frame.to_csv(f"s3://{bucket}/frame.csv", index=False, storage_options=options)
    back = pd.read_csv(f"s3://{bucket}/frame.csv", storage_options=options)
    assert back.equals(frame)


def test_pyarrow_streams(arrow: Any, bucket: str) -> None:
    with arrow.open_output_stream(f"{bucket}/dir/file") as out:
        out.write(LARGE)
    with arrow.open_input_file(f"{bucket}/dir/file") as file:
        file.seek(11_000_000)
        assert file.read(5) == LARGE[11_000_000:11_000_005]
    with arrow.open_input_stream(f"{bucket}/dir/file") as stream:
        assert stream.read() == LARGE


def test_pyarrow_directories(arrow: Any, bucket: str) -> None:
    arrow.create_dir(f"{bucket}/made/deep")
    with arrow.open_output_stream(f"{bucket}/made/file") as out:
        out.write(b"x")
    found = arrow.get_file_info(pyarrow.fs.FileSelector(bucket, recursive=True))
    kinds = {info.path.removeprefix(f"{bucket}/"): info.is_file for info in found}
    assert kinds == {"made": False, "made/deep": False, "made/file": True}
    arrow.copy_file(f"{bucket}/made/file", f"{bucket}/copy")
    arrow.move(f"{bucket}/copy", f"{bucket}/moved")
    arrow.delete_dir(f"{bucket}/made")
    assert arrow.get_file_info(f"{bucket}/made").type == pyarrow.fs.FileType.NotFound
    assert arrow.get_file_info(f"{bucket}/moved").size == 1


def test_pyarrow_data_sets(arrow: Any, bucket: str) -> None:
    table = FRAME.with_columns(part=pl.col("id") % 3).to_arrow()
    pa.parquet.write_to_dataset(table, f"{bucket}/set", partition_cols=["part"], filesystem=arrow)
    found = pa.dataset.dataset(f"{bucket}/set", filesystem=arrow, partitioning="hive")
    assert found.count_rows() == 1000
    assert found.count_rows(filter=pa.dataset.field("part") == 1) == 333


def test_polars_sinks_and_scans_parquet(service: Any, bucket: str) -> None:
    options = service.options
    FRAME.lazy().sink_parquet(f"s3://{bucket}/frame.parquet", storage_options=options)
    found = pl.scan_parquet(f"s3://{bucket}/frame.parquet", storage_options=options)
    assert found.filter(pl.col("id") > 990).collect().height == 9


def test_polars_sinks_and_scans_csv(service: Any, bucket: str) -> None:
    options = service.options
    FRAME.lazy().sink_csv(f"s3://{bucket}/dir/frame.csv", storage_options=options)
    found = pl.scan_csv(f"s3://{bucket}/dir/*.csv", storage_options=options).collect()
    assert found.equals(FRAME)


def test_obstore_puts_and_gets(opened: S3Store) -> None:
    put = obstore.put(opened, "dir/a b", b"data", attributes={"Content-Type": "text/csv"})
    got = obstore.get(opened, "dir/a b")
    assert bytes(got.bytes()) == b"data"
    assert got.attributes["Content-Type"] == "text/csv"
    assert got.meta["e_tag"] == put["e_tag"]
    assert bytes(obstore.get_range(opened, "dir/a b", start=1, end=3)) == b"at"
    ranges = obstore.get_ranges(opened, "dir/a b", starts=[0, 2], ends=[1, 4])
    assert [bytes(found) for found in ranges] == [b"d", b"ta"]


def test_obstore_puts_in_parts(opened: S3Store) -> None:
    obstore.put(opened, "large", LARGE, use_multipart=True, chunk_size=5 << 20)
    assert bytes(obstore.get(opened, "large").bytes()) == LARGE


def test_obstore_writes_on_conditions(opened: S3Store) -> None:
    first = obstore.put(opened, "k", b"1", mode="create")
    with pytest.raises(obstore.exceptions.AlreadyExistsError):
        obstore.put(opened, "k", b"2", mode="create")
    obstore.put(opened, "k", b"3", mode={"e_tag": first["e_tag"]})
    with pytest.raises(obstore.exceptions.PreconditionError):
        obstore.put(opened, "k", b"4", mode={"e_tag": first["e_tag"]})


def test_obstore_lists_copies_and_deletes(opened: S3Store) -> None:
    for key in ("a/1", "a/2", "b"):
        obstore.put(opened, key, b"x")
    found = obstore.list_with_delimiter(opened)
    assert found["common_prefixes"] == ["a"]
    obstore.copy(opened, "b", "c")
    obstore.rename(opened, "c", "d")
    obstore.delete(opened, ["a/1", "a/2"])
    listed = [meta["path"] for batch in obstore.list(opened) for meta in batch]
    assert listed == ["b", "d"]
    with pytest.raises(FileNotFoundError):
        obstore.get(opened, "c")


def aws(service: Any, *words: str) -> str:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "aws"), "--endpoint-url", service.endpoint, *words],
        capture_output=True,
        text=True,
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "AWS_ACCESS_KEY_ID": service.access_key,
            "AWS_SECRET_ACCESS_KEY": service.secret,
            "AWS_DEFAULT_REGION": "us-east-1",
        },
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_aws_s3_copies_a_tree_there_and_back(service: Any, bucket: str, tmp_path: Path) -> None:
    for name in ("a.txt", "sub/b c.txt", "sub/deep/ü"):
        file = tmp_path / "up" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    (tmp_path / "up/large").write_bytes(LARGE)
    aws(service, "s3", "cp", "--recursive", "--quiet", f"{tmp_path}/up", f"s3://{bucket}/tree")
    aws(service, "s3", "cp", "--recursive", "--quiet", f"s3://{bucket}/tree", f"{tmp_path}/down")
    found = {
        path.relative_to(tmp_path / "down").as_posix(): path.read_bytes()
        for path in (tmp_path / "down").rglob("*")
        if path.is_file()
    }
    assert found.pop("large") == LARGE
    assert found == {name: name.encode() for name in ("a.txt", "sub/b c.txt", "sub/deep/ü")}


def test_aws_s3_lists_and_synchronises(service: Any, bucket: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    aws(service, "s3", "sync", "--quiet", str(tmp_path), f"s3://{bucket}/x")
    assert "1 a" in aws(service, "s3", "ls", f"s3://{bucket}/x/")
    (tmp_path / "a").unlink()
    aws(service, "s3", "sync", "--delete", "--quiet", str(tmp_path), f"s3://{bucket}/x")
    listed = ("s3api", "list-objects-v2", "--bucket", bucket, "--query", "Contents")
    assert aws(service, *listed) == "null\n"
