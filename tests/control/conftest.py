from __future__ import annotations

from collections.abc import Callable

import pytest

from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.config import Home
from tests.conftest import Smkit
from tests.state.conftest import postgresql

__all__ = ["postgresql"]


@pytest.fixture
def smkit_of() -> Callable[[Home], Smkit]:
    def of(home: Home) -> Smkit:
        assert home.base_url
        return Smkit(home, home.base_url, Credentials(home.credentials).default())

    return of
