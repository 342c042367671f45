"""OpenMP's threads, which cost a small prediction more than they save.

100 trees of scikit-learn wake the other threads 100 times for one row; where these have to wait for
a processor, a prediction of 1 ms takes 50.
"""

from __future__ import annotations

import sys
import threading
from typing import Any


class Threads(threading.local):
    """OpenMP keeps their number for each calling thread: so does this."""

    _controller: Any = None
    _limit: Any = None

    def use(self, *, all_of_them: bool) -> None:
        """For the predictions that follow on the calling thread."""
        if all_of_them is (self._limit is None):
            return
        if self._limit is not None:
            self._limit.restore_original_limits()
            self._limit = None
        elif (library := sys.modules.get("threadpoolctl")) is not None:
            # What computes with OpenMP in Python has imported it.
            self._controller = self._controller or library.ThreadpoolController()
            self._limit = self._controller.limit(limits=1, user_api="openmp")
