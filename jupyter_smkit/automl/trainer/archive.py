"""A candidate as SageMaker takes models: model.tar.gz, with a page that says what is in it."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import tarfile
from pathlib import Path
from typing import Any

from jupyter_smkit.automl.trainer.dataset import Dataset

MODEL_FILE = "smkit-model.json"


def describe(directory: Path, dataset: Dataset, *, flavour: str, library: str) -> None:
    """Writes smkit-model.json, by which a model worker knows columns, labels and versions."""
    features = [{"name": name, "type": kind} for name, kind in dataset.types().items()]
    members: dict[str, Any] = {
        "features": features,
        "target": dataset.target,
        "problem_type": dataset.problem_type,
        "labels": list(dataset.labels),
        "missing": list(dataset.missing),
        "finite": True,
        "flavour": flavour,
        "library": {"name": library, "version": importlib.metadata.version(library)},
        "python": platform.python_version(),
    }
    (directory / MODEL_FILE).write_text(json.dumps(members, indent=1))


def pack(directory: Path, archive: Path) -> None:
    """The directory's content as a gzipped tar, named from its root; lightly compressed."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "w:gz", compresslevel=3) as tar:
        for path in sorted(directory.iterdir()):
            tar.add(path, arcname=path.name, filter=_plain)


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
