"""A program for SageMaker's XGBoost container runs as it is."""

from __future__ import annotations

from typing import Any

from tests.jobs.conftest import packed, training_request

PROGRAM = """\
import json, os, pickle
import xgboost
from sagemaker_containers import entry_point
from sagemaker_xgboost_container import distributed
from sagemaker_xgboost_container.data_utils import get_dmatrix, get_size
import sagemaker_xgboost_container.encoder as xgb_encoders

channel = os.environ["SM_CHANNEL_TRAIN"]
lines = get_dmatrix(channel + "/lines", "libsvm")
table = get_dmatrix(channel + "/table", "text/csv", csv_weights=1)
assert get_dmatrix(channel + "/nothing", "libsvm") is None and get_size(channel + "/nothing") == 0
assert get_size(channel) > 0

def fit(rows, rounds, is_master):
    booster = xgboost.train({"objective": "reg:squarederror", "nthread": 1}, rows, rounds)
    if is_master:
        with open(os.path.join(os.environ["SM_MODEL_DIR"], "xgboost-model"), "wb") as model:
            pickle.dump(booster, model)
    return booster

entry_point._wait_hostname_resolution()
hosts, host = json.loads(os.environ["SM_HOSTS"]), os.environ["SM_CURRENT_HOST"]
distributed.rabit_run(fit, {"rows": lines, "rounds": 2}, True, hosts, host, update_rabit_args=True)
booster = fit(lines, 2, False)
asked = [
    xgb_encoders.csv_to_dmatrix("1.0,,3.0\\n0.0,2.0,\\n"),
    xgb_encoders.decode(b"0:1.0 2:3.0\\n9 1:2.0 2:0.0\\n", "text/x-libsvm"),
]
assert [(each.num_row(), each.num_col()) for each in asked] == [(2, 3), (2, 3)]
assert [booster.predict(each).shape for each in asked] == [(2,), (2,)]
assert (lines.num_row(), lines.num_col(), *lines.get_label()) == (3, 3, 1.0, 0.0, 3.0)
assert (table.num_row(), table.num_col(), *table.get_weight()) == (2, 2, 0.5, 2.0)
scores = xgb_encoders.json_to_jsonlines({"predictions": [{"score": 1}, {"score": 2}]})
assert scores == b'{"score": 1}\\n{"score": 2}\\n'
"""


def test_a_program_for_the_xgboost_container_trains(smkit: Any) -> None:
    client, s3 = smkit.client("sagemaker"), smkit.client("s3")
    asked = training_request(
        smkit,
        "for-xgboost",
        {
            "sagemaker_program": "train.py",
            "sagemaker_submit_directory": "s3://training-data/for-xgboost/sourcedir.tar.gz",
        },
    )
    # Any environment with XGBoost would do; this one the tests have.
    asked["AlgorithmSpecification"]["TrainingImage"] = "smkit-automl"
    source = asked["InputDataConfig"][0]["DataSource"]["S3DataSource"]
    source["S3Uri"] = "s3://training-data/for-xgboost/in/"
    asked["OutputDataConfig"]["CompressionType"] = "NONE"
    for key, body in {
        "sourcedir.tar.gz": packed(smkit.home.path / "made" / "x.tar.gz", {"train.py": PROGRAM}),
        "in/lines/part-0": b"1 0:1.0 2:3.0\n0 1:2.0 # a note\n",
        "in/lines/part-1": b"3 2:7.0\n",
        "in/table/rows.csv": b"1,0.5,1.0,2.0\n0,2.0,,4.0\n",
    }.items():
        s3.put_object(Bucket="training-data", Key=f"for-xgboost/{key}", Body=body)
    client.create_training_job(**asked)
    found = smkit.settled(
        lambda: client.describe_training_job(TrainingJobName="for-xgboost"), "TrainingJobStatus"
    )
    assert found["TrainingJobStatus"] == "Completed", found.get("FailureReason")
    prefix = found["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://training-data/")
    listed = s3.list_objects_v2(Bucket="training-data", Prefix=prefix)["Contents"]
    assert [each["Key"] for each in listed] == [f"{prefix}xgboost-model"]
