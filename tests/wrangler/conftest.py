from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

from jupyter_smkit.wrangler import edit
from jupyter_smkit.wrangler.flow import Flow, Node

PASSENGERS = """id,name,age,fare,port,member,joined
1,Ann,22,7.25,S,true,2020-01-31
2,Bob,,71.28,C,false,2020-02-29
3,"Cole, C.",26.5,,S,true,
4,Dee,35,53.1,,yes,2021-12-01
5,,35,8.05,Q,no,2021-12-02
"""


@pytest.fixture
def passengers(tmp_path: Path) -> Path:
    path = tmp_path / "passengers.csv"
    path.write_text(PASSENGERS)
    return path


@pytest.fixture
def flow() -> Flow:
    """A source with its types settled; more steps are added by the tests."""
    return edit.new("s3://bucket/passengers.csv")


@pytest.fixture
def types(flow: Flow) -> Node:
    return flow.nodes[-1]


@pytest.fixture
def opener(passengers: Path) -> Callable[[Node], Sequence[Path]]:
    return lambda node: [passengers]


Rows = list[dict[str, object]]


def frame(rows: Rows, **schema: pl.DataType) -> pl.LazyFrame:
    return pl.LazyFrame(rows, schema=schema)
