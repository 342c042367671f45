"""Reads the Spark ML models that AWS's editor stores in ``trained_parameters``, without Spark.

A stored model is base85 of a zipped Spark ML directory: JSON metadata and snappy Parquet.
"""

from __future__ import annotations

import base64
import io
import zipfile

import polars as pl


def stored_labels(string_indexer: str) -> list[str] | None:
    """The labels of a fitted StringIndexer, by index; None where the text holds no such model."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(base64.b85decode(string_indexer)))
        name = next(
            name
            for name in archive.namelist()
            if name.startswith("data/part-") and name.endswith(".parquet")
        )
        table = pl.read_parquet(io.BytesIO(archive.read(name)))
    except (ValueError, zipfile.BadZipFile, StopIteration, pl.exceptions.PolarsError):
        return None
    if "labelsArray" in table.columns:
        found = table["labelsArray"][0][0]
    elif "labels" in table.columns:
        found = table["labels"][0]
    else:
        return None
    return [str(label) for label in found]
