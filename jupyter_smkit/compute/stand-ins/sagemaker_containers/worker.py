"""Answers of a model server."""

from __future__ import annotations


class Response(tuple[str | bytes, str]):
    """A body and its media type: the pair that an ``output_fn`` may return as well."""

    def __new__(
        cls,
        response: str | bytes | None = None,
        accept: str | None = None,
        status: int = 200,
        mimetype: str | None = None,
    ) -> Response:
        """``status`` has nothing to say: what fails is told by an exception."""
        return super().__new__(cls, (response or b"", mimetype or accept or "application/json"))
