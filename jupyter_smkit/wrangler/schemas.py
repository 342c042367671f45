"""JSON Schema of step parameters: short ways to write it, and to bring real files to it.

``x-column`` marks what names a column of the step's input: ``any``, ``number`` or ``string``;
``x-s3`` an address: ``object`` or ``folder``; ``x-multiline`` a text of several lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jupyter_smkit.wrangler.flow import FlowError

Schema = dict[str, Any]


def form(required: str = "", /, **properties: Schema) -> Schema:
    """An object; ``required`` names its members that must be given, separated by spaces."""
    schema: Schema = {"type": "object", "properties": properties}
    return {**schema, "required": required.split()} if required else schema


def column(title: str, kind: str = "any") -> Schema:
    return {"type": "string", "title": title, "x-column": kind, "minLength": 1}


def columns(title: str, kind: str = "any", *, at_least: int = 1) -> Schema:
    return {
        "type": "array",
        "title": title,
        "items": {"type": "string"},
        "uniqueItems": True,
        "minItems": at_least,
        "x-column": kind,
    }


def text(title: str, default: str | None = None, description: str = "") -> Schema:
    schema: Schema = {"type": "string", "title": title}
    if default is not None:
        schema["default"] = default
    return {**schema, "description": description} if description else schema


def choice(title: str, *values: str, default: str | None = None) -> Schema:
    return {"type": "string", "title": title, "enum": [*values], "default": default or values[0]}


def yes_no(title: str, default: bool = False) -> Schema:
    return {"type": "boolean", "title": title, "default": default}


def number(title: str, default: float | None = None, **limits: float) -> Schema:
    schema: Schema = {"type": "number", "title": title, **limits}
    return schema if default is None else {**schema, "default": default}


def whole(title: str, default: int | None = None, **limits: int) -> Schema:
    return {**number(title, default, **limits), "type": "integer"}


def when(property: str, value: str, /, required: str = "", **properties: Schema) -> Schema:
    """For ``allOf``: members that an object has while ``property`` is ``value``."""
    return {
        "if": {"properties": {property: {"const": value}}, "required": [property]},
        "then": form(required, **properties),
    }


def conform(schema: Schema, value: Any) -> Any:
    """``value`` as the schema wants it: defaults filled in, a lone string as a list, numbers that
    were written as strings as numbers. Members that the schema does not know pass through."""
    kind = schema.get("type")
    if kind == "object":
        given = dict(value or {}) if isinstance(value, Mapping) or value is None else value
        if not isinstance(given, dict):
            return given
        for name, inner in members(schema, given):
            found = conform(inner, given.get(name))
            if found is None:
                given.pop(name, None)
            else:
                given[name] = found
        return given
    if value is None or (value == "" and kind != "string"):
        return schema.get("default")
    if kind == "array":
        listed = [value] if isinstance(value, str) else value
        return [conform(schema.get("items", {}), one) for one in listed]
    return _scalar(schema, value)


def _scalar(schema: Schema, value: Any) -> Any:
    kind = schema.get("type")
    if isinstance(value, str) and "enum" in schema:
        spelled = {str(one).lower(): one for one in schema["enum"]}
        return spelled.get(value.lower(), value)
    if kind == "boolean" and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if kind in ("number", "integer") and isinstance(value, str):
        try:
            number_ = float(value)
        except ValueError:
            return value
        return int(number_) if number_.is_integer() else number_
    if kind == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


def members(schema: Schema, value: Mapping[str, Any]) -> Iterator[tuple[str, Schema]]:
    """The members that an object has by this schema, those of ``allOf``'s live branches last."""
    settled = dict(value)
    for name, inner in schema.get("properties", {}).items():
        if settled.get(name) is None and "default" in inner:
            settled[name] = inner["default"]
        yield name, inner
    for branch in schema.get("allOf", ()):
        ((name, wanted),) = branch["if"]["properties"].items()
        if settled.get(name) == wanted["const"]:
            yield from members(branch["then"], settled)


def columns_named(schema: Schema, value: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """(where, column, kind) for each column that conforming parameters name."""
    if not isinstance(value, Mapping):
        return
    for name, inner in members(schema, value):
        where, found = f"{path}{name}", value.get(name)
        if kind := inner.get("x-column"):
            for one in [found] if isinstance(found, str) else found or ():
                yield where, one, kind
        elif inner.get("type") == "object":
            yield from columns_named(inner, found, f"{where}.")


def check(schema: Schema, value: Any) -> None:
    """FlowError names the first member that breaks the schema."""
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

    errors = sorted(Draft202012Validator(schema).iter_errors(value), key=lambda e: len(e.path))
    if not errors:
        return
    error = errors[0]
    where = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        where = ".".join(filter(None, [where, missing[0]]))
        raise FlowError(f"{where} is missing")
    raise FlowError(f"{where}: {error.message}" if where else error.message)
