"""Spark SQL expressions as polars expressions: sqlglot reads them, the tables here say the rest.

Spark's meaning holds: ``/`` divides as floats, dividing by zero gives null, ``concat`` with a null
is null, positions count from 1, text beside a number counts as one, and column names are found
whatever their case.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlglot
from sqlglot import exp

from jupyter_smkit.wrangler.casting import cast
from jupyter_smkit.wrangler.spark_functions import DATE_FUNCTIONS, FUNCTIONS, plain_strftime

_CASTS = {
    "BIGINT": "long",
    "INT": "long",
    "SMALLINT": "long",
    "TINYINT": "long",
    "DOUBLE": "float",
    "FLOAT": "float",
    "DECIMAL": "float",
    "BOOLEAN": "bool",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "TIMESTAMPTZ": "datetime",
    "TEXT": "string",
    "VARCHAR": "string",
}


class FormulaError(ValueError):
    """What a formula holds that cannot be read; ``column`` names a column that is missing."""

    def __init__(self, message: str, column: str = "") -> None:
        super().__init__(message)
        self.column = column


def compile_formula(formula: str, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """The expression over columns of these types; FormulaError where it is none."""
    try:
        tree = sqlglot.parse_one(formula, dialect="spark")
    except sqlglot.errors.ParseError as error:
        first = error.errors[0] if error.errors else {"description": str(error), "col": 0}
        what = str(first["description"])
        what = "something is missing" if what.startswith("Required keyword") else what
        raise FormulaError(f"no Spark SQL expression: {what} at character {first['col']}") from None
    except sqlglot.errors.SqlglotError as error:
        raise FormulaError(f"no Spark SQL expression: {error}") from None
    if isinstance(tree, exp.Query | exp.DDL | exp.Command):
        raise FormulaError("a formula is one expression over columns, not a statement")
    return _Compiler(schema).compile(tree.unalias())


@dataclass(frozen=True)
class _Compiler:
    schema: Mapping[str, pl.DataType]

    def compile(self, tree: Any) -> pl.Expr:
        if rule := _RULES.get(type(tree)):
            made = rule(tree, self)
            return ~made if tree.args.get("negate") else made
        if operation := _ARITHMETIC.get(type(tree)):
            return operation(self.number(tree.this), self.number(tree.expression))
        if comparison := _COMPARISONS.get(type(tree)):
            return comparison(*self.alike(self.compile(tree.this), self.compile(tree.expression)))
        if isinstance(tree, exp.Cast):
            return self.cast(tree)
        if isinstance(tree, exp.Func):
            return self.function(tree)
        raise FormulaError(f"smkit cannot compute this in a formula yet: {tree.sql('spark')}")

    def dtype(self, expression: pl.Expr) -> pl.DataType:
        empty = pl.LazyFrame(schema=dict(self.schema))
        return empty.select(expression.alias("_")).collect_schema()["_"]

    def number(self, tree: Any) -> pl.Expr:
        found = self.compile(tree)
        return cast(found, pl.String(), "float") if self.dtype(found) == pl.String else found

    def alike(self, left: pl.Expr, right: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
        """Two sides of a comparison; text is read as what it is compared with."""
        types = self.dtype(left), self.dtype(right)
        if (types[0] == pl.String) == (types[1] == pl.String) or pl.Null in types:
            return left, right
        other = types[1] if types[0] == pl.String else types[0]
        names = {pl.Date: "date", pl.Datetime: "datetime", pl.Boolean: "bool"}
        wanted = names.get(other.base_type(), "float")
        if types[0] == pl.String:
            return cast(left, pl.String(), wanted), right
        return left, cast(right, pl.String(), wanted)

    def cast(self, tree: exp.Cast) -> pl.Expr:
        wanted = tree.to.this.name
        if wanted not in _CASTS:
            raise FormulaError(f"smkit does not know the type {tree.to.sql('spark')}")
        operand = self.compile(tree.this)
        return cast(operand, self.dtype(operand), _CASTS[wanted])

    def function(self, tree: exp.Func) -> pl.Expr:
        anonymous = isinstance(tree, exp.Anonymous)
        key = tree.name.lower() if anonymous else type(tree).__name__
        if key not in FUNCTIONS or not _plain(tree):
            written = re.match(r"\w+", tree.sql("spark"))
            raise FormulaError(
                f"smkit does not know the function {written[0].lower() if written else key}()"
            )
        trees = tree.expressions if anonymous else _arguments(tree)
        arguments = [self.compile(one) for one in trees]
        if key in DATE_FUNCTIONS and arguments and self.dtype(arguments[0]) == pl.String:
            arguments[0] = cast(arguments[0], pl.String(), "datetime")
        try:
            return FUNCTIONS[key](*arguments)
        except TypeError:
            raise FormulaError(
                f"{key.lower()}() does not take {len(arguments)} arguments"
            ) from None


def _plain(tree: exp.Func) -> bool:
    """False for the variants that the table's function would silently get wrong."""
    return not (
        (isinstance(tree, exp.Trim) and (tree.args.get("position") or tree.expression))
        or (isinstance(tree, exp.Pad) and not tree.args.get("is_left"))
    )


def _arguments(tree: exp.Func) -> list[exp.Expression]:
    found: list[exp.Expression] = []
    for key in tree.arg_types:
        value = tree.args.get(key)
        listed = value if isinstance(value, list) else [value]
        found += [one for one in listed if isinstance(one, exp.Expression) and one.key != "var"]
    return found


def _column(tree: Any, compiler: _Compiler) -> pl.Expr:
    schema, name = compiler.schema, ".".join(part.name for part in tree.parts)
    if name in schema:
        return pl.col(name)
    folded = [known for known in schema if known.lower() == name.lower()]
    if len(folded) == 1:
        return pl.col(folded[0])
    if folded:
        raise FormulaError(
            f"'{name}' may be any of {', '.join(folded)}: write its exact case", name
        )
    lower = {known.lower(): known for known in schema}
    near = difflib.get_close_matches(name.lower(), lower, 1, 0.6)
    hint = (
        f"did you mean '{lower[near[0]]}'?" if near else f"there are {', '.join(list(schema)[:20])}"
    )
    raise FormulaError(f"there is no column '{name}'; {hint}", name)


def _literal(tree: Any, compiler: _Compiler) -> pl.Expr:
    if tree.is_string:
        return pl.lit(tree.this)
    return pl.lit(float(tree.this) if re.search("[.eE]", tree.this) else int(tree.this))


def _case(tree: Any, compiler: _Compiler) -> pl.Expr:
    default = tree.args.get("default")
    result = compiler.compile(default) if default else pl.lit(None)
    for branch in reversed(tree.args["ifs"]):
        test = compiler.compile(branch.this)
        if tree.this:
            left, right = compiler.alike(compiler.compile(tree.this), test)
            test = left == right
        result = pl.when(test).then(compiler.compile(branch.args["true"])).otherwise(result)
    return result


def _if(tree: Any, compiler: _Compiler) -> pl.Expr:
    otherwise = tree.args.get("false")
    return (
        pl.when(compiler.compile(tree.this))
        .then(compiler.compile(tree.args["true"]))
        .otherwise(compiler.compile(otherwise) if otherwise else pl.lit(None))
    )


def _in(tree: Any, compiler: _Compiler) -> pl.Expr:
    value = compiler.compile(tree.this)
    pairs = [compiler.alike(value, compiler.compile(one)) for one in tree.expressions]
    result = pairs[0][0] == pairs[0][1]
    for left, right in pairs[1:]:
        result = result | (left == right)
    return result


def _between(tree: Any, compiler: _Compiler) -> pl.Expr:
    value = compiler.compile(tree.this)
    low = compiler.alike(value, compiler.compile(tree.args["low"]))
    high = compiler.alike(value, compiler.compile(tree.args["high"]))
    return (low[0] >= low[1]) & (high[0] <= high[1])


def _like(tree: Any, compiler: _Compiler) -> pl.Expr:
    if not isinstance(tree.expression, exp.Literal):
        raise FormulaError("LIKE needs a literal pattern")
    wild = {"%": "(?s:.*)", "_": "(?s:.)"}
    pattern = "".join(wild.get(c) or re.escape(c) for c in tree.expression.name)
    return compiler.compile(tree.this).str.contains(f"^{pattern}$")


def _is(tree: Any, compiler: _Compiler) -> pl.Expr:
    value = compiler.compile(tree.this)
    if isinstance(tree.expression, exp.Null):
        return value.is_null()
    return value.eq_missing(compiler.compile(tree.expression))


def _to_date(tree: Any, compiler: _Compiler) -> pl.Expr:
    operand, format = compiler.compile(tree.this), tree.args.get("format")
    dtype = compiler.dtype(operand)
    if format is None or dtype != pl.String:
        return cast(operand, dtype, "date")
    return operand.str.to_date(plain_strftime(format.name), strict=False)


def _joined(tree: Any, compiler: _Compiler) -> pl.Expr:
    return compiler.compile(exp.Concat(expressions=[tree.this, tree.expression]))


def _divided(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    divisor = right.cast(pl.Float64)
    return pl.when(divisor != 0).then(left.cast(pl.Float64) / divisor)


def _remainder(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """The sign is the dividend's, as in Java."""
    rest = left.abs() % right.abs()
    return pl.when(right != 0).then(pl.when(left < 0).then(-rest).otherwise(rest))


def _whole_quotient(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    return _divided(left, right).cast(pl.Int64, strict=False)


_RULES: dict[type[Any], Callable[[Any, _Compiler], pl.Expr]] = {
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Boolean: lambda tree, compiler: pl.lit(tree.this),
    exp.Null: lambda tree, compiler: pl.lit(None),
    exp.Paren: lambda tree, compiler: compiler.compile(tree.this),
    exp.Neg: lambda tree, compiler: -compiler.number(tree.this),
    exp.Not: lambda tree, compiler: ~compiler.compile(tree.this),
    exp.And: lambda tree, compiler: compiler.compile(tree.this) & compiler.compile(tree.expression),
    exp.Or: lambda tree, compiler: compiler.compile(tree.this) | compiler.compile(tree.expression),
    exp.RegexpLike: lambda tree, compiler: compiler.compile(tree.this).str.contains(
        compiler.compile(tree.expression)
    ),
    exp.Case: _case,
    exp.If: _if,
    exp.In: _in,
    exp.Between: _between,
    exp.Like: _like,
    exp.Is: _is,
    exp.TsOrDsToDate: _to_date,
    exp.DPipe: _joined,
}

_ARITHMETIC: dict[type[Any], Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    exp.Add: lambda a, b: a + b,
    exp.Sub: lambda a, b: a - b,
    exp.Mul: lambda a, b: a * b,
    exp.Div: _divided,
    exp.Mod: _remainder,
    exp.IntDiv: _whole_quotient,
}

_COMPARISONS: dict[type[Any], Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    exp.EQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
    exp.NullSafeEQ: lambda a, b: a.eq_missing(b),
}
