"""The environment variables that point AWS's clients here, with and without the client hook."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from jupyter_smkit.api.credentials import Credential, Credentials
from jupyter_smkit.api.services import SERVICES
from jupyter_smkit.config import DEFAULT_REGION, Home

SITE = Path(__file__).parent / "site"
"""Holds the sitecustomize that loads the client hook."""

ROLE = "SmkitExecutionRole"
"""The role that smkit's own credentials act as; ``services.iam`` answers for it."""

CLEARED = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "SMKIT_REFUSAL",
)
"""Variables that would lead a client elsewhere, or have it send what is the user's own."""

BEFORE = "SMKIT_BEFORE"
"""In a process that was born on smkit's side: what its variables would have held, as JSON."""

NOWHERE = "http://127.0.0.1:9"
"""Stands for smkit's address where there is none; requests fail before they are sent."""

_NOBODY = Credential("SMKITNOBODY", "none")
"""``hook.NOBODY``"""

_PROXIES = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


def client_environment(
    home: Home,
    base_url: str,
    environ: Mapping[str, str] = os.environ,
    account: str = "",
    region: str = "",
) -> dict[str, str]:
    """What to set in a process so that its AWS clients talk to smkit at ``base_url``.

    ``environ`` is the environment it is added to: lists such as ``PYTHONPATH`` are extended, not
    replaced. The caller removes the variables of ``CLEARED``. Writes the SDK's configuration
    file into the home. ``account`` and ``region`` are the home's own where they are empty.
    """
    key = own_credential(home, account)
    configuration = str(write_sdk_configuration(home))
    return {
        **_pointers(base_url, key, region or home.settings.region, environ),
        "SMKIT_HOME": str(home.path),
        "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": configuration,
        "SAGEMAKER_USER_CONFIG_OVERRIDE": configuration,
    }


def refusing_environment(reason: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What to set where smkit's own cannot be had: every AWS call fails with ``reason``."""
    return {**_pointers(NOWHERE, _NOBODY, DEFAULT_REGION, environ), "SMKIT_REFUSAL": reason}


def born(values: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a process to start with ``values``; it can go back to ``environ``."""
    before = {name: environ.get(name) for name in (*values, *CLEARED)}
    kept = {name: value for name, value in environ.items() if name not in CLEARED}
    return {**kept, **values, BEFORE: json.dumps(before)}


def unborn(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment that ``born`` was given; ``environ`` itself where it comes from elsewhere."""
    told: dict[str, str | None] = json.loads(environ.get(BEFORE, "{}"))
    there = {**environ, **told, BEFORE: None}
    return {name: value for name, value in there.items() if value is not None}


def _pointers(
    base_url: str, key: Credential, region: str, environ: Mapping[str, str]
) -> dict[str, str]:
    bypassed = environ.get("no_proxy") or environ.get("NO_PROXY", "")
    return {
        "SMKIT_ENDPOINT_URL": base_url,
        "SMKIT_ACCESS_KEY_ID": key.access_key,
        "SMKIT_SECRET_ACCESS_KEY": key.secret,
        "AWS_ACCESS_KEY_ID": key.access_key,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_ENDPOINT_URL": base_url,
        **{service.variable: base_url for service in SERVICES},
        "AWS_EC2_METADATA_DISABLED": "true",
        # obstore, polars and deltalake refuse plain HTTP without it.
        "AWS_ALLOW_HTTP": "true",
        # sagemaker-training reads this one.
        "S3_ENDPOINT_URL": base_url,
        "PYTHONPATH": _joined(str(SITE), environ.get("PYTHONPATH", ""), os.pathsep),
        **{
            # Where both are set, clients heed only one: what stood in either goes into both.
            name: _joined("127.0.0.1", bypassed, ",")
            for name in ("NO_PROXY", "no_proxy")
            if any(proxy in environ for proxy in _PROXIES)
        },
    }


def role_arn(account: str) -> str:
    """The execution role that stands for this machine's user."""
    return f"arn:aws:iam::{account}:role/{ROLE}"


def default_bucket(account: str, region: str) -> str:
    return f"sagemaker-{region}-{account}"


def write_sdk_configuration(home: Home) -> Path:
    """The sagemaker SDK's defaults: its bucket, its role, and no telemetry.

    The SDK reads YAML; JSON is YAML. Its schema is ``sagemaker_core``'s ``config_schema``.
    """
    settings = home.settings
    role = role_arn(settings.account)
    bucket = default_bucket(settings.account, settings.region)
    taking_role = ("AutoMLJob", "FeatureGroup", "Pipeline", "ProcessingJob", "TrainingJob")
    content = {
        "SchemaVersion": "1.0",
        "SageMaker": {
            "PythonSDK": {
                "Modules": {
                    "TelemetryOptOut": True,
                    "Session": {"DefaultS3Bucket": bucket},
                    "RemoteFunction": {"RoleArn": role, "InstanceType": "ml.m5.xlarge"},
                }
            },
            **{kind: {"RoleArn": role} for kind in sorted(taking_role)},
            "Model": {"ExecutionRoleArn": role},
        },
    }
    file = home.path / "sagemaker-config.yaml"
    text = json.dumps(content, indent=2) + "\n"
    if not file.exists() or file.read_text() != text:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = file.with_suffix(f".{os.getpid()}")
        temporary.write_text(text)
        temporary.replace(file)
    return file


def own_credential(home: Home, account: str = "") -> Credential:
    """The key pair that smkit's own clients sign with in an account; made on first use."""
    return Credentials(home.credentials).of(account or home.settings.account)


def _joined(first: str, rest: str, separator: str) -> str:
    others = [entry for entry in rest.split(separator) if entry and entry != first]
    return separator.join([first, *others])
