"""CloudWatch's metric math: arithmetic over metrics, and a few of its functions."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Series = dict[int, float]
"""Values by Unix seconds."""
Value = float | Series | list[Series]

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FOLDS: dict[str, Callable[[list[float]], float]] = {
    "SUM": math.fsum,
    "AVG": lambda values: math.fsum(values) / len(values),
    "MIN": min,
    "MAX": max,
}
_EACH: dict[str, Callable[[float], float]] = {"ABS": abs, "CEIL": math.ceil, "FLOOR": math.floor}


_UNREADABLE = (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError)
_FILLED = 100_800
"""Values of one time series, as GetMetricData answers them."""


class InvalidExpression(Exception):
    """The message says what is not understood."""


@dataclass(frozen=True)
class Known:
    """What an expression may use, by Id."""

    metrics: Mapping[str, Series]
    computed: Mapping[str, Series]
    periods: range
    """The Unix seconds at which a period begins."""

    def times(self) -> list[int]:
        return _times([*self.metrics.values(), *self.computed.values()])


def names(expression: str) -> set[str]:
    """What an expression calls by name: Ids, and functions."""
    return {node.id for node in ast.walk(_parsed(expression)) if isinstance(node, ast.Name)}


def evaluate(expression: str, known: Known) -> Series:
    """Where a metric has no value, the result has none; so it is where one cannot be computed."""
    try:
        found = _value(_parsed(expression), known)
    except _UNREADABLE:
        raise _unreadable(expression) from None
    if isinstance(found, list):
        raise InvalidExpression("an expression gives one time series, not several")
    if isinstance(found, float):
        found = dict.fromkeys(known.times(), found)
    return {at: value for at, value in found.items() if math.isfinite(value)}


def _parsed(expression: str) -> ast.expr:
    try:
        # A power sign of CloudWatch's is Python's exclusive or, and its expressions have lines.
        plain = " ".join(expression.replace("^", "**").split())
        return ast.parse(plain, mode="eval").body
    except _UNREADABLE:
        raise _unreadable(expression) from None


def _unreadable(expression: str) -> InvalidExpression:
    return InvalidExpression(f"cannot read {expression!r:.200}")


def _value(node: ast.expr, known: Known) -> Value:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            found = known.metrics.get(name, known.computed.get(name))
            if found is None:
                raise InvalidExpression(f"no metric has the Id {name!r}")
            return found
        case ast.List(elts=elements):
            return [_series(_value(each, known)) for each in elements]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _combine(operator.mul, -1.0, _value(operand, known))
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return _combine(_OPERATORS[type(sign)], _value(left, known), _value(right, known))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call(name, [_value(each, known) for each in arguments], known)
    raise InvalidExpression(
        "only arithmetic and SUM, AVG, MIN, MAX, ABS, CEIL, FLOOR, FILL and METRICS are known"
    )


def _call(name: str, arguments: list[Value], known: Known) -> Value:
    match name, arguments:
        case "METRICS", []:
            return list(known.metrics.values())
        case "FILL", [dict() as series, float() as gap]:
            if len(known.periods) > _FILLED:
                raise InvalidExpression(f"FILL would give more than {_FILLED} values")
            return {at: series.get(at, gap) for at in sorted({*known.periods, *series})}
        case _, [dict() as series] if name in _EACH:
            return {at: float(_EACH[name](value)) for at, value in series.items()}
        case _, [dict() as series] if name in _FOLDS:
            return _FOLDS[name](list(series.values())) if series else 0.0
        case _, [list() as several] if name in _FOLDS:
            times = _times(several)
            return {at: _FOLDS[name]([each[at] for each in several if at in each]) for at in times}
    raise InvalidExpression(f"{name} is not known, or not with these arguments")


def _combine(combine: Callable[[float, float], float], left: Value, right: Value) -> Value:
    if isinstance(left, list) or isinstance(right, list):
        raise InvalidExpression("arithmetic is for single time series and numbers")
    if isinstance(left, float) and isinstance(right, float):
        return _computed(combine, left, right)
    times = left if isinstance(left, dict) else right
    assert isinstance(times, dict)
    found: Series = {}
    for at in times:
        first = left.get(at) if isinstance(left, dict) else left
        second = right.get(at) if isinstance(right, dict) else right
        if first is None or second is None:
            continue
        result = _computed(combine, first, second)
        if math.isfinite(result):
            found[at] = result
    return found


def _computed(combine: Callable[[float, float], float], left: float, right: float) -> float:
    """Not a number where it cannot be computed."""
    try:
        result: Any = combine(left, right)
    except ArithmeticError:
        return math.nan
    return float(result) if isinstance(result, int | float) else math.nan


def _times(several: Iterable[Series]) -> list[int]:
    return sorted({at for each in several for at in each})


def _series(value: Value) -> Series:
    if not isinstance(value, dict):
        raise InvalidExpression("a list holds time series")
    return value
