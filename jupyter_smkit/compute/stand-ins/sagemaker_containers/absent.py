"""Parts of which only the name is here, since programs import them and do not use them."""

from __future__ import annotations

from types import ModuleType
from typing import NoReturn


class Absent(ModuleType):
    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(
            f"smkit's stand-in for sagemaker_containers has no {self.__name__}.{name}: put "
            "sagemaker-containers or what succeeded it, sagemaker-training, into requirements.txt"
        )
