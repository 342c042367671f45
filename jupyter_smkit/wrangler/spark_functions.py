"""The Spark SQL functions that a formula may call, by sqlglot's name (or, unknown to it, Spark's)."""

from __future__ import annotations

import math
from collections.abc import Callable

import polars as pl


def concat(*parts: pl.Expr) -> pl.Expr:
    return pl.concat_str([part.cast(pl.String) for part in parts], ignore_nulls=False)


def concat_ws(separator: pl.Expr, *parts: pl.Expr) -> pl.Expr:
    between = str(literal(separator))
    texts = [part.cast(pl.String) for part in parts]
    return pl.concat_str(texts, separator=between, ignore_nulls=True)


def literal(value: pl.Expr) -> object:
    """What an argument that must be written out is; ValueError where it is computed."""
    if value.meta.root_names():
        raise ValueError("an argument of the formula must be a literal, not a column")
    return pl.select(value).item()


def substring(text: pl.Expr, start: pl.Expr, length: pl.Expr | None = None) -> pl.Expr:
    """From 1; a negative start counts from the end."""
    first = start.cast(pl.Int64)
    offset = pl.when(first > 0).then(first - 1).otherwise(first)
    return text.cast(pl.String).str.slice(offset, length)


def log(base: pl.Expr, value: pl.Expr | None = None) -> pl.Expr:
    if value is None:
        return natural_log(base)
    return natural_log(value) / natural_log(base)


def natural_log(value: pl.Expr) -> pl.Expr:
    """Null for what is not positive."""
    number = value.cast(pl.Float64)
    return pl.when(number > 0).then(number.log())


def round_(value: pl.Expr, decimals: pl.Expr | None = None) -> pl.Expr:
    """Half away from zero."""
    places = 0 if decimals is None else int(str(literal(decimals)))
    if places >= 0:
        return value.round(places, mode="half_away_from_zero")
    scale = float(10**-places)
    rounded = (value / scale).round(0, mode="half_away_from_zero")
    return rounded * scale


def whole(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.Int64, strict=False)


def nullif(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    return pl.when(left.ne_missing(right)).then(left)


def pad_left(text: pl.Expr, length: pl.Expr, fill: pl.Expr | None = None) -> pl.Expr:
    width = int(str(literal(length)))
    padded = text.cast(pl.String).str.pad_start(width, " " if fill is None else str(literal(fill)))
    return padded.str.slice(0, width)


def position(text: pl.Expr, part: pl.Expr) -> pl.Expr:
    """From 1; 0 where it is not found. Counts characters."""
    before = text.str.split_exact(part, 1).struct.field("field_0").str.len_chars()
    found = text.str.contains(part, literal=True)
    return pl.when(found).then(before.cast(pl.Int64) + 1).when(~found).then(0)


def regexp_extract(text: pl.Expr, pattern: pl.Expr, group: pl.Expr | None = None) -> pl.Expr:
    index = 1 if group is None else int(str(literal(group)))
    found = text.str.extract(pattern, index)
    return pl.when(text.is_not_null()).then(found.fill_null(""))


def date_format(value: pl.Expr, format: pl.Expr) -> pl.Expr:
    return value.dt.strftime(plain_strftime(str(literal(format))))


def plain_strftime(format: str) -> str:
    """sqlglot has read Spark's format, and marks fixed widths with 'strict'."""
    return format.replace("strict", "")


def days_between(end: pl.Expr, start: pl.Expr) -> pl.Expr:
    return (end - start).dt.total_days()


def add_days(start: pl.Expr, days: pl.Expr) -> pl.Expr:
    return start.cast(pl.Date) + pl.duration(days=days)


FUNCTIONS: dict[str, Callable[..., pl.Expr]] = {
    "Abs": lambda a: a.abs(),
    "Cbrt": lambda a: a.cbrt(),
    "Ceil": lambda a: whole(a.ceil()),
    "Coalesce": lambda *a: pl.coalesce(*a),
    "Concat": concat,
    "ConcatWs": concat_ws,
    "Contains": lambda a, b: a.str.contains(b, literal=True),
    "Cos": lambda a: a.cos(),
    "DateDiff": days_between,
    "DayOfMonth": lambda a: a.dt.day().cast(pl.Int64),
    "DayOfWeek": lambda a: (a.dt.weekday() % 7 + 1).cast(pl.Int64),
    "DayOfYear": lambda a: a.dt.ordinal_day().cast(pl.Int64),
    "EndsWith": lambda a, b: a.str.ends_with(b),
    "Exp": lambda a: a.exp(),
    "Floor": lambda a: whole(a.floor()),
    "Greatest": lambda *a: pl.max_horizontal(*a),
    "Hour": lambda a: a.dt.hour().cast(pl.Int64),
    "IsNan": lambda a: a.is_nan().fill_null(False),
    "Least": lambda *a: pl.min_horizontal(*a),
    "Left": lambda a, n: a.str.head(n),
    "Length": lambda a: a.cast(pl.String).str.len_chars().cast(pl.Int64),
    "Ln": natural_log,
    "Log": log,
    "Lower": lambda a: a.str.to_lowercase(),
    "Minute": lambda a: a.dt.minute().cast(pl.Int64),
    "Month": lambda a: a.dt.month().cast(pl.Int64),
    "Nullif": nullif,
    "Pad": pad_left,
    "Pi": lambda: pl.lit(math.pi),
    "Pow": lambda a, b: a.cast(pl.Float64) ** b,
    "Quarter": lambda a: a.dt.quarter().cast(pl.Int64),
    "RegexpExtract": regexp_extract,
    "RegexpReplace": lambda a, p, r: a.str.replace_all(p, r),
    "Replace": lambda a, p, r: a.str.replace_all(p, r, literal=True),
    "Reverse": lambda a: a.str.reverse(),
    "Right": lambda a, n: a.str.tail(n),
    "Round": round_,
    "Second": lambda a: a.dt.second().cast(pl.Int64),
    "Sign": lambda a: a.sign().cast(pl.Float64),
    "Sin": lambda a: a.sin(),
    "Sqrt": lambda a: a.cast(pl.Float64).sqrt(),
    "StartsWith": lambda a, b: a.str.starts_with(b),
    "StrPosition": position,
    "Substring": substring,
    "Tan": lambda a: a.tan(),
    "TimeStrToTime": lambda a: a,
    "TimeToStr": date_format,
    "Trim": lambda a: a.str.strip_chars(" "),
    "TsOrDsAdd": add_days,
    "Upper": lambda a: a.str.to_uppercase(),
    "WeekOfYear": lambda a: a.dt.week().cast(pl.Int64),
    "Year": lambda a: a.dt.year().cast(pl.Int64),
    "isnotnull": lambda a: a.is_not_null(),
    "isnull": lambda a: a.is_null(),
}
DATE_FUNCTIONS = frozenset(
    [
        "DateDiff",
        "DayOfMonth",
        "DayOfWeek",
        "DayOfYear",
        "Hour",
        "Minute",
        "Month",
        "Quarter",
        "Second",
        "TimeToStr",
        "TsOrDsAdd",
        "WeekOfYear",
        "Year",
    ]
)
"""Their first argument is a date or a time: text is read as one."""
