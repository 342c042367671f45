"""The image that trains and serves candidates."""

from __future__ import annotations

from jupyter_smkit.compute.images import Image

REPOSITORY = "smkit-automl"
IMAGES = {
    REPOSITORY: Image(
        "automl",
        ("autogluon.tabular[lightgbm,xgboost,catboost]>=1.6.3,<1.7", "pyarrow"),
        # Autopilot's own inference images are named after its algorithms.
        aliases=r"autopilot|autogluon|sagemaker-sklearn-automl",
    ),
}
