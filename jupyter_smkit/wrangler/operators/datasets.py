"""Where data enters and leaves a flow: the S3 source, the data set that a split names, the S3
destination."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from jupyter_smkit.wrangler.flow import DATASET, DESTINATION, SOURCE
from jupyter_smkit.wrangler.registry import Operator, State
from jupyter_smkit.wrangler.schemas import choice, form, text, whole, yes_no
from jupyter_smkit.wrangler.sources import guesses, scan


def read_s3(files: list[Path], parameters: dict[str, Any], state: State) -> pl.LazyFrame:
    return scan(files, parameters["dataset_definition"]["s3ExecutionContext"])


def guessed(files: list[Path], parameters: dict[str, Any]) -> tuple[str, ...]:
    return guesses(files, parameters["dataset_definition"]["s3ExecutionContext"])


def passed_on(frame: pl.LazyFrame, parameters: dict[str, Any], state: State) -> pl.LazyFrame:
    return frame


OPERATORS = (
    Operator(
        id="sagemaker.s3_source_0.1",
        title="Amazon S3",
        group="Sources",
        type=SOURCE,
        inputs=0,
        schema=form(
            "dataset_definition",
            dataset_definition=form(
                "s3ExecutionContext",
                name=text("Name", description="Left empty: the name of the file"),
                s3ExecutionContext=form(
                    "s3Uri",
                    s3Uri={
                        **text(
                            "S3 address",
                            description="s3://bucket/key, or a folder: s3://bucket/folder/",
                        ),
                        "minLength": 1,
                        "x-s3": "object",
                    },
                    s3ContentType=choice("Content type", "csv", "parquet", "jsonl"),
                    s3HasHeader=yes_no("First row is the header", True),
                    s3FieldDelimiter=text(
                        "Delimiter", description="Left empty: guessed; tab for a tab"
                    ),
                    s3CsvEncodingType=text(
                        "Encoding",
                        description="Left empty: guessed; UTF-8, Windows-1252, UTF-16, …",
                    ),
                    s3SkipLines=whole("Lines to skip", 0, minimum=0),
                    s3DirIncludesNested=yes_no("Folders in the folder too"),
                    s3AddsFilenameColumn=yes_no("Add a column with the file's name"),
                ),
            ),
        ),
        transform=read_s3,
        notes=guessed,
    ),
    Operator(
        id="sagemaker.dataset.identity_0.1",
        title="Data set",
        group="Data sets",
        type=DATASET,
        schema=form(),
        transform=passed_on,
    ),
    Operator(
        id="sagemaker.spark.s3_destination_0.1",
        title="Amazon S3",
        group="Destinations",
        type=DESTINATION,
        schema=form(
            "output_config",
            output_config=form(
                "output_path",
                output_path={
                    **text("S3 address", description="s3://bucket/prefix/"),
                    "minLength": 1,
                    "x-s3": "folder",
                },
                output_content_type=choice("Content type", "CSV", "Parquet"),
                delimiter=text("Delimiter", ","),
                compression=choice("Compression", "none", "gzip"),
            ),
        ),
        transform=passed_on,
    ),
)
