"""A script-mode program: trains in SageMaker's training job and serves on its endpoint."""

import argparse
import os
from pathlib import Path

import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression


def model_fn(model_dir):
    return joblib.load(Path(model_dir) / "classifier.joblib")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--max-iter", type=int, default=10)
    parser.add_argument("--penalty", default="none")
    parser.add_argument("--model-dir", default=os.environ["SM_MODEL_DIR"])
    parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
    arguments = parser.parse_args()
    frame = pd.read_csv(next(Path(arguments.train).glob("*.csv")), header=None)
    features, target = frame.iloc[:, :-1].to_numpy(), frame.iloc[:, -1].to_numpy()
    classifier = LogisticRegression(max_iter=arguments.max_iter).fit(features, target)
    print(f"penalty={arguments.penalty} hosts={os.environ['SM_HOSTS']}")
    print(f"accuracy={classifier.score(features, target):.3f};")
    joblib.dump(classifier, Path(arguments.model_dir) / "classifier.joblib")
    (Path(os.environ["SM_OUTPUT_DATA_DIR"]) / "note.txt").write_text("done")
