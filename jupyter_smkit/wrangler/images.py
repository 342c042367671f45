"""The image that runs flows."""

from __future__ import annotations

from jupyter_smkit.compute.images import Image

IMAGES = {
    "sagemaker-data-wrangler-container": Image(
        "wrangler",
        ("polars", "pyarrow", "pydantic", "sqlglot", "jsonschema"),
        ("python", "-m", "jupyter_smkit.wrangler.run"),
    ),
}
