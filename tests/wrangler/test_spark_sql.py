from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_smkit.wrangler.spark_sql import FormulaError, compile_formula

SCHEMA = {
    "a": pl.Int64(),
    "b": pl.Float64(),
    "Text": pl.String(),
    "d": pl.Date(),
    "some.dot": pl.Int64(),
    "two words": pl.Int64(),
}
ROW = {"a": 7, "b": 2.5, "Text": "Ab c", "d": "2020-02-29", "some.dot": 3, "two words": 4}


def value(formula: str, **changed: Any) -> Any:
    row = {**ROW, **changed}
    frame = pl.DataFrame([row], schema={**SCHEMA, "d": pl.String()}).with_columns(
        pl.col("d").str.to_date()
    )
    return frame.select(compile_formula(formula, frame.schema).alias("v")).item()


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("0.3*a + 0.1*b", 2.35),
        ("a / 2", 3.5),
        ("a / 0", None),
        ("a % 4", 3),
        ("-a % 4", -3),
        ("a div 2", 3),
        ("A + B", 9.5),
        ("`some.dot` + some.dot + `two words`", 10),
        ("'3' + a", 10.0),
        ("a = '7'", True),
        ("d >= '2020-02-01'", True),
        ("upper(text)", "AB C"),
        ("concat(text, '-', a)", "Ab c-7"),
        ("concat(text, NULL)", None),
        ("concat_ws('-', text, NULL, 'x')", "Ab c-x"),
        ("text || a", "Ab c7"),
        ("cast(to_date('05/01/2020', 'dd/MM/yyyy') as string)", "2020-01-05"),
        ("cast(to_date('5/1/2020', 'd/M/yyyy') as string)", "2020-01-05"),
        ("cast(to_date(d, 'd/M/yyyy') as string)", "2020-02-29"),
        ("date_format(d, 'd.M.yyyy')", "29.2.2020"),
        ("cast(cast('2020-01-01 10:00:00' as timestamp) as bigint)", 1577872800),
        ("cast(cast(1577872800 as timestamp) as string) like '2020-01-01 10:00:00%'", True),
        ("substring(text, 2, 2)", "b "),
        ("substring(text, -2)", " c"),
        ("length(text)", 4),
        ("instr(text, 'c')", 4),
        ("instr(text, 'z')", 0),
        ("replace(text, 'b', 'x')", "Ax c"),
        ("regexp_extract(text, '([a-z])', 1)", "b"),
        ("regexp_replace(text, '[a-z]', '.')", "A. ."),
        ("text like 'A%'", True),
        ("text like 'a_%'", False),
        ("text not like '%(%'", True),
        ("text rlike '^A'", True),
        ("case when a > 5 then 'big' when a > 2 then 'mid' else 'small' end", "big"),
        ("case a when 7 then 1 end", 1),
        ("if(a > 100, 1, 0)", 0),
        ("a in (1, 7)", True),
        ("a not in (1, 7)", False),
        ("a between 7 and 8", True),
        ("a is null", False),
        ("a is not null and b > 1 or false", True),
        ("coalesce(NULL, a)", 7),
        ("nvl(b, 0)", 2.5),
        ("nullif(a, 7)", None),
        ("cast(b as int)", 2),
        ("int('12.7')", 12),
        ("string(a)", "7"),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(b / 3, 2)", 0.83),
        ("floor(-0.5)", -1),
        ("greatest(a, 9, NULL)", 9),
        ("ln(0)", None),
        ("log10(1000)", 3.0),
        ("pow(2, 3)", 8.0),
        ("year(d) * 100 + month(d)", 202002),
        ("datediff('2020-03-01', d)", 1),
        ("dayofweek(d)", 7),
        ("date_format(d, 'dd/MM/yyyy')", "29/02/2020"),
        ("lpad(string(a), 3, '0')", "007"),
        ("trim('  x ')", "x"),
    ],
)
def test_as_spark_computes_it(formula: str, expected: Any) -> None:
    found = value(formula)
    assert found == (pytest.approx(expected) if isinstance(expected, float) else expected)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("a +", "no Spark SQL expression"),
        ("ab + 1", "there is no column 'ab'"),
        ("txt", "did you mean 'Text'"),
        ("frobnicate(a)", r"does not know the function frobnicate\(\)"),
        ("rand()", r"does not know the function rand\(\)"),
        ("select a from t", "one expression over columns"),
        ("drop table t", "cannot compute this in a formula"),
        ("round(a, b)", "must be a literal"),
        ("sum(a)", r"does not know the function sum\(\)"),
        ("", "no Spark SQL expression"),
    ],
)
def test_what_cannot_be_computed_is_said(formula: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        value(formula)


def test_columns_that_differ_in_case_alone_must_be_written_exactly() -> None:
    schema = {"ab": pl.Int64(), "AB": pl.Int64()}
    assert compile_formula("ab + AB", schema).meta.root_names() == ["ab", "AB"]
    with pytest.raises(FormulaError, match="'Ab' may be any of ab, AB"):
        compile_formula("Ab", schema)


numbers = st.none() | st.integers(-50, 50)


@settings(max_examples=100, deadline=None)
@given(numbers, numbers, st.sampled_from(["+", "-", "*", "/", "%", "<", ">=", "=", "<=>"]))
def test_operators_against_python(a: int | None, b: int | None, operator: str) -> None:
    found = value(f"a {operator} `two words`", a=a, **{"two words": b})
    if operator == "<=>":
        assert found == (a == b)
        return
    if a is None or b is None or (operator in "/%" and b == 0):
        assert found is None
        return
    sign = -1 if a < 0 else 1
    expected = {
        "+": lambda: a + b,
        "-": lambda: a - b,
        "*": lambda: a * b,
        "/": lambda: a / b,
        "%": lambda: sign * (abs(a) % abs(b)),
        "<": lambda: a < b,
        ">=": lambda: a >= b,
        "=": lambda: a == b,
    }[operator]()
    assert found == pytest.approx(expected)
