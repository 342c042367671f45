"""Between a decoded JSON or CBOR document and the parameters of a shape.

One closure is compiled for each shape on its first use. The wording of refusals was taken from
public reports of what AWS's services answer (``STRING_VALUE can not be converted to an Integer``).
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jupyter_smkit.api.errors import SerializationException
from jupyter_smkit.api.models import Shape
from jupyter_smkit.api.protocols import timestamps

Convert = Callable[[Any], Any]
_LONG = 1 << 63
_UNEXPECTED_LIST = "Start of list found where not expected"
_UNEXPECTED_STRUCTURE = "Start of structure or map found where not expected."


@dataclass(frozen=True)
class Encoding:
    """How a document carries what JSON has no type for."""

    blob: Convert
    timestamp: Callable[[str | None], Convert]
    """By the shape's ``timestampFormat``."""
    number: Convert = float
    """For floats and doubles, which may be infinite or not a number."""
    by_member: bool = False
    """Whether documents have botocore's names of members, in place of the protocol's."""
    compiled: dict[str, Convert] = field(default_factory=dict, compare=False)
    """The writers of one service's shapes, by name."""


def _wire_name(name: str, member: Shape, by_member: bool) -> str:
    return name if by_member else member.serialization.get("name", name)


@dataclass(frozen=True)
class Readers:
    """The readers of one service's shapes, by name."""

    by_member: bool
    """Whether documents have botocore's names of members, in place of the protocol's."""
    compiled: dict[str, Convert] = field(default_factory=dict)


@cache
def readers(service: str, *, by_member: bool = False) -> Readers:
    return Readers(by_member)


def reader(shape: Shape, known: Readers) -> Convert:
    """Turns a document into parameters: unknown members and nulls are left out, as AWS does."""
    if shape.type_name in _SCALARS:
        return _SCALARS[shape.type_name]
    if shape.name not in known.compiled:
        known.compiled[shape.name] = _COMPOUND[shape.type_name](shape, known)
    return known.compiled[shape.name]


def _structure(shape: Any, known: Readers) -> Convert:
    members: dict[str, tuple[str, Convert]] = {}

    def read(value: Any) -> Any:
        nonlocal members
        if type(value) is not dict:
            raise SerializationException(
                _UNEXPECTED_LIST if type(value) is list else "Expected null"
            )
        if not members:
            # Set when complete: other threads read with it.
            members = {
                _wire_name(name, member, known.by_member): (name, reader(member, known))
                for name, member in shape.members.items()
            }
        result = {}
        for key, each in value.items():
            if each is not None and (found := members.get(key)) is not None:
                result[found[0]] = found[1](each)
        return result

    return read if not shape.is_document_type else lambda value: value


def _list(shape: Any, known: Readers) -> Convert:
    def read(value: Any) -> list[Any]:
        if type(value) is not list:
            raise SerializationException(
                _UNEXPECTED_STRUCTURE if type(value) is dict else "Expected list or null"
            )
        read_member = reader(shape.member, known)
        return [read_member(each) for each in value if each is not None]

    return read


def _map(shape: Any, known: Readers) -> Convert:
    def read(value: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise SerializationException(
                _UNEXPECTED_LIST if type(value) is list else "Expected null"
            )
        read_value = reader(shape.value, known)
        return {_string(key): read_value(each) for key, each in value.items() if each is not None}

    return read


def _string(value: Any) -> str:
    if type(value) is not str:
        raise _wrong(value, "a String")
    return checked_text(value)


def checked_text(value: str) -> str:
    """Refuses what no store can hold: a NUL character, half a surrogate pair."""
    if "\x00" in value or not (value.isascii() or _encodable(value)):
        raise SerializationException("A string holds a character that is not valid in UTF-8 text")
    return value


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _integer(value: Any) -> int:
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int or not -_LONG <= value < _LONG:
        raise _wrong(value, "an Integer")
    return value


def _float(value: Any) -> float:
    if type(value) is int and -_LONG <= value < _LONG:
        return float(value)
    if type(value) is not float or not math.isfinite(value):
        raise _wrong(value, "a Double")
    return value


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise _wrong(value, "a Boolean")
    return value


def _blob(value: Any) -> bytes:
    if type(value) is bytes:
        return value
    if type(value) is not str:
        raise _wrong(value, "a Blob")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise SerializationException("A blob is not valid base64") from None


def _wrong(value: Any, wanted: str) -> SerializationException:
    match value:
        case dict():
            return SerializationException(_UNEXPECTED_STRUCTURE)
        case list():
            return SerializationException(_UNEXPECTED_LIST)
        case bool():
            token = "TRUE_VALUE" if value else "FALSE_VALUE"
        case int() | float():
            token = "NUMBER_VALUE"
        case str():
            token = "STRING_VALUE"
        case _:
            token = f"{type(value).__name__.upper()}_VALUE"
    return SerializationException(f"{token} can not be converted to {wanted}")


_SCALARS: dict[str, Convert] = {
    "string": _string,
    "character": _string,
    "integer": _integer,
    "long": _integer,
    "short": _integer,
    "byte": _integer,
    "float": _float,
    "double": _float,
    "boolean": _boolean,
    "blob": _blob,
    "timestamp": timestamps.read,
}
_COMPOUND: dict[str, Callable[[Any, Readers], Convert]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
}


def writer(shape: Shape, encoding: Encoding) -> Convert:
    """Turns a result into a document: only members of the shape, and no None."""
    if shape.type_name == "timestamp":
        return encoding.timestamp(shape.serialization.get("timestampFormat"))
    if shape.type_name == "blob":
        return encoding.blob
    if shape.type_name in ("float", "double"):
        return encoding.number
    if shape.type_name in ("integer", "long", "short", "byte"):
        return int
    if shape.type_name == "boolean":
        return bool
    if shape.type_name not in _COMPOUND:
        return str
    if shape.name not in encoding.compiled:
        encoding.compiled[shape.name] = _WRITERS[shape.type_name](shape, encoding)
    return encoding.compiled[shape.name]


def _write_structure(shape: Any, encoding: Encoding) -> Convert:
    members: dict[str, tuple[str, Convert]] = {}

    def write(value: Any) -> Any:
        nonlocal members
        if not members:
            members = {
                name: (_wire_name(name, member, encoding.by_member), writer(member, encoding))
                for name, member in shape.members.items()
            }
        result = {}
        for name, each in value.items():
            if each is not None and (found := members.get(name)) is not None:
                result[found[0]] = found[1](each)
        return result

    return write if not shape.is_document_type else lambda value: value


def _write_list(shape: Any, encoding: Encoding) -> Convert:
    def write(value: Any) -> list[Any]:
        write_member = writer(shape.member, encoding)
        return [write_member(each) for each in value if each is not None]

    return write


def _write_map(shape: Any, encoding: Encoding) -> Convert:
    def write(value: Any) -> dict[str, Any]:
        write_value = writer(shape.value, encoding)
        return {str(key): write_value(each) for key, each in value.items() if each is not None}

    return write


_WRITERS: dict[str, Callable[[Any, Encoding], Convert]] = {
    "structure": _write_structure,
    "list": _write_list,
    "map": _write_map,
}
