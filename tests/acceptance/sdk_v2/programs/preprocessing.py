"""Splits iris in two, as the scripts of SageMaker's processing examples do."""

import argparse
from pathlib import Path

import pandas as pd

parser = argparse.ArgumentParser()
parser.add_argument("--test-share", type=float, default=0.2)
share = parser.parse_args().test_share

base = Path("/opt/ml/processing")
frame = pd.read_csv(base / "input" / "iris.csv", header=None)
test = frame.sample(frac=share, random_state=7)
for name, rows in {"train": frame.drop(test.index), "test": test}.items():
    folder = base / "output" / name
    folder.mkdir(parents=True, exist_ok=True)
    rows.to_csv(folder / f"{name}.csv", header=False, index=False)
    print(f"{name}: {len(rows)} rows")
