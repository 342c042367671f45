"""Serving a model of tables: decode, stack what came together, predict once, split, encode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from jupyter_smkit.serving import codecs, libsvm
from jupyter_smkit.serving.columns import UNKNOWN
from jupyter_smkit.serving.inference import Inquiry, Outcome, Refusal, Service, media_type
from jupyter_smkit.serving.predictions import Prediction, columns
from jupyter_smkit.serving.schema import Schema, aligned
from jupyter_smkit.serving.tables import Table, stack

BATCH = 128

Predict = Callable[[Table, bool], Prediction]
"""Rows, and whether probabilities are wanted, to predictions for each row. Raises Refusal."""


@dataclass(frozen=True)
class _Asked:
    index: int
    table: Table
    accept: str
    company: object = ()
    """Only those of which it is equal are predicted together."""


def service(
    flavour: str,
    predict: Predict,
    schema: Schema | None,
    outputs: Sequence[str],
    sparse: int | None = None,
) -> Service:
    """``schema``: the columns that ``predict`` takes, where they have names. ``sparse``: how many
    a row in libsvm's form has; None: such rows are not read."""
    probabilities = bool({*outputs} - {"predicted_label"})

    def read(index: int, inquiry: Inquiry) -> _Asked:
        if sparse is not None and media_type(inquiry.content_type) in libsvm.TYPES:
            accept = codecs.accepted(inquiry.accept, codecs.CSV)
            return _Asked(index, Table(libsvm.matrix(inquiry.body, sparse)), accept)
        kind = codecs.content_type(inquiry.content_type)
        accept = codecs.accepted(inquiry.accept, codecs.answer_type(kind))
        table = codecs.decode(inquiry.body, inquiry.content_type)
        if schema is None:
            return _Asked(index, table, accept)
        table = replace(table, rows=aligned(table, schema.names), names=schema.names)
        return _Asked(index, table, accept, _company(table, schema))

    def predict_all(group: list[_Asked]) -> list[Outcome]:
        prediction = predict(stack([asked.table for asked in group]), probabilities)
        outcomes: list[Outcome] = []
        start = 0
        for asked in group:
            stop = start + len(asked.table)
            part = prediction.part(start, stop)
            outcomes.append(codecs.encode(columns(part, outputs), asked.accept))
            start = stop
        return outcomes

    def answer(inquiries: Sequence[Inquiry]) -> list[Outcome]:
        outcomes: list[Outcome] = [Refusal("no answer", 500)] * len(inquiries)
        groups: dict[tuple[object, ...], list[_Asked]] = {}
        for index, inquiry in enumerate(inquiries):
            try:
                asked = read(index, inquiry)
            except Exception as error:
                outcomes[index] = error
            else:
                table = asked.table
                kind = inquiry.content_type, table.names, table.width, asked.company
                groups.setdefault(kind, []).append(asked)
        for group in groups.values():
            for asked, outcome in zip(group, _each_if_not_all(predict_all, group), strict=True):
                outcomes[asked.index] = outcome
        return outcomes

    return Service(flavour, answer, BATCH, inline=True)


def _company(table: Table, schema: Schema) -> object:
    """Rows for which this is equal are typed together as each would be alone: a column of unknown
    kind holds what JSON says that it does."""
    if table.plain or UNKNOWN not in schema.kinds:
        return ()
    return tuple(
        kind == UNKNOWN and any(isinstance(cell, str) for cell in cells)
        for kind, cells in zip(schema.kinds, zip(*table.rows, strict=True), strict=True)
    )


def _each_if_not_all(
    predict: Callable[[list[_Asked]], list[Outcome]], group: list[_Asked]
) -> list[Outcome]:
    """A batch that fails is tried one by one, so that one bad request fails alone."""
    try:
        return predict(group)
    except Exception as error:
        if len(group) == 1:
            return [error]
        return [outcome for asked in group for outcome in _each_if_not_all(predict, [asked])]
