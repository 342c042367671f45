"""Operations that span every kind, and the routes that tell what there is."""

from functools import partial

from jupyter_smkit.api import search, tagging
from jupyter_smkit.api.registry import Registry
from jupyter_smkit.api.states import operations_route
from jupyter_smkit.api.status import status_route


def register(api: Registry) -> None:
    tagging.register(api)
    search.register(api)
    api.routes["status"] = status_route
    api.routes["operations"] = partial(operations_route, api)
