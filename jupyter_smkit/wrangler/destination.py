"""Where a flow's rows go: parts of CSV or Parquet in a directory."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl

from jupyter_smkit.wrangler.dialect import separator_of
from jupyter_smkit.wrangler.flow import DESTINATION, FlowError, Node

PART_BYTES = 256 << 20
_ROWS_A_PART = 2_000_000
_COMPRESSIONS = {
    "CSV": ("none", "gzip"),
    "PARQUET": ("none", "snappy", "gzip", "zstd", "lz4", "brotli"),
}
_NULL = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class Format:
    """One entry of ``--output-config``."""

    content_type: str = "CSV"
    delimiter: str = ","
    compression: str = "none"
    partitions: int = 0
    """How many files; 0: as many as their size asks for."""
    partition_by: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any], node: Node) -> Format:
        """What the job says, over what a destination step says."""
        own = node.parameters.get("output_config") or {} if node.type == DESTINATION else {}
        partition = given.get("partition_config") or {}
        content = given.get("content_type") or own.get("output_content_type") or "CSV"
        found = cls(
            content_type=str(content).upper(),
            delimiter=separator_of(given.get("delimiter") or own.get("delimiter")),
            compression=str(given.get("compression") or own.get("compression") or "none").lower(),
            partitions=int(partition.get("num_partitions") or 0),
            partition_by=tuple(partition.get("partition_by") or ()),
        )
        if found.content_type not in _COMPRESSIONS:
            raise FlowError(
                f"the output's content type {content} is not CSV or PARQUET", node=node.id
            )
        if found.compression not in (known := _COMPRESSIONS[found.content_type]):
            raise FlowError(
                f"{found.content_type} is written with the compression {', '.join(known)}, "
                f"not {found.compression}",
                node=node.id,
            )
        return found

    @property
    def suffix(self) -> str:
        if self.content_type == "PARQUET":
            return ".parquet"
        return ".csv.gz" if self.compression == "gzip" else ".csv"


def write(frame: pl.LazyFrame, directory: Path, format: Format, *, rows: int | None = None) -> None:
    """Writes ``part-00000…`` into the directory, which appears only when all is written."""
    beside = directory.with_name(f".{directory.name}.partial")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    parts = max(1, format.partitions)
    limit = math.ceil(rows / parts) if rows and format.partitions else _ROWS_A_PART
    target = pl.PartitionBy(
        beside,
        file_path_provider=lambda args: _part(args, format),
        key=list(format.partition_by) or None,
        max_rows_per_file=max(1, limit),
        approximate_bytes_per_file=PART_BYTES,
    )
    if format.content_type == "PARQUET":
        codec: Any = {"none": "uncompressed"}.get(format.compression, format.compression)
        frame.sink_parquet(target, compression=codec, mkdir=True, engine="streaming")
    else:
        texts = _as_text(frame)
        texts.sink_csv(
            # Parts that are divided by rows are none where there is no row.
            beside / f"part-00000{format.suffix}" if rows == 0 else target,
            separator=format.delimiter,
            compression="gzip" if format.compression == "gzip" else "uncompressed",
            mkdir=True,
            engine="streaming",
        )
    shutil.rmtree(directory, ignore_errors=True)
    directory.parent.mkdir(parents=True, exist_ok=True)
    beside.rename(directory)


def _part(args: Any, format: Format) -> str:
    keys = args.partition_keys
    folder = "/".join(f"{quote(name, '')}={_folder(keys[name][0])}" for name in keys.columns)
    name = f"part-{args.index_in_partition:05}{format.suffix}"
    return f"{folder}/{name}" if folder else name


def _folder(value: Any) -> str:
    """As Hive and Spark name it: a value may hold slashes, or be missing."""
    return _NULL if value is None else quote(str(value), " ")


def _as_text(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Vectors as ``[1.0,2.0]``: CSV has no lists."""
    lists = [n for n, dtype in frame.collect_schema().items() if isinstance(dtype, pl.List)]
    return frame.with_columns(
        pl.format("[{}]", pl.col(name).cast(pl.List(pl.String)).list.join(",")).alias(name)
        for name in lists
    )
