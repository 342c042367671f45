"""Models, endpoint configurations and endpoints."""

from jupyter_smkit.api.kinds import Kind, Reference
from jupyter_smkit.state.lifecycle import lifecycle

MODEL = Kind(
    "Model",
    arn="model/{ModelName}",
    defaults={"EnableNetworkIsolation": False},
    missing='Could not find model "{key}".',
    in_use="Cannot create already existing model ({key})",
)
ENDPOINT_CONFIG = Kind(
    "EndpointConfig",
    arn="endpoint-config/{EndpointConfigName}",
    refers=(
        Reference("ProductionVariants[].ModelName", "Model"),
        Reference("ShadowProductionVariants[].ModelName", "Model"),
    ),
    defaults={"EnableNetworkIsolation": False},
    missing='Could not find endpoint configuration "{key}".',
    in_use="Cannot create already existing endpoint configuration ({key})",
)
ENDPOINT = Kind(
    "Endpoint",
    arn="endpoint/{EndpointName}",
    refers=(Reference("EndpointConfigName", "EndpointConfig"),),
    page=10,
    paths={"LastDeploymentConfig": "DeploymentConfig"},
    missing='Could not find endpoint "{key}".',
    in_use="Cannot create already existing endpoint ({key})",
    lifecycle=lifecycle(
        "Creating",
        rests="Failed UpdateRollbackFailed",
        Creating="InService Failed",
        InService="Updating Deleting",
        # Failed: for homes in which an endpoint that had failed could still be updated.
        Updating="InService Failed UpdateRollbackFailed",
        Failed="Deleting",
        UpdateRollbackFailed="Updating Deleting",
        Deleting="Deleted",
    ),
)

KINDS = (MODEL, ENDPOINT_CONFIG, ENDPOINT)
