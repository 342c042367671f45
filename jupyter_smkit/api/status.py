"""``GET /_smkit/status``: what runs here, how many records of each kind and status, who waits."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from jupyter_smkit.api.registry import Services
from jupyter_smkit.state import queue
from jupyter_smkit.state.schema import records


def smkit_version() -> str:
    try:
        return version("jupyter_smkit")
    except PackageNotFoundError:
        return "0"


def status_route(services: Services) -> Starlette:
    def status(request: Request) -> JSONResponse:
        return JSONResponse(
            {
                "version": smkit_version(),
                "home": str(services.home.path),
                "region": services.home.settings.region,
                "account": services.home.settings.account,
                "counts": counts(services),
                "queue": queue.line(services.state),
            }
        )

    return Starlette(routes=[Route("/_smkit/status", status)])


def counts(services: Services) -> dict[str, dict[str, int]]:
    """Kind → status → number of records."""
    of_users = records.c.kind != queue.KIND
    query = select(records.c.kind, records.c.status, func.count()).where(of_users)
    query = query.group_by(records.c.kind, records.c.status)
    found: dict[str, dict[str, Any]] = {}
    with services.state.engine.connect() as connection:
        for kind, status, number in connection.execute(query):
            found.setdefault(kind, {})[status] = number
    return found
