"""MLflow tracking servers and apps, and partner applications."""

from __future__ import annotations

from functools import partial

from jupyter_smkit.api.kinds import Kind
from jupyter_smkit.api.registry import Registry
from jupyter_smkit.api.transitions import move

TRACKING_SERVER = Kind(
    "MlflowTrackingServer",
    arn="mlflow-tracking-server/{TrackingServerName}",
    key=("TrackingServerName",),
    settled="Created",
    status="TrackingServerStatus",
    no_effect="AWS runs the tracking server",
    defaults={"TrackingServerSize": "Small", "IsActive": "Inactive"},
    missing="Tracking server {key} does not exist.",
    in_use="Tracking server {key} already exists",
)
MLFLOW_APP = Kind(
    "MlflowApp",
    arn="mlflow-app/{MlflowAppId}",
    key=("MlflowAppId",),
    generated={"MlflowAppId": "app-"},
    settled="Created",
    no_effect="AWS runs the app",
    missing="MLflow app {key} does not exist.",
)
PARTNER_APP = Kind(
    "PartnerApp",
    arn="partner-app/{PartnerAppId}",
    key=("PartnerAppId",),
    generated={"PartnerAppId": "app-"},
    settled="Available",
    no_effect="AWS runs the partner's application",
    page=10,
    missing="Partner app {key} does not exist.",
)
KINDS = (TRACKING_SERVER, MLFLOW_APP, PARTNER_APP)


def register(api: Registry) -> None:
    stop = partial(move, TRACKING_SERVER, ("Created", "Started"), "Stopping", "Stopped")
    api.operation("sagemaker", "StopMlflowTrackingServer")(stop)
    start = partial(move, TRACKING_SERVER, ("Stopped",), "Starting", "Started")
    api.operation("sagemaker", "StartMlflowTrackingServer")(start)
