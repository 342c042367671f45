"""Operations that span every kind."""

from jupyter_smkit.api import search, tagging
from jupyter_smkit.api.registry import Registry


def register(api: Registry) -> None:
    tagging.register(api)
    search.register(api)
