from __future__ import annotations

import gzip
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jupyter_smkit.wrangler import edit
from jupyter_smkit.wrangler.dataset import data_files
from jupyter_smkit.wrangler.flow import FlowError
from jupyter_smkit.wrangler.sources import explain, guesses, scan
from jupyter_smkit.wrangler.transcoding import as_utf8


def read(path: Path, **context: Any) -> pl.DataFrame:
    return scan([path], {"s3ContentType": "csv", **context}).collect()


def written(folder: Path, content: bytes | str, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_csv_is_text_until_types_are_settled(tmp_path: Path) -> None:
    found = read(written(tmp_path, 'a,"b c"\n1,"x, y"\n,"two\nlines"\n'))
    assert found.to_dicts() == [{"a": "1", "b c": "x, y"}, {"a": None, "b c": "two\nlines"}]


def test_delimiter_header_and_lines_to_skip(tmp_path: Path) -> None:
    path = written(tmp_path, "made by hand\n1|2\n3|4\n")
    found = read(path, s3FieldDelimiter="|", s3HasHeader=False, s3SkipLines=1)
    assert found.to_dicts() == [{"_c0": "1", "_c1": "2"}, {"_c0": "3", "_c1": "4"}]


def test_other_encodings_are_read_when_they_are_named(tmp_path: Path) -> None:
    path = written(tmp_path, "stadt\nKöln\n".encode("latin-1"))
    assert read(path, s3CsvEncodingType="ISO-8859-1").item() == "Köln"
    assert read(written(tmp_path, "\ufeffa\n1\n")).columns == ["a"]


def test_an_encoding_that_it_is_not_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, "stadt\nKöln\n".encode("latin-1"))
    with pytest.raises(FlowError, match="not utf-8: byte 7, in line 2; set the source's encoding"):
        read(path, s3CsvEncodingType="UTF_8")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_what_a_source_does_not_say_is_guessed(
    tmp_path: Path, delimiter: str, encoding: str, packed: bool
) -> None:
    content = "stadt,preis\nKöln,1.5\nZürich,\n".replace(",", delimiter).encode(encoding)
    path = written(tmp_path, gzip.compress(content) if packed else content)
    assert read(path).to_dicts() == [
        {"stadt": "Köln", "preis": "1.5"},
        {"stadt": "Zürich", "preis": None},
    ]


def test_what_was_guessed_is_told_and_may_be_chosen(tmp_path: Path) -> None:
    path = written(tmp_path, "a;b,c;d\nä;1,2;3\nö;3,4;5\n".encode("cp1252"))
    told = "guessed: semicolons between fields and the encoding Windows-1252; the source's form"
    assert guesses([path], {}) == (f"{told} takes others",)
    assert read(path).columns == ["a", "b,c", "d"]
    chosen = {"s3FieldDelimiter": ",", "s3CsvEncodingType": "Windows-1252"}
    assert read(path, **chosen).columns == ["a;b", "c;d"]
    assert guesses([path], chosen) == ()
    assert guesses([written(tmp_path, "a,b\n1,2\n", "usual.csv")], {}) == ()
    other = written(tmp_path, "a;b,c;d\n1;2,3;4\n", "other.csv")
    assert guesses([other, path], {}) == guesses([path], {})
    assert scan([other, path], {}).collect()["a"].to_list() == ["1", "ä", "ö"]


def test_what_is_skipped_tells_no_delimiter(tmp_path: Path) -> None:
    path = written(tmp_path, "a, b, c and d\nx;y\n1;2\n")
    assert read(path, s3SkipLines=1).columns == ["x", "y"]


def test_several_files_are_one_table(tmp_path: Path) -> None:
    one, two = written(tmp_path, "a\n1\n", "1.csv"), written(tmp_path, "a\n2\n", "2.csv")
    found = scan([one, two], {"s3AddsFilenameColumn": True}).collect()
    assert found["a"].to_list() == ["1", "2"]
    assert [Path(name).name for name in found["filename"]] == ["1.csv", "2.csv"]
    other = written(tmp_path, "b\n2\n", "3.csv")
    with pytest.raises(FlowError, match=r"3.csv has other columns than 1.csv"):
        scan([one, other], {})


def test_parquet_and_json_lines_and_gzip(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1, 2]})
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_ndjson(tmp_path / "a.jsonl")
    packed = written(tmp_path, gzip.compress(b"a\n1\n2\n", mtime=0), "a.csv.gz")
    assert read(tmp_path / "a.parquet", s3ContentType="parquet").equals(frame)
    assert read(tmp_path / "a.jsonl", s3ContentType="jsonl").equals(frame)
    assert read(packed)["a"].to_list() == ["1", "2"]


WIDE = ",".join(f"c{n}" for n in range(1001))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\r1,2\r", "lines end in CR alone"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:10] + b"\xff" * 20, "is no whole gzip file"),
        (b"", "data.csv is empty"),
        (b" \n ", "data.csv is empty"),
        (b"a,b\n1,2\n1,2,3\n", "data.csv, line 3: 3 fields where the first row has 2"),
        (b"a,b\n1\n", "data.csv, line 2: 1 fields where the first row has 2"),
        (b'a,b\n1,"2\n\n3",4\n', "line 4: 3 fields"),
        (
            b"name\nK\x81ln\n",
            "cannot be guessed: set the source's encoding",
        ),
        (b"PAR1....", "data.csv is Parquet, not CSV"),
        (b"a,b\n\x00,1\n", "holds NUL bytes"),
        (WIDE.encode() + b"\n", "has 1,001 columns; at most 1,000 are read"),
    ],
)
def test_what_is_no_csv_is_said(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(FlowError, match=message):
        read(written(tmp_path, content))


def test_a_broken_line_far_below_is_found(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n" + "1,2\n" * 200_000 + "1,2,3\n")
    with pytest.raises(pl.exceptions.PolarsError) as caught:
        read(path)
    found = explain(caught.value, [path], {})
    assert found is not None
    assert found.message == "data.csv, line 200002: 3 fields where the first row has 2"


def test_nothing_under_an_address_and_odd_delimiters(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="there is no object under s3://b/k"):
        scan([], {"s3Uri": "s3://b/k"})
    with pytest.raises(FlowError, match="must be one ASCII character"):
        read(written(tmp_path, "a\n"), s3FieldDelimiter="||")
    with pytest.raises(FlowError, match="does not know the encoding klingon"):
        read(written(tmp_path, "a\n"), s3CsvEncodingType="klingon")


def test_only_what_an_address_names_is_data(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "a.csv.bak", ".hidden", "_SUCCESS", "a.csv.metadata"):
        (tmp_path / name).write_text("a\n")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.csv").write_text("a\n")

    def names(address: str, nested: bool) -> list[str]:
        _, source = edit.add_source(edit.empty(), address)
        source.parameters["dataset_definition"]["s3ExecutionContext"]["s3DirIncludesNested"] = (
            nested
        )
        return [path.name for path in data_files(tmp_path, source)]

    assert names("s3://bucket/rows/", False) == ["a.csv", "a.csv.bak", "b.csv"]
    assert names("s3://bucket/rows", True) == ["a.csv", "a.csv.bak", "b.csv", "c.csv"]
    assert names("s3://bucket/rows/a.csv", True) == ["a.csv"]


def test_the_same_file_in_another_encoding_for_several_flows(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,é\n".encode("latin-1") * 200_000, f"{uuid.uuid4()}.csv")
    with ThreadPoolExecutor(4) as threads:
        copies = list(threads.map(lambda _: as_utf8(path, "iso8859-1"), range(4)))
    assert len({*copies}) == 1
    assert copies[0].stat().st_size == 9 * 200_000
    copies[0].unlink()


def test_a_file_has_its_own_name_wherever_it_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "a\né\n".encode("latin-1"), "latin.csv")
    found = read(path, s3CsvEncodingType="ISO-8859-1", s3AddsFilenameColumn=True)
    assert found["filename"].to_list() == ["latin.csv"]


def test_quotes_in_a_name(tmp_path: Path) -> None:
    path = written(tmp_path, '"5"" pipe",b\n1,2\n')
    assert read(path, s3AddsFilenameColumn=True).columns == ['5" pipe', "b", "filename"]
    assert read(path, s3HasHeader=False, s3AddsFilenameColumn=True).columns == [
        "_c0",
        "_c1",
        "filename",
    ]


def test_files_without_a_header_are_equally_wide(tmp_path: Path) -> None:
    files = [written(tmp_path, "1,2\n", "a.csv"), written(tmp_path, "1,2,3\n", "b.csv")]
    with pytest.raises(FlowError, match=r"b.csv has other columns than a.csv: 1, 2, 3"):
        scan(files, {"s3HasHeader": False})


@pytest.mark.parametrize("odd", ["\x85", "\u2028", "\x0b", "\x0c", "\x1e"])
def test_only_csv_says_where_a_line_ends(tmp_path: Path, odd: str) -> None:
    assert read(written(tmp_path, f"a,b\nx{odd}y,2\n")).row(0) == (f"x{odd}y", "2")
    latin = written(tmp_path, b"a,b\nwait\x85,2\n", "latin.csv")
    assert read(latin, s3CsvEncodingType="ISO-8859-1").row(0) == ("wait\x85", "2")


def test_prose_of_many_lines_in_a_large_file(tmp_path: Path) -> None:
    text = "a line, and another\n" * 100
    path = written(tmp_path, "text,id\n" + "".join(f'"{text}",{n}\n' for n in range(400)))
    assert read(path)["id"].to_list() == [str(n) for n in range(400)]
    long = written(tmp_path, f"a,b\n{'x' * 200_000},2\n", "long.csv")
    assert len(read(long)["a"].item()) == 200_000


def test_a_packed_file_in_another_encoding(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress("a,b\nKöln,2\n".encode("latin-1")), "a.csv.gz")
    assert read(path, s3CsvEncodingType="ISO-8859-1").row(0) == ("Köln", "2")


@pytest.mark.parametrize("encoding", ["utf-8", "ISO-8859-1"])
def test_a_packed_file_that_is_cut_off(tmp_path: Path, encoding: str) -> None:
    rows = "".join(f"{n},{n * 7919 % 10007}\n" for n in range(50_000))
    path = written(tmp_path, gzip.compress(b"a,b\n" + rows.encode())[:-9000], "a.csv.gz")
    context = {"s3CsvEncodingType": encoding}
    with pytest.raises((FlowError, OSError)) as found:
        read(path, **context)
    assert "no whole gzip file" in str(explain(found.value, [path], context))
