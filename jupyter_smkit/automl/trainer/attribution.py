"""What each column adds to single predictions: Shapley values, estimated by sampling.

A row's own values, column after column in a random order, take the place of another row's. By how
much each step moves the answer, on average over orders and other rows, is the column's share
(Štrumbelj and Kononenko, 2014). It asks nothing of a model but answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jupyter_smkit.automl.trainer.metrics import Predictions

MAX_ROWS = 50
ROUNDS = 20
"""Orders and other rows that a row meets."""
_CELLS = 5_000_000
"""Of the tables that are predicted at once."""


@dataclass(frozen=True)
class Attribution:
    label: Any
    """The class whose probability is explained; None: the predicted number."""
    expected: float
    """The mean answer over the rows that stood in."""
    shares: NDArray[Any]
    """Rows × features; a row's sum is about its answer less ``expected``."""


def attribute(
    predict: Callable[[pd.DataFrame], Predictions],
    rows: pd.DataFrame,
    others: pd.DataFrame,
    features: tuple[str, ...],
    *,
    seed: int,
    expired: Callable[[], bool],
) -> list[Attribution]:
    """One for each class (of two, for the second alone), or one for regression.

    Other rows are drawn from ``others``. Empty where ``expired()`` left no time for one round.
    """
    rng = np.random.default_rng(seed)
    rows = rows.iloc[:MAX_ROWS]
    shape = (len(rows), len(features))
    labels: tuple[Any, ...] = ()
    shares: list[NDArray[Any]] = []
    starts: list[NDArray[Any]] = []
    for _ in range(ROUNDS):
        orders = rng.permuted(np.tile(np.arange(shape[1]), (shape[0], 1)), axis=1)
        drawn = others.iloc[rng.integers(0, len(others), shape[0])]
        found = []
        for mixed in _mixtures(drawn, rows, features, orders):
            if expired():
                return _means(labels, shares, starts)
            found.append(predict(mixed))
        labels = found[0].labels
        answers = np.concatenate([_answers(each) for each in found])
        answers = answers.reshape(shape[1] + 1, shape[0], -1)
        moved = np.empty((*shape, answers.shape[2]))
        np.put_along_axis(moved, orders[:, :, None], np.diff(answers, axis=0).swapaxes(0, 1), 1)
        shares.append(moved)
        starts.append(answers[0])
    return _means(labels, shares, starts)


def _mixtures(
    drawn: pd.DataFrame, rows: pd.DataFrame, features: tuple[str, ...], orders: NDArray[Any]
) -> Iterator[pd.DataFrame]:
    """The drawn rows, then the same with one column more of the row's own, until all are."""
    both = pd.concat([drawn, rows], ignore_index=True)
    ranks, count = np.argsort(orders, axis=1), len(rows)
    at_once = max(1, _CELLS // (count * len(both.columns)))
    for first in range(0, len(features) + 1, at_once):
        steps = np.arange(first, min(first + at_once, len(features) + 1))[:, None]
        theirs = np.broadcast_to(np.arange(count), (len(steps), count))
        columns = {name: both[name].take(theirs.ravel()).array for name in both.columns}
        for place, name in enumerate(features):
            own = np.where(ranks[:, place] < steps, theirs + count, theirs)
            columns[name] = both[name].take(own.ravel()).array
        yield pd.DataFrame(columns)


def _answers(found: Predictions) -> NDArray[Any]:
    """Rows × what is explained."""
    if found.probabilities is None:
        return found.predicted.astype(float)[:, None]
    return found.probabilities[:, 1:] if len(found.labels) == 2 else found.probabilities


def _means(
    labels: tuple[Any, ...], shares: list[NDArray[Any]], starts: list[NDArray[Any]]
) -> list[Attribution]:
    if not shares:
        return []
    share, expected = np.mean(shares, axis=0), np.mean(starts, axis=(0, 1))
    explained = labels[1:] if len(labels) == 2 else labels or (None,)
    return [
        Attribution(label, float(expected[place]), share[:, :, place])
        for place, label in enumerate(explained)
    ]
