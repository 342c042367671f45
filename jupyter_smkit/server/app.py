"""The Jupyter server extension and its one route table."""

from __future__ import annotations

from typing import Any

from jupyter_server.extension.application import ExtensionApp

from jupyter_smkit.config import Home
from jupyter_smkit.objects.contents import BucketContents
from jupyter_smkit.server.backend import Backend
from jupyter_smkit.server.buckets import BackendBuckets
from jupyter_smkit.server.contents import ContentsHandler
from jupyter_smkit.server.events import Events, EventsHandler
from jupyter_smkit.server.handlers import (
    InvokeHandler,
    MarkerHandler,
    OperationHandler,
    StatusHandler,
    WranglerHandler,
)
from jupyter_smkit.server.kernels import provide
from jupyter_smkit.server.projects import projects_of
from jupyter_smkit.server.s3 import ObjectHandler

ROUTES: list[tuple[str, type[Any]]] = [
    (r"/smkit/aws/([a-z0-9-]+)/([A-Za-z0-9]+)", OperationHandler),
    (r"/smkit/s3(/.*)", ObjectHandler),
    (r"/smkit/invoke/([^/]+)", InvokeHandler),
    (r"/smkit/wrangler/([a-z_-]+)", WranglerHandler),
    (r"/smkit/contents/?(.*)", ContentsHandler),
    (r"/smkit/marker/(.*)", MarkerHandler),
    (r"/smkit/status", StatusHandler),
    (r"/smkit/events", EventsHandler),
]


class SmkitExtension(ExtensionApp):
    """Authenticates the browser, signs and forwards; it holds no logic of smkit's own."""

    name = "smkit"

    def initialize_settings(self) -> None:
        assert self.serverapp is not None
        backend = Backend(Home.from_environment())
        self.settings.update(smkit_backend=backend, smkit_events=Events(backend))
        self.settings["smkit_contents"] = BucketContents(BackendBuckets(backend))
        self.settings["smkit_projects"] = projects_of(self.serverapp)
        provide(self.serverapp)

    def initialize_handlers(self) -> None:
        self.handlers.extend(ROUTES)
