"""Delimited text: what the bytes of a CSV file tell of its encoding and its delimiter.

Standard library only: exported scripts hold it, and the AutoML trainer imports it.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable
from itertools import islice

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
"""What is guessed, the likeliest first."""
_ROWS = 200
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"
"""Bytes that are no character in Windows-1252."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def guessed_encoding(chunks: Iterable[bytes], whole: bool = True) -> str:
    """Python's name of a text's encoding, empty where there is no telling.

    By its byte order mark, else UTF-8 where it is that, else UTF-16 or Windows-1252; UTF-8 with a
    bad byte somewhere is none. ``whole``: else the text goes on after the chunks.
    """
    decoder, head = codecs.getincrementaldecoder("utf-8")(), b""
    is_utf8, is_windows, is_ascii = True, True, True
    for chunk in chunks:
        if not head:
            head = chunk[:4096]
            if marked := next((name for mark, name in _MARKS if chunk.startswith(mark)), ""):
                return marked
            if wide := _without_mark(head):
                return wide
        if is_utf8:
            text, is_utf8 = _decoded_part(decoder, chunk)
            is_ascii = is_ascii and text.isascii()
        is_windows = is_windows and len(chunk.translate(None, _UNDEFINED)) == len(chunk)
        if not is_utf8 and not (is_windows and is_ascii):
            return ""
    is_utf8 = is_utf8 and _decoded_part(decoder, b"", whole)[1]
    return "utf-8" if is_utf8 else "cp1252" if is_windows and is_ascii else ""


def _decoded_part(
    decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False
) -> tuple[str, bool]:
    """The text up to the first bad byte, and whether that is all."""
    try:
        return decoder.decode(chunk, final), True
    except UnicodeDecodeError as error:
        return error.object[: error.start].decode(), False


def _without_mark(head: bytes) -> str:
    """UTF-16 of mostly Latin text has NUL in every other byte."""
    half = len(head) // 2
    even, odd = head[::2].count(0), head[1::2].count(0)
    if half and even * 20 < half < odd * 2:
        return "utf-16-le"
    return "utf-16-be" if half and odd * 20 < half < even * 2 else ""


def guessed_delimiter(text: str, whole: bool = True) -> str:
    """The delimiter with which most rows are as wide as the first; a comma where there is none.

    ``whole``: else the text may end in the middle of a row.
    """
    lines = list(io.StringIO(text, newline=""))
    best, found = (0.0, 0), ","
    for delimiter in DELIMITERS:
        widths = _widths(lines if whole else lines[:-1] or lines, delimiter)
        if widths and widths[0] > 1:
            score = widths.count(widths[0]) / len(widths), widths[0]
            if score > best:
                best, found = score, delimiter
    return found


def _widths(lines: Iterable[str], delimiter: str) -> list[int]:
    """Fields in each of the first rows; of what cannot be divided so, in none."""
    try:
        return [len(row) for row in islice(csv.reader(lines, delimiter=delimiter), _ROWS) if row]
    except csv.Error:
        return []


def spoken(encoding: str) -> str:
    """An encoding as people and AWS write it."""
    return {"cp1252": "Windows-1252"}.get(encoding, encoding.upper())
