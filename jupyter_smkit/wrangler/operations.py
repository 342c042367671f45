"""What the flow editor adds to the API: routes of our own, for which AWS has no operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_smkit.api.registry import Registry, Route, Services


def register(api: Registry) -> None:
    api.routes["wrangler"] = _app


def _app(services: Services) -> Route:
    from jupyter_smkit.wrangler.routes import app

    return app(services)
