"""Reading data, and what is said of files that cannot be read."""

from __future__ import annotations

import gzip
from datetime import time
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from jupyter_smkit.automl.task import PARQUET, Source
from jupyter_smkit.automl.trainer.tables import DataError, read


def source(path: Path, content: bytes | None = None, **members: str) -> Source:
    if content is not None:
        path.write_bytes(content)
    return Source("training", path, **members)


def test_types_and_missing_values(tmp_path: Path) -> None:
    (found,) = read([source(tmp_path / "a.csv", b'n,x,t\n1,0.5,"a,b"\n2,,true\n3,NA,\n')])
    assert list(found["n"]) == [1, 2, 3]
    assert found["x"].isna().tolist() == [False, True, True]
    assert found["t"].tolist()[:2] == ["a,b", "true"]


def test_the_files_of_a_directory_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("x,y\n3,4\n")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"x,y\n1,2\n"))
    (tmp_path / "_SUCCESS").write_text("")
    assert read([source(tmp_path)])[0].to_numpy().tolist() == [[1, 2], [3, 4]]


def test_parquet(tmp_path: Path) -> None:
    when = pd.to_datetime(["2026-01-01", "2026-01-02"])
    pd.DataFrame({"x": [1, 2], "when": when}).to_parquet(tmp_path / "a.parquet")
    (found,) = read([source(tmp_path / "a.parquet", content_type=PARQUET)])
    assert str(found["when"].dtype).startswith("datetime64")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n3\n", "Expected 2 columns, got 1: 3"),
        (b"a,b\n1,2\n3,4,5\n", "Row #3: Expected 2 columns, got 3"),
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"a,b\n", "has a header but no rows"),
        (b"a,b\n1,caf\x81\n", "not UTF-8 text: line 2 holds the byte 0x81"),
        (b"a,a\n1,2\n", "more than one column named 'a'"),
        (b"a,,c\n1,2,3\n", "column 2 has no name"),
        (b"\x1f\x8bno gzip", "not a whole gzip file"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:10] + b"\xff" * 20, "not a whole gzip file"),
    ],
)
def test_csv_that_is_not_one(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read([source(tmp_path / "a.csv", content)])


def test_more_than_a_thousand_columns(tmp_path: Path) -> None:
    header = ",".join(f"c{number}" for number in range(1001))
    row = ",".join("1" for _ in range(1001))
    with pytest.raises(DataError, match="1,001 columns; AutoML takes 1,000"):
        read([source(tmp_path / "a.csv", f"{header}\n{row}\n".encode())])


def test_files_with_different_headers(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "b.csv").write_text("x,z\n1,2\n")
    with pytest.raises(
        DataError, match=r"b.csv has other columns than a.csv: without 'y', with 'z'"
    ):
        read([source(tmp_path)])


def test_what_is_no_parquet(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a Parquet file"):
        read([source(tmp_path / "a.parquet", b"a,b\n1,2\n", content_type=PARQUET)])


def test_parquet_with_lists(tmp_path: Path) -> None:
    pd.DataFrame({"x": [[1], [2]]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"'x' holds list<.*> values; AutoML takes flat columns"):
        read([source(tmp_path / "a.parquet", content_type=PARQUET)])


def test_an_empty_channel(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="training channel holds no file"):
        read([source(tmp_path)])


def test_columns_that_must_be_text_in_all_files(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("code,n,at,x\n1,1,12:30,\n007,2,1:05,\n")
    (tmp_path / "b.csv").write_text("code,n,at,x\nA7,0.5,,z\n")
    (other := tmp_path / "other").mkdir()
    (other / "c.csv").write_text("code,n,at,x\n9,1,2:00,1\n")
    training = [source(tmp_path / name) for name in ("a.csv", "b.csv")]
    found, validation = read(training, [source(other)])
    assert found["code"].tolist() == ["1", "007", "A7"]
    assert found["n"].tolist() == [1.0, 2.0, 0.5]
    assert found["at"].dropna().tolist() == ["12:30", "1:05"]
    assert validation["code"].tolist() == ["9"] and validation["x"].tolist() == ["1"]
    (chosen,) = read(training[:1], texts=("n",))
    assert chosen["n"].tolist() == ["1", "2"]


def test_times_have_the_unit_of_those_in_requests(tmp_path: Path) -> None:
    """What a model learns of a time is its number."""
    (tmp_path / "a.csv").write_text("at\n2024-01-02 10:00:00\n9999-12-31 00:00:00\n")
    (tmp_path / "b.csv").write_text("at\n2024-01-02 10:00:00.5\n")
    (tmp_path / "c.csv").write_text("at\n2024-01-02\n")
    (found,) = read([source(tmp_path / name) for name in ("a.csv", "b.csv", "c.csv")])
    assert str(found["at"].dtype) == "datetime64[ns]"
    assert found["at"].dt.second.tolist()[::2] == [0, 0] and found["at"].isna().tolist()[1]
    assert (found["at"].iloc[2] - found["at"].iloc[0]).total_seconds() == 0.5


def test_parquet_types_are_those_that_a_request_can_say(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "price": [Decimal("1.5"), None],
            "at": [time(12, 30), None],
            "took": [pd.Timedelta(seconds=1), None],
            "kind": pd.Categorical(["a", "b"]),
            "code": pd.array([7, None], dtype="Int64"),
        }
    )
    frame.to_parquet(tmp_path / "a.parquet")
    (found,) = read([source(tmp_path / "a.parquet", content_type=PARQUET)], texts=("code",))
    assert found["price"].tolist()[0] == 1.5 and pd.api.types.is_float_dtype(found["price"])
    assert found["at"].dropna().tolist() == ["12:30:00.000000"]
    assert pd.api.types.is_numeric_dtype(found["took"])
    assert found["kind"].tolist() == ["a", "b"] and found["code"].dropna().tolist() == ["7"]


def test_a_bad_byte_far_below_is_found(tmp_path: Path) -> None:
    content = b"name\n" + "Köln\n".encode() * 400_000 + "K\xf6ln\n".encode("latin-1")
    with pytest.raises(DataError, match="line 400002 holds the byte 0xf6"):
        read([source(tmp_path / "a.csv", content)])
