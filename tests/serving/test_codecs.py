"""Content types in and out."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_smkit.serving import codecs
from jupyter_smkit.serving.inference import Refusal
from jupyter_smkit.serving.tables import Table, stack

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
NUMBERS = st.floats(allow_nan=False) | st.integers(-(2**53), 2**53)


def npy(shape: str) -> bytes:
    """The head of an array that has no content."""
    head = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head


def grids(cells: st.SearchStrategy[Any]) -> st.SearchStrategy[list[list[Any]]]:
    widths = st.integers(1, 4)
    return widths.flatmap(
        lambda width: st.lists(
            st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=5
        )
    )


@given(grids(CELLS))
def test_csv_comes_as_it_was_written(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    assert codecs.decode(out.getvalue().encode(), "text/csv; charset=utf-8").rows == rows


@given(grids(NUMBERS | CELLS | st.none() | st.booleans()))
def test_json_has_many_spellings(rows: list[list[Any]]) -> None:
    names = [f"c{number}" for number in range(len(rows[0]))]
    records = [dict(zip(names, row, strict=True)) for row in rows]
    for content in (rows, {"instances": rows}, {"instances": [{"features": r} for r in rows]}):
        assert codecs.decode(json.dumps(content).encode(), codecs.JSON).rows == rows
    named = Table(rows, tuple(names))
    for content in (records, {"instances": records}, {"columns": names, "data": rows}):
        assert codecs.decode(json.dumps(content).encode(), codecs.JSON) == named
    for lines, table in ((rows, Table(rows)), (records, named)):
        body = "\n".join(json.dumps(line) for line in lines).encode()
        assert codecs.decode(body, "application/x-jsonlines") == table


@given(grids(NUMBERS))
def test_arrays_and_parquet(rows: list[list[float]]) -> None:
    out = io.BytesIO()
    np.save(out, np.array(rows, dtype=float))
    assert np.array_equal(codecs.decode(out.getvalue(), codecs.NPY).rows, np.array(rows, float))
    columns = {
        f"c{n}": [float(cell) for cell in column]
        for n, column in enumerate(zip(*rows, strict=True))
    }
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    table = codecs.decode(sink.getvalue(), codecs.PARQUET)
    assert table.names == tuple(columns)
    assert table.rows == [[float(cell) for cell in row] for row in rows]


def test_json_lines_end_at_line_feeds_alone() -> None:
    body = '\ufeff{"text": "a\u2028b\x85c"}\r\n{"text": "d"}\n'.encode()
    assert codecs.decode(body, codecs.JSON_LINES).rows == [["a\u2028b\x85c"], ["d"]]


def test_one_flat_list_is_one_row() -> None:
    assert codecs.decode(b"[1, 2, 3]", codecs.JSON).rows == [[1, 2, 3]]
    assert codecs.decode(b'{"a": 1, "b": 2}', codecs.JSON) == Table([[1, 2]], ("a", "b"))


@pytest.mark.parametrize(
    ("body", "kind", "part"),
    [
        (b"", "text/csv", "no body"),
        (b"a,b\n", "text/csv; header=present", "no row"),
        (b"1,2\n3\n", "text/csv", "Line 2 has 1 columns, line 1 has 2"),
        (b'"a', "text/csv", "not text/csv"),
        (b"\xff,1", "text/csv", "not UTF-8 at byte 0"),
        (b"{", "application/json", "not application/json"),
        (b"[[1], {}]", "application/json", "some are lists"),
        (b"[[1, 2], [3]]", "application/json", "Row 2 has 1 columns"),
        (b'{"columns": ["a"], "data": [[1, 2]]}', "application/json", "1 columns are named"),
        (b"[]", "application/json", "no rows"),
        (b"not an array", "application/x-npy", "not application/x-npy"),
        (b"PAR1", "application/x-parquet", "not application/x-parquet"),
        (npy(f"({10**40},)"), "application/x-npy", "not application/x-npy"),
        (b"PK\x03\x04", "application/x-npy", "not application/x-npy"),
        (npy(f"({10**15},)"), "application/x-npy", "not application/x-npy"),
        (b"[" * 200_000, "application/json", "not application/json"),
    ],
)
def test_a_body_that_is_not_what_it_says(body: bytes, kind: str, part: str) -> None:
    with pytest.raises(Refusal, match=part) as caught:
        codecs.decode(body, kind)
    assert caught.value.status == 400


@given(
    st.binary(max_size=200),
    st.sampled_from([codecs.CSV, codecs.JSON, codecs.JSON_LINES, codecs.NPY, codecs.PARQUET]),
)
def test_whatever_comes_is_a_table_or_refused(body: bytes, kind: str) -> None:
    try:
        table = codecs.decode(body, kind)
    except Refusal as refusal:
        assert refusal.status == 400
    else:
        assert len(table) > 0


def test_types_that_are_not_ours() -> None:
    with pytest.raises(Refusal, match="image/png"):
        codecs.decode(b"1", "image/png")
    with pytest.raises(Refusal) as caught:
        codecs.accepted("image/png", codecs.CSV)
    assert caught.value.status == 406
    assert codecs.accepted("image/png, application/json;q=0.5", codecs.CSV) == codecs.JSON
    assert codecs.accepted("*/*", codecs.CSV) == codecs.CSV


@given(st.lists(NUMBERS, min_size=1, max_size=5), st.lists(CELLS, min_size=1, max_size=5))
def test_answers_can_be_read_again(numbers: list[float], labels: list[str]) -> None:
    size = min(len(numbers), len(labels))
    columns = {"predicted_label": labels[:size], "probability": np.array(numbers[:size], float)}
    records = [
        {"predicted_label": label, "probability": float(number)}
        for label, number in zip(labels, numbers, strict=False)
    ]
    assert json.loads(codecs.encode(columns, codecs.JSON).body) == {"predictions": records}
    lines = codecs.encode(columns, codecs.JSON_LINES).body.decode().split("\n")
    assert [json.loads(line) for line in lines if line] == records
    text = codecs.encode(columns, codecs.CSV).body.decode()
    read = [(label, float(number)) for label, number in csv.reader(io.StringIO(text, newline=""))]
    assert read == [(record["predicted_label"], record["probability"]) for record in records]
    plain = codecs.encode({"": np.array(numbers, float)}, codecs.NPY).body
    assert np.load(io.BytesIO(plain)).tolist() == [float(number) for number in numbers]


def test_the_plain_answer() -> None:
    columns = {"": np.array([1, 0])}
    assert codecs.encode(columns, codecs.CSV).body == b"1\n0\n"
    assert codecs.encode(columns, codecs.JSON).body == b'{"predictions": [1, 0]}'
    several = {"": np.array([[0.5, 0.5], [0.25, 0.75]])}
    assert codecs.encode(several, codecs.CSV).body == b"0.5,0.5\n0.25,0.75\n"


def test_tables_are_stacked_in_order() -> None:
    assert stack([Table([[1]]), Table([[2], [3]])]).rows == [[1], [2], [3]]
    arrays = stack([Table(np.ones((1, 2))), Table(np.zeros((2, 2)))])
    assert arrays.rows.tolist() == [[1, 1], [0, 0], [0, 0]]
