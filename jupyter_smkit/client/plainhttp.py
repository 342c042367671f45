"""Plain HTTP to AWS, by whatever client in Python: to smkit, or nowhere.

botocore's clients are led to smkit by the hook; others find AWS by the resolver. Only addresses of
``http://`` are looked at: what is read by ``https://`` outside AWS's clients is public data.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import os
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from jupyter_smkit.client.presence import missing
from jupyter_smkit.client.side import S3_HOST, SERVICE_HOST, Target, host_of_aws, switch

_PORTS = (80, "80", b"80", "http", b"http")
_MARK = "smkit"
"""An attribute of what stands in for the two functions that are watched."""
_UNSIGNED = "UNSIGNED-PAYLOAD"


def install() -> None:
    """Watches the resolver and http.client, unless ``site/sitecustomize.py`` does already."""
    resolve, end = socket.getaddrinfo, http.client.HTTPConnection.endheaders

    def watched_getaddrinfo(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        return getaddrinfo(resolve, host, port, *rest, **more)

    def watched_endheaders(self: Any, *rest: Any, **more: Any) -> None:
        endheaders(end, self, *rest, **more)

    if not hasattr(resolve, _MARK):
        setattr(watched_getaddrinfo, _MARK, True)
        socket.getaddrinfo = watched_getaddrinfo
    if not hasattr(end, _MARK):
        setattr(watched_endheaders, _MARK, True)
        http.client.HTTPConnection.endheaders = watched_endheaders  # type: ignore[method-assign]


def getaddrinfo(resolve: Callable[..., Any], host: Any, port: Any, *rest: Any, **more: Any) -> Any:
    """``socket.getaddrinfo``, by which AWS's hosts have smkit's address. Raises gaierror."""
    to = switch.target
    aws = host_of_aws(host)
    if to is None or not aws or port not in _PORTS:
        return resolve(host, port, *rest, **more)
    why = missing(to) if _is_here(aws) else "smkit has nothing there"
    if why:
        raise socket.gaierror(socket.EAI_FAIL, _refusal(aws, why))
    base = urlsplit(to.base_url)
    return resolve(base.hostname, base.port, *rest, **more)


def endheaders(end: Callable[..., None], connection: Any, *rest: Any, **more: Any) -> None:
    """``HTTPConnection.endheaders``, which signs what would read a public bucket; smkit answers
    signed requests only. Raises ConnectionRefusedError."""
    to = switch.target
    if to is not None and connection.default_port != 443 and connection._buffer:
        _prepare(connection, to)
    end(connection, *rest, **more)


def _prepare(connection: Any, to: Target) -> None:
    line, *headers = connection._buffer
    method, target, _ = line.decode("latin-1").split(" ", 2)
    asked = urlsplit(target).hostname if "://" in target else None
    if aws := host_of_aws(getattr(connection, "_tunnel_host", None) or asked):
        raise ConnectionRefusedError(_refusal(aws, f"a proxy, {connection.host}, would send it"))
    if not (aws := host_of_aws(connection.host)):
        return
    if connection.port not in _PORTS:
        raise ConnectionRefusedError(_refusal(aws, f"port {connection.port} is none of AWS's"))
    base = urlsplit(to.base_url)
    if connection.sock and connection.sock.getpeername()[:2] != (base.hostname, base.port):
        # Open since the process talked to AWS: http.client opens another one.
        connection.sock.close()
        connection.sock = None
    held = {name.lower(): value.strip() for name, _, value in (h.partition(b":") for h in headers)}
    if not S3_HOST.match(aws) or b"authorization" in held or "Signature=" in target:
        return
    host = held.get(b"host", aws.encode()).decode("latin-1")
    for name, value in _signature(method, target, host, to).items():
        connection.putheader(name, value)


def _is_here(aws: str) -> bool:
    return bool(S3_HOST.match(aws) or SERVICE_HOST.match(aws))


def _refusal(aws: str, why: str) -> str:
    return (
        f"http://{aws} is AWS's, and this process talks to smkit: {why}. Nothing was sent. "
        "In a notebook, `%sm aws` switches the kernel to the real AWS"
    )


def _signature(method: str, target: str, host: str, to: Target) -> dict[str, str]:
    """The headers of Signature Version 4 for a request to S3, its body left out."""
    region = os.environ.get("AWS_REGION") or "us-east-1"
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    path, _, query = target.partition("?")
    pairs = sorted((_quoted(k), _quoted(v)) for k, v in parse_qsl(query, keep_blank_values=True))
    sent = {"host": host, "x-amz-content-sha256": _UNSIGNED, "x-amz-date": stamp}
    canonical = "\n".join(
        (
            method,
            quote(unquote(path), safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in pairs),
            *(f"{name}:{value}" for name, value in sent.items()),
            "",
            ";".join(sent),
            _UNSIGNED,
        )
    )
    key = f"AWS4{to.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    return {
        "x-amz-content-sha256": _UNSIGNED,
        "x-amz-date": stamp,
        "authorization": f"AWS4-HMAC-SHA256 Credential={to.access_key}/{scope}, "
        f"SignedHeaders={';'.join(sent)}, Signature={signature}",
    }


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
