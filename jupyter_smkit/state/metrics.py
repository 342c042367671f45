"""The tables of CloudWatch's metrics: what is measured, and its values."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Index, Integer, String, Table, Text

from jupyter_smkit.state.schema import metadata

series = Table(
    "metric_series",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account", String(12), nullable=False),
    Column("region", String(32), nullable=False),
    Column("namespace", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("dimensions", Text, nullable=False),
    Index(
        "metric_series_by_name",
        "account",
        "region",
        "namespace",
        "name",
        "dimensions",
        unique=True,
    ),
)
"""``dimensions`` is a JSON object with its names in order, so that equal ones are equal texts."""

points = Table(
    "metric_points",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("series", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("unit", String(32), nullable=False),
    Column("sum", Float, nullable=False),
    Column("count", Float, nullable=False),
    Column("min", Float, nullable=False),
    Column("max", Float, nullable=False),
    Column("distribution", JSON),
    Index("metric_points_by_time", "series", "at"),
)
"""``distribution`` holds ``[value, count]`` pairs where more than the summary is known."""
