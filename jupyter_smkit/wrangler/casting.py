"""Column types under Data Wrangler's names, casts with Spark's meaning, and inference."""

from __future__ import annotations

import re

import polars as pl

TYPES: dict[str, pl.DataType] = {
    "long": pl.Int64(),
    "float": pl.Float64(),
    "bool": pl.Boolean(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
    "string": pl.String(),
}
NO_VALUE = {
    "long": "no whole number",
    "float": "no number",
    "bool": "neither true nor false",
    "date": "no date",
    "datetime": "no time",
}
"""What is said of a value that cannot be cast; everything can be text."""
INFERENCE_ROWS = 1_000
_TRUE = ("t", "true", "y", "yes", "1")
_FALSE = ("f", "false", "n", "no", "0")
_DATE = r"^\d{4}-\d{1,2}-\d{1,2}$"
_DATETIME = r"^\d{4}-\d{1,2}-\d{1,2}[ T]\d{1,2}:\d{2}"
_JAVA = {
    "yyyy": "%Y", "y": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m",
    "dd": "%d", "d": "%d", "D": "%j", "EEEE": "%A", "EEE": "%a", "E": "%a", "a": "%p",
    "HH": "%H", "H": "%H", "hh": "%I", "h": "%I", "mm": "%M", "m": "%M", "ss": "%S", "s": "%S",
    "SSS": "%3f", "SSSSSS": "%6f", "Z": "%z", "XXX": "%:z",
}  # fmt: skip
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
"""The years 1 to 9999, in microseconds."""


def type_name(dtype: pl.DataType) -> str:
    """Data Wrangler's name of a polars type; ``vector``, ``struct``, ``binary`` for what has none."""
    if dtype.is_integer():
        return "long"
    if dtype.is_float() or dtype.is_decimal():
        return "float"
    if dtype.is_nested():
        return "struct" if isinstance(dtype, pl.Struct) else "vector"
    names = {pl.Boolean: "bool", pl.Date: "date", pl.Datetime: "datetime", pl.Binary: "binary"}
    return names.get(dtype.base_type(), "string")


def strftime(java: str) -> str:
    """Spark's date pattern as strftime's: ``dd-MM-yyyy`` is ``%d-%m-%Y``. Raises ValueError."""

    def ours(found: re.Match[str]) -> str:
        letters = found["letters"]
        if letters is None:
            return (found["other"] or found["quoted"] or "'").replace("%", "%%")
        if letters not in _JAVA:
            raise ValueError(f"smkit does not know '{letters}' in the date format '{java}'")
        return _JAVA[letters]

    return re.sub(
        r"'(?P<quoted>[^']*)'|(?P<letters>(?P<one>[A-Za-z])(?P=one)*)|(?P<other>.)",
        ours,
        java,
        flags=re.S,
    )


def cast(values: pl.Expr, old: pl.DataType, new: str, date_format: str = "") -> pl.Expr:
    """Values of type ``old`` as type ``new``; what cannot be cast is null.

    As in Spark, text such as ``22.5`` becomes the long 22, and yes/no, t/f and 1/0 are booleans.
    """
    target = TYPES[new]
    if old != pl.String:
        return _converted(values, old, new)
    trimmed = values.str.strip_chars()
    if new == "long":
        whole = trimmed.str.extract(r"^([+-]?\d+)(?:\.\d*)?$", 1)
        return whole.str.strip_prefix("+").cast(target, strict=False)
    if new == "bool":
        lower = trimmed.str.to_lowercase()
        return pl.when(lower.is_in(_TRUE)).then(True).when(lower.is_in(_FALSE)).then(False)
    if new == "date":
        if date_format:
            return trimmed.str.to_date(strftime(date_format), strict=False)
        day = trimmed.str.extract(r"^(\d{4}-\d{1,2}-\d{1,2})(?:[ T].*)?$", 1)
        return day.str.to_date("%Y-%m-%d", strict=False)
    if new == "datetime":
        if date_format:
            pattern = strftime(date_format)
            found = trimmed.str.to_datetime(pattern, time_unit="us", strict=False)
            return found.dt.replace_time_zone(None) if "z" in pattern else found
        plain = trimmed.str.replace("T", " ", literal=True).str.strip_suffix("Z")
        return pl.coalesce(
            plain.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False),
            plain.str.to_datetime("%Y-%m-%d %H:%M", time_unit="us", strict=False),
            plain.str.to_datetime("%Y-%m-%d", time_unit="us", strict=False),
            # A time with an offset is the moment in UTC.
            plain.str.to_datetime(
                "%Y-%m-%d %H:%M:%S%.f%#z", time_unit="us", strict=False
            ).dt.replace_time_zone(None),
        )
    return (trimmed if new == "float" else values).cast(target, strict=False)


def _converted(values: pl.Expr, old: pl.DataType, new: str) -> pl.Expr:
    """What is no text: a number stands for seconds since 1970, and so does a time."""
    target = TYPES[new]
    if new == "string" and old == pl.Boolean:
        return pl.when(values).then(pl.lit("true")).when(~values).then(pl.lit("false"))
    if new == "bool" and old.is_numeric():
        return values != 0
    if old.is_numeric() and new in ("date", "datetime"):
        micros = (values.cast(pl.Float64) * 1e6).cast(pl.Int64, strict=False)
        known = pl.when(micros.is_between(_FIRST, _LAST)).then(micros)
        return known.cast(pl.Datetime("us")).cast(target)
    if old == pl.Date and new in ("long", "float", "bool"):
        return pl.when(False).then(pl.lit(None, target))
    if isinstance(old, pl.Datetime) and new in ("long", "float"):
        micros = values.dt.epoch("us")
        return micros.floordiv(1_000_000) if new == "long" else micros / 1e6
    return values.cast(target, strict=False)


def constant(value: str, type_: str) -> pl.Expr:
    """What a user wrote, as a value of the type. Raises ValueError where it is none."""
    made = pl.select(cast(pl.lit(value), pl.String(), type_)).item()
    if made is None or (type_ == "long" and "." in value):
        raise ValueError(f"'{value}' is no {type_}")
    return pl.lit(made, TYPES[type_])


def infer(frame: pl.LazyFrame) -> dict[str, str]:
    """Data Wrangler's type of each column, from the first 1,000 rows; an empty column is text."""
    schema = frame.collect_schema()
    texts = [name for name, dtype in schema.items() if dtype == pl.String]
    head = frame.select(texts).head(INFERENCE_ROWS).collect() if texts else pl.DataFrame()
    return {
        name: _inferred(head[name]) if name in head.columns else type_name(dtype)
        for name, dtype in schema.items()
    }


def _inferred(values: pl.Series) -> str:
    found = values.str.strip_chars().drop_nulls()
    found = found.filter(found != "")
    if found.is_empty():
        return "string"
    if (
        found.str.contains(r"^[+-]?\d+$").all()
        and found.cast(pl.Int64, strict=False).is_not_null().all()
    ):
        return "long"
    if found.cast(pl.Float64, strict=False).is_not_null().all():
        return "float"
    if found.str.to_lowercase().is_in(["true", "false"]).all():
        return "bool"
    for pattern, name in ((_DATE, "date"), (_DATETIME, "datetime")):
        if found.str.contains(pattern).all() and _castable(found, name):
            return name
    return "string"


def _castable(found: pl.Series, name: str) -> bool:
    values = cast(pl.col("found"), pl.String(), name)
    return bool(found.alias("found").to_frame().select(values.is_not_null().all()).item())
