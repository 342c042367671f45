"""Studio domains and who and what is in them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from jupyter_smkit.api import conventions
from jupyter_smkit.api.errors import ValidationException
from jupyter_smkit.api.kinds import Kind, Reference
from jupyter_smkit.api.registry import Call, Params, Registry

_JUPYTERLAB = "AWS sets up Studio; here JupyterLab itself is the studio"
_IN_DOMAIN = Reference("DomainId", "Domain", on_delete="restrict")

DOMAIN = Kind(
    "Domain",
    arn="domain/{DomainId}",
    key=("DomainId",),
    generated={"DomainId": "d-"},
    no_effect=_JUPYTERLAB,
    merged=frozenset({"DefaultUserSettings", "DefaultSpaceSettings"}),
    defaults={"AppNetworkAccessType": "PublicInternetOnly"},
    ascending=True,
    page=10,
    missing="Domain {key} does not exist.",
)
USER_PROFILE = Kind(
    "UserProfile",
    arn="user-profile/{DomainId}/{UserProfileName}",
    key=("DomainId", "UserProfileName"),
    no_effect=_JUPYTERLAB,
    refers=(_IN_DOMAIN,),
    merged=frozenset({"UserSettings"}),
    ascending=True,
    page=10,
    missing="UserProfile {key} does not exist.",
)
SPACE = Kind(
    "Space",
    arn="space/{DomainId}/{SpaceName}",
    key=("DomainId", "SpaceName"),
    no_effect=_JUPYTERLAB,
    refers=(_IN_DOMAIN,),
    merged=frozenset({"SpaceSettings"}),
    paths={
        "SpaceSettingsSummary": "SpaceSettings",
        "SpaceSharingSettingsSummary": "SpaceSharingSettings",
        "OwnershipSettingsSummary": "OwnershipSettings",
    },
    ascending=True,
    page=10,
    missing="Space {key} does not exist.",
)
APP = Kind(
    "App",
    arn="app/{DomainId}/{_owner}/{AppType}/{AppName}",
    key=("DomainId", "UserProfileName", "SpaceName", "AppType", "AppName"),
    no_effect=_JUPYTERLAB,
    refers=(
        _IN_DOMAIN,
        Reference("UserProfileName", "UserProfile", on_delete="restrict"),
        Reference("SpaceName", "Space", on_delete="restrict"),
    ),
    ascending=True,
    page=10,
    missing="App {key} does not exist.",
)
APP_IMAGE_CONFIG = Kind(
    "AppImageConfig",
    arn="app-image-config/{AppImageConfigName}",
    no_effect="AWS starts Studio's kernels and apps with it",
    page=10,
    missing="AppImageConfig {key} does not exist.",
)
LIFECYCLE_CONFIG = Kind(
    "StudioLifecycleConfig",
    arn="studio-lifecycle-config/{StudioLifecycleConfigName}",
    no_effect="AWS runs it when an app of Studio starts",
    paths={"AppType": "StudioLifecycleConfigAppType"},
    page=10,
    missing="StudioLifecycleConfig {key} does not exist.",
)
KINDS = (DOMAIN, USER_PROFILE, SPACE, APP, APP_IMAGE_CONFIG, LIFECYCLE_CONFIG)


def register(api: Registry) -> None:
    api.operation("sagemaker", "CreateApp")(partial(create_app, api))


def create_app(registry: Registry, call: Call) -> Params:
    owners = [call.params[name] for name in ("UserProfileName", "SpaceName") if name in call.params]
    if len(owners) != 1:
        raise ValidationException("Exactly one of UserProfileName and SpaceName must be given")
    return conventions.create(
        APP, registry, replace(call, params=call.params | {"_owner": owners[0]})
    )
