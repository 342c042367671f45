"""S3's XML: documents out, request bodies in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from jupyter_smkit.api.errors import ApiError, code_for
from jupyter_smkit.objects.errors import MalformedXML

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
Node = str | int | bool | Iterable[tuple[str, Any]]
"""Text, or elements by name in their order."""
_SPECIAL = re.compile('[&<>"\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]')
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def document(name: str, content: Node, namespace: str = NAMESPACE) -> bytes:
    attribute = f' xmlns="{namespace}"' if namespace else ""
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}{attribute}>'
    return f"{head}{_inner(content)}</{name}>".encode()


def _inner(content: Node) -> str:
    if isinstance(content, bool):
        return "true" if content else "false"
    if isinstance(content, str | int):
        return escaped(str(content))
    return "".join(f"<{name}>{_inner(inner)}</{name}>" for name, inner in content)


def escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found[0]) or f"&#x{ord(found[0]):X};", text)


def timestamp(at: float) -> str:
    """Unix seconds as S3's XML writes them."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")[:23] + "Z"


class Element:
    """An element of a request; names are read without their namespace."""

    def __init__(self, element: ElementTree.Element) -> None:
        self._element = element

    @property
    def name(self) -> str:
        return self._element.tag.rpartition("}")[2]

    @property
    def content(self) -> str:
        return self._element.text or ""

    def all(self, name: str) -> list[Element]:
        return [child for child in map(Element, self._element) if child.name == name]

    def find(self, name: str) -> Element | None:
        return next(iter(self.all(name)), None)

    def text(self, name: str, default: str | None = None) -> str:
        """The text of the child of that name; raises MalformedXML without it or a default."""
        if (found := self.find(name)) is not None:
            return found.content
        if default is None:
            raise MalformedXML
        return default


def parse(body: bytes, name: str) -> Element:
    """The root of a request's document, which must have ``name`` (empty: any name)."""
    try:
        # Read as UTF-8 whatever the document declares, so that no encoding hides a DOCTYPE.
        text = body.decode()
        if "<!DOCTYPE" in text:
            raise MalformedXML
        root = Element(ElementTree.fromstring(text))
    except (ElementTree.ParseError, ValueError):
        raise MalformedXML from None
    if name and root.name != name:
        raise MalformedXML
    return root


def error_document(error: ApiError, resource: str, request_id: str) -> bytes:
    """The body of an answer other than success."""
    content: list[tuple[str, Any]] = [
        ("Code", code_for(error, "rest-xml")),
        ("Message", error.message),
        *((name, str(value)) for name, value in error.members.items()),
        ("Resource", resource),
        ("RequestId", request_id),
        ("HostId", request_id),
    ]
    return document("Error", content, namespace="")


def tag_set(tags: Mapping[str, str]) -> bytes:
    pairs = [("Tag", [("Key", key), ("Value", value)]) for key, value in tags.items()]
    return document("Tagging", [("TagSet", pairs)])
