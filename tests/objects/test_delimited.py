"""What is guessed of a CSV file."""

from __future__ import annotations

import pytest

from jupyter_smkit.objects.delimited import guessed_delimiter, guessed_encoding


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1;2\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ("a|b|c\r\n1|2|3\r\n", "|"),
        ("preis;menge\n1,50;3\n2,75;4\n", ";"),
        ("name;note\nAnn;a, b\nBob;c\n", ";"),
        ('"name; first",note\n"a;b","c;d"\n', ","),
        ('name;text\nAnn;"two\nlines, and ; more"\n', ";"),
        ("Doe, Ann;3;4\nRoe, Bob;5;6\n", ";"),
        ("a,b\n1,2\n1,2,3\n", ","),
        ("a;b\n1;2\n1;2;3\n", ";"),
        ("alone\n1\n2\n", ","),
        ("a,b\r1,2\r", ","),
        ("", ","),
    ],
)
def test_the_delimiter(text: str, delimiter: str) -> None:
    assert guessed_delimiter(text) == delimiter


def test_the_last_row_of_a_head_may_be_half_of_one() -> None:
    assert guessed_delimiter("a;b;c\n1;2;3\n4,5,6;7", whole=False) == ";"


@pytest.mark.parametrize(
    ("text", "written", "guessed"),
    [
        ("name\nKöln\n", "utf-8", "utf-8"),
        ("name\nKöln\n", "utf-8-sig", "utf-8"),
        ("name\nKöln – 5 €\n", "cp1252", "cp1252"),
        ("name\nKöln\n", "latin-1", "cp1252"),
        ("name\nKöln\n", "utf-16", "utf-16"),
        ("name\nKöln\n", "utf-16-le", "utf-16-le"),
        ("name\nKöln\n", "utf-16-be", "utf-16-be"),
        ("name\nKöln\n", "utf-32", "utf-32"),
        ("name\nПривет\n", "utf-8", "utf-8"),
        ("naïve\x81\n", "latin-1", ""),
    ],
)
def test_the_encoding(text: str, written: str, guessed: str) -> None:
    content = text.encode(written)
    assert guessed_encoding([content]) == guessed
    if guessed not in ("", "cp1252"):
        assert content.decode(guessed).removeprefix("\ufeff") == text


def test_an_encoding_that_shows_late_and_characters_across_chunks() -> None:
    assert guessed_encoding([b"a" * 5000, "ö".encode("cp1252")]) == "cp1252"
    assert guessed_encoding(["ö".encode()[:1], "ö".encode()[1:]]) == "utf-8"
    assert guessed_encoding([]) == "utf-8"
    assert guessed_encoding(["Köln\n".encode() * 9, "Köln\n".encode("cp1252")]) == ""
    cut = "café".encode()[:-1]
    assert guessed_encoding([cut]) == "cp1252"
    assert guessed_encoding([cut], whole=False) == "utf-8"
    assert guessed_encoding([b"a,b\n\x00,1\n"]) == "utf-8"
