"""The page that shows what a candidate relies on."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pytest

from jupyter_smkit.automl.trainer.attribution import Attribution
from jupyter_smkit.automl.trainer.page import MAX_FEATURES, explanation

HOSTILE = "<script>alert('x')</script> & \"more\""
FACTS = {"Job": "a-job", "Target": f"{HOSTILE} too"}


class Read(HTMLParser):
    """Tags, the text of what is on the page, and the widths of the bars, in their order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.widths: list[float] = []
        self.dots = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = {name: value or "" for name, value in attrs}
        assert not {"src", "href", "onload"} & set(given)
        if given.get("style", "").startswith("width:"):
            self.widths.append(float(given["style"][6:-1]))
        if given.get("class") == "dots":
            self.dots += given["d"].count("M")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def importance(value: float) -> dict[str, float]:
    return {"value": value, "standard_deviation": 0.5}


def test_columns_are_shown_the_greatest_first() -> None:
    features = ("idle", HOSTILE, "small")
    shares = np.array([[0.0, 3.0, -1.0], [0.0, -5.0, 1.0]])
    importances = {HOSTILE: importance(2.0), "small": importance(1.0), "idle": importance(-0.1)}
    page = explanation(
        "What m relies on", FACTS, importances, [Attribution("yes", 0.25, shares)], features, "F1"
    )
    read = Read(page)
    assert "script" not in read.tags
    assert "http://" not in page and "https://" not in page and "url(" not in page
    assert "prefers-color-scheme: dark" in page
    names = [text for text in read.texts if text in features]
    assert names == [HOSTILE, "small", "idle"] * 2
    assert read.widths == [100.0, 25.0, 0.0, 100.0, 50.0, 0.0]
    assert read.dots == 6
    assert "Probability of “yes”, on average 0.25" in read.texts
    assert "−0.1 ± 0.5" in read.texts


@pytest.mark.parametrize("shares", [np.zeros((2, 1)), np.full((2, 1), np.nan)])
def test_nothing_to_rely_on(shares: np.ndarray) -> None:
    read = Read(
        explanation(
            "m", {}, {"x": importance(0.0)}, [Attribution(None, 0.0, shares)], ("x",), "MSE"
        )
    )
    assert set(read.widths) == {0.0}


def test_what_there_was_no_time_for_is_said() -> None:
    read = Read(explanation("m", FACTS, {}, [], ("x", "y"), "MSE"))
    assert any("left none for Shapley values" in text for text in read.texts)
    assert "The time allowed 0 of 2 columns." in read.texts


def test_of_many_columns_the_greatest_are_shown() -> None:
    features = tuple(f"c{number}" for number in range(MAX_FEATURES + 5))
    importances = {name: importance(float(place)) for place, name in enumerate(features)}
    shares = np.arange(len(features), dtype=float)[None, :]
    found = Attribution(None, 1.0, shares)
    read = Read(explanation("m", FACTS, importances, [found], features, "MSE"))
    assert len(read.widths) == 2 * MAX_FEATURES
    assert read.texts.count("5 more columns are in analysis.json.") == 2
