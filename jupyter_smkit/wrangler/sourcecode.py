"""The source of functions together with all of this package that they use."""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any

_OURS = __name__.partition(".")[0] + "."


@dataclass
class Bundle:
    """Import lines, and definitions by name, each after those that it needs."""

    imports: set[str] = field(default_factory=set)
    definitions: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)


def bundle(functions: Iterable[Callable[..., Any]]) -> Bundle:
    made = Bundle()
    for function in functions:
        _add(made, importlib.import_module(function.__module__), function.__name__)
    return made


def _add(made: Bundle, module: ModuleType, name: str) -> None:
    statement = _names(module).get(name)
    while isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith(_OURS):
        module = importlib.import_module(str(statement.module))
        statement = _names(module).get(name)
    if statement is None:
        return
    if isinstance(statement, ast.Import | ast.ImportFrom):
        made.imports.add(_import_line(statement, name))
        return
    if name in made.origins:
        if made.origins[name] != module.__name__:
            raise ValueError(f"{name} is defined in {made.origins[name]} and in {module.__name__}")
        return
    made.origins[name] = module.__name__
    used = (node.id for node in ast.walk(statement) if isinstance(node, ast.Name))
    for one in dict.fromkeys(used):
        if not hasattr(builtins, one) and one != name:
            _add(made, module, one)
    made.definitions[name] = _text(module, statement)


@cache
def _tree(module: ModuleType) -> tuple[str, ast.Module]:
    source = inspect.getsource(module)
    return source, ast.parse(source)


@cache
def _names(module: ModuleType) -> dict[str, ast.stmt]:
    found: dict[str, ast.stmt] = {}
    for statement in _tree(module)[1].body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            found[statement.name] = statement
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                found[alias.asname or alias.name] = statement
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                for node in ast.walk(target):
                    if isinstance(node, ast.Name):
                        found[node.id] = statement
    return found


def _text(module: ModuleType, statement: ast.stmt) -> str:
    lines = _tree(module)[0].splitlines()
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(one.lineno for one in decorators)])
    return "\n".join(lines[first - 1 : statement.end_lineno])


def _import_line(statement: ast.Import | ast.ImportFrom, name: str) -> str:
    alias = next(one for one in statement.names if (one.asname or one.name) == name)
    named = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
    if isinstance(statement, ast.Import):
        return f"import {named}"
    return f"from {statement.module} import {named}"
