"""The client hook: sends botocore's requests for AWS to smkit, signed with smkit's own key.

Loaded by path from ``site/sitecustomize.py`` into interpreters that may not have smkit, so it
imports only the standard library, botocore, and what is loaded before it. It rests on three of botocore's extension points:
``register_initializer`` (1.20 lacks it, 1.29 has it; where it is missing ``Session.__init__`` is
wrapped), the event ``before-sign``, early enough that the signature matches the new address, and
the ``request_credentials`` of a signing context, which go before the client's own (1.34 lacks
them, 1.35 has them; where they are missing the signer's credentials are changed for the request).
"""

from __future__ import annotations

import gc
import inspect
import sys
import weakref
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies

import botocore
import botocore.session
from botocore.auth import S3SigV4Auth
from botocore.configprovider import BaseProvider
from botocore.credentials import Credentials, create_credential_resolver
from botocore.exceptions import BotoCoreError, NoCredentialsError
from botocore.httpsession import URLLib3Session
from botocore.signers import RequestSigner

from jupyter_smkit.api.services import SIGNING_NAMES
from jupyter_smkit.client.local_mode import install as watch_local_mode
from jupyter_smkit.client.plainhttp import install as watch_plain_http
from jupyter_smkit.client.presence import missing
from jupyter_smkit.client.side import S3_HOST, Target, host_of_aws, told_by_environment
from jupyter_smkit.client.side import point as take_side
from jupyter_smkit.client.side import switch as _switch

__all__ = ["Target"]

KEY_PREFIX = "SMKIT"
"""Every access key that smkit makes starts so; AWS makes none that does."""
NOBODY = "SMKITNOBODY"
"""What stands for a key where smkit's own could not be had (``client.environment``)."""
_PER_REQUEST = (
    "request_credentials" in inspect.signature(RequestSigner.get_auth_instance).parameters
)
_OWN = "_smkit_own"
"""Where a signer without ``request_credentials`` keeps its own ones while it signs for smkit."""


class ServiceNotHere(BotoCoreError):  # type: ignore[misc]
    """A service of AWS that smkit has not; nothing was sent anywhere."""

    fmt = (
        "smkit does not implement the service {service}, and this process talks to smkit. "
        "In a notebook, `%sm aws` switches the kernel to the real AWS; "
        "elsewhere, start the program outside `smkit run`."
    )


class NotRunning(BotoCoreError, ConnectionError):  # type: ignore[misc]
    """smkit does not answer; nothing was sent anywhere."""

    fmt = (
        "smkit does not answer, and this process talks to smkit: {reason}. Nothing was sent. "
        "`smkit doctor` says what is wrong. In a notebook, `%sm local` starts smkit, and "
        "`%sm aws` switches the kernel to the real AWS."
    )

    def __init__(self, reason: str) -> None:
        BotoCoreError.__init__(self, reason=reason)


class OtherSide(BotoCoreError):  # type: ignore[misc]
    """A client that holds smkit's key or address while the process talks to AWS."""

    fmt = (
        "This client was made with smkit's {what}, and this process now talks to the real AWS. "
        "Make a new client, or switch back with `%sm local`. Nothing was sent."
    )


_real: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
"""Credentials a session found after it had been switched to AWS."""


def point(to: Target | None) -> None:
    """Sends every request from now on to ``to``; None: to the real AWS."""
    take_side(to)
    _real.clear()
    watch_plain_http()
    watch_local_mode()
    install()


def release() -> None:
    """Leaves every request alone from now on, as if the process had never been switched."""
    _switch.target = None
    _switch.engaged = False
    _real.clear()


def point_by_environment() -> None:
    """What ``site/sitecustomize.py`` calls in processes that started with smkit's environment."""
    if (to := told_by_environment()) is not None:
        point(to)


@lru_cache(maxsize=1)
def install() -> None:
    """Hooks sessions to come, and the sessions and clients that are there already."""
    if hasattr(botocore, "register_initializer"):
        botocore.register_initializer(hook_session)
    else:
        _wrap_session()
    if "botocore.client" not in sys.modules:
        return
    from botocore.client import BaseClient

    # type() and not isinstance(): looking for __class__ wakes up lazy proxies of other libraries.
    for found in gc.get_objects():
        if issubclass(type(found), botocore.session.Session):
            hook_session(found)
        elif issubclass(type(found), BaseClient):
            _register(found.meta.events, lambda: None, is_async=_is_async(found._request_signer))


def _wrap_session() -> None:
    original = botocore.session.Session.__init__

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        hook_session(self)

    botocore.session.Session.__init__ = __init__


def hook_session(session: Any) -> None:
    is_async = type(session).__module__.startswith("aiobotocore")
    emitter = session.get_component("event_emitter")
    _register(emitter, weakref.ref(session), is_async=is_async)
    # Clients are made for AWS's addresses even where AWS_ENDPOINT_URL names smkit, so that each
    # of their requests can go to the side that is switched on when it is sent.
    store = session.get_component("config_store")
    name = "ignore_configured_endpoint_urls"
    before = partial(session.get_config_variable, name)
    configured = store._mapping.get(name) if hasattr(store, "_mapping") else None
    if not isinstance(configured, _IgnoreEndpoints):
        store.set_config_provider(
            name, _IgnoreEndpoints(configured.provide if configured else before)
        )


class _IgnoreEndpoints(BaseProvider):  # type: ignore[misc]
    def __init__(self, configured: Callable[[], Any]) -> None:
        self.configured = configured

    def provide(self) -> Any:
        return True if _switch.target is not None else self.configured()


def _register(emitter: Any, session: Callable[[], Any], *, is_async: bool) -> None:
    emitter.register_first("choose-signer.s3", _choose_signer, unique_id="smkit-choose-signer")
    emitter.register_last(
        "before-sign", partial(_before_sign, session), unique_id="smkit-before-sign"
    )
    if not is_async:
        emitter.register_first("before-send", _before_send, unique_id="smkit-before-send")


def _choose_signer(signature_version: Any, **_: Any) -> str | None:
    """Presigned S3 URLs are of version 4, although botocore's default is still version 2."""
    if _switch.target is None or not isinstance(signature_version, str):
        return None
    for suffix in ("-query", "-presign-post"):
        if signature_version.endswith(suffix) and not signature_version.startswith("v4-s3express"):
            return f"s3v4{suffix}"
    return None


def _before_sign(
    session: Callable[[], Any],
    *,
    request: Any,
    signing_name: str,
    signature_version: Any,
    request_signer: Any,
    **_: Any,
) -> None:
    if _OWN in vars(request_signer):
        request_signer._credentials = vars(request_signer).pop(_OWN)
    if not _switch.engaged:
        return
    to = _switch.target
    if to is None:
        _keep_apart(session(), request, request_signer)
        return
    if not _is_ours(request.url):
        rewritten = rewrite(request.url, signing_name, to.base_url)
        if rewritten is None:
            return
        request.url = rewritten
    if reason := missing(to):
        raise NotRunning(reason=reason)
    own = _access_key(request_signer)
    good = own and own.startswith(KEY_PREFIX) and own != NOBODY
    credentials = None if good else _credentials(to, request_signer)
    if credentials is not None:
        _sign_with(request, request_signer, credentials)
    if signature_version is botocore.UNSIGNED:
        _sign_unsigned(request, request_signer, _credentials(to, request_signer))


def rewrite(url: str, service: str, base_url: str) -> str | None:
    """The address at smkit of a request to AWS; None where it does not go to AWS.

    Buckets in the host's name become the first part of the path. Raises ServiceNotHere.
    """
    parts = urlsplit(url)
    host = host_of_aws(parts.hostname)
    if not host:
        return None
    if service not in SIGNING_NAMES:
        raise ServiceNotHere(service=service)
    base = urlsplit(base_url)
    path = parts.path or "/"
    if service == "s3":
        match = S3_HOST.match(host)
        if match is None:
            # S3 Control, access points and the like sign as S3 does.
            raise ServiceNotHere(service=f"s3 at {host}")
        if match["bucket"]:
            path = f"/{match['bucket']}{path}"
    return urlunsplit((base.scheme, base.netloc, path, parts.query, parts.fragment))


def _keep_apart(session: Any, request: Any, signer: Any) -> None:
    """Switched to AWS: neither smkit's key goes there, nor AWS's key to smkit."""
    if _is_ours(request.url):
        raise OtherSide(what="address")
    if not (_access_key(signer) or "").startswith(KEY_PREFIX):
        return
    if session is None or getattr(signer._credentials, "method", "explicit") == "explicit":
        raise OtherSide(what="key")
    if session not in _real:
        _real[session] = create_credential_resolver(session).load_credentials()
    if _real[session] is None:
        raise NoCredentialsError
    _sign_with(request, signer, _real[session])


def _sign_with(request: Any, signer: Any, credentials: Any) -> None:
    if not _PER_REQUEST:
        vars(signer)[_OWN] = signer._credentials
        signer._credentials = credentials
        return
    signing = request.context.get("signing") or {}
    request.context["signing"] = {**signing, "request_credentials": credentials}


def _sign_unsigned(request: Any, signer: Any, credentials: Any) -> None:
    """Public buckets are read without a signature; smkit answers only signed requests."""
    region = request.context.get("client_region") or signer.region_name or "us-east-1"
    region = "us-east-1" if region == "aws-global" else region
    frozen = Credentials.get_frozen_credentials(credentials)
    S3SigV4Auth(frozen, signer.signing_name, region).add_auth(request)


def _before_send(request: Any, **_: Any) -> Any:
    """Past the proxy, which knows nothing of this machine's ports."""
    if _switch.target is None or not getproxies() or not _is_ours(request.url):
        return None
    return _direct().send(request)


@lru_cache(maxsize=1)
def _direct() -> URLLib3Session:
    return URLLib3Session(proxies={}, timeout=(60, 600))


def _is_ours(url: str) -> bool:
    return any(url == base or url.startswith(f"{base}/") for base in _switch.addresses)


def _access_key(signer: Any) -> str | None:
    """The client's access key, without a refresh of refreshable credentials (a network call)."""
    held = getattr(signer, "_credentials", None)
    return vars(held).get("access_key") if held is not None else None


def _is_async(signer: Any) -> bool:
    return inspect.iscoroutinefunction(type(signer).sign)


def _credentials(to: Target, signer: Any) -> Credentials:
    made = Credentials if not _is_async(signer) else _AsyncCredentials
    return made(to.access_key, to.secret, method="smkit")


class _AsyncCredentials(Credentials):  # type: ignore[misc]
    """aiobotocore (s3fs) awaits what botocore calls."""

    async def get_frozen_credentials(self) -> Any:
        return super().get_frozen_credentials()
