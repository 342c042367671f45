"""STS: who the caller is, and temporary credentials that smkit itself verifies."""

from __future__ import annotations

import re
import secrets

from jupyter_smkit.api.credentials import Credentials, new_credential
from jupyter_smkit.api.errors import ValidationException
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.services.iam import DEFAULT_ROLE, role_id

_SESSION = "smkit"
_HOUR = 3600
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:[\w+=,.@/-]*/)?([\w+=,.@-]+)")


def get_caller_identity(call: Call) -> Params:
    arn = next(
        (
            key.arn
            for key in Credentials(call.home.credentials).all()
            if key.access_key == call.access_key and key.arn
        ),
        _assumed(call.account, DEFAULT_ROLE, _SESSION),
    )
    role, session = arn.split("/")[-2:]
    user = f"{role_id(call.account, role)}:{session}"
    return {"UserId": user, "Account": call.account, "Arn": arn}


def assume_role(call: Call) -> Params:
    """A role need not exist: what it may do has no effect here. Its account is acted in."""
    wanted = call.params["RoleArn"]
    session = call.params["RoleSessionName"]
    found = _ROLE_ARN.fullmatch(wanted)
    if found is None:
        raise ValidationException(f"{wanted} is invalid")
    account, role = found.groups()
    arn = _assumed(account, role, session)
    return {
        "Credentials": _temporary(call, account, arn, _HOUR),
        "AssumedRoleUser": {"AssumedRoleId": f"{role_id(account, role)}:{session}", "Arn": arn},
        "PackedPolicySize": 0,
        "SourceIdentity": call.params.get("SourceIdentity"),
    }


def get_session_token(call: Call) -> Params:
    arn = get_caller_identity(call)["Arn"]
    return {"Credentials": _temporary(call, call.account, arn, 12 * _HOUR)}


def _temporary(call: Call, account: str, arn: str, lasts: int) -> Params:
    expires = call.now + call.params.get("DurationSeconds", lasts)
    made = new_credential(account, token=secrets.token_urlsafe(96), expires=expires, arn=arn)
    Credentials(call.home.credentials).add(made)
    return {
        "AccessKeyId": made.access_key,
        "SecretAccessKey": made.secret,
        "SessionToken": made.token,
        "Expiration": expires,
    }


def _assumed(account: str, role: str, session: str) -> str:
    return f"arn:aws:sts::{account}:assumed-role/{role}/{session}"


def register(api: Registry) -> None:
    api.add(
        "sts",
        {
            "GetCallerIdentity": get_caller_identity,
            "AssumeRole": assume_role,
            "GetSessionToken": get_session_token,
        },
    )
