"""Casts with Spark's meaning, and types that are found out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from jupyter_smkit.wrangler.casting import TYPES, cast, infer, strftime


def casted(values: list[Any], new: str, format: str = "") -> list[Any]:
    column = pl.Series("v", values)
    return (
        column.to_frame()
        .select(cast(pl.col("v"), column.dtype, new, format).alias("v"))["v"]
        .to_list()
    )


@pytest.mark.parametrize(
    ("java", "text"),
    [
        ("dd/MM/yyyy", "05/01/2020"),
        ("d/M/yy", "5/1/20"),
        ("MMM d, yyyy", "Jan 5, 2020"),
        ("EEEE d MMMM yyyy", "Sunday 5 January 2020"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSS", "2020-01-05T00:00:00.000"),
        ("hh:mm a yyyyMMdd", "12:00 AM 20200105"),
        ("MMmmHHyyyydd", "010000202005"),
        ("yyyy-MM-dd HH:mm:ssXXX", "2020-01-05 01:00:00+01:00"),
    ],
)
def test_date_formats_are_spark_s(java: str, text: str) -> None:
    assert casted([text, "no date"], "datetime", java) == [datetime(2020, 1, 5), None]


def test_a_format_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="does not know 'QQ' in the date format 'yyyy QQ'"):
        strftime("yyyy QQ")


def test_numbers_and_times_count_seconds() -> None:
    at = datetime(2020, 1, 1, 10)
    assert casted([1577872800, None, 2**62], "datetime") == [at, None, None]
    assert casted([1577872800.5], "datetime") == [at.replace(microsecond=500_000)]
    assert casted([1577872800], "date") == [date(2020, 1, 1)]
    assert casted([at, None], "long") == [1577872800, None]
    assert casted([at], "float") == [1577872800.0]
    assert casted([date(2020, 1, 1)], "long") == [None]


def test_a_time_with_an_offset_is_the_moment_in_utc() -> None:
    texts = ["2020-01-05T10:00:00Z", "2020-01-05 12:00:00+02:00", "2020-01-05 10:00"]
    assert casted(texts, "datetime") == [datetime(2020, 1, 5, 10)] * 3
    assert casted(["2020-1-5 9:00", "2020-01-05"], "date") == [date(2020, 1, 5)] * 2


@pytest.mark.parametrize("old", TYPES)
@pytest.mark.parametrize("new", TYPES)
def test_every_type_is_cast_to_every_other(old: str, new: str) -> None:
    schema = {"v": TYPES[old]}
    frame = pl.LazyFrame({"v": [None]}, schema=schema).select(
        cast(pl.col("v"), TYPES[old], new).alias("v")
    )
    assert frame.collect().schema == {"v": TYPES[new]}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2020-01-05T10:00:00+01:00"], "datetime"),
        (["2020-01-05 10:00:00 and more"], "string"),
        (["2020-13-05"], "string"),
        (["2020-1-5", None, " "], "date"),
        (["1,234"], "string"),
        (["007", "-3"], "long"),
        (["99999999999999999999"], "float"),
        (["nan", "1e3"], "float"),
        ([None], "string"),
    ],
)
def test_a_type_is_found_only_where_every_value_has_it(
    texts: list[str | None], expected: str
) -> None:
    frame = pl.LazyFrame({"v": texts}, schema={"v": pl.String()})
    assert infer(frame) == {"v": expected}
