"""The explainability report as one page of HTML that needs nothing else: no script, no network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

import numpy as np

from jupyter_smkit.automl.trainer.attribution import Attribution

MAX_FEATURES = 30
"""Rows of a chart."""
MAX_LABELS = 20
"""Classes with a chart of their own."""
_STYLE = """
:root { color-scheme: light dark; --back: #fff; --text: #1f2328; --faint: #59636e;
  --line: #d8dee4; --track: #eef1f4; --bar: #1f6feb; --dot: #1f6feb; }
@media (prefers-color-scheme: dark) { :root { --back: #0d1117; --text: #e6edf3; --faint: #9198a1;
  --line: #30363d; --track: #1c2128; --bar: #4493f8; --dot: #79c0ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 2rem 1.5rem 4rem; background: var(--back);
  color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; overflow-wrap: anywhere; }
p { color: var(--faint); margin: .25rem 0 1rem; max-width: 46rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem;
  margin: 0; padding: 1rem; border: 1px solid var(--line); border-radius: 8px; }
dt { color: var(--faint); font-size: .8rem; }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; }
thead th { color: var(--faint); font-size: .8rem; font-weight: 400; }
th, td { border-top: 1px solid var(--line); padding: .3rem .5rem; text-align: left; }
thead th { border: 0; }
tbody th { font-weight: 500; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.name { width: 26%; } .number { width: 20%; text-align: right;
  font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar { background: var(--track); border-radius: 3px; height: .8rem; }
.bar span { background: var(--bar); border-radius: 3px; display: block; height: 100%; }
svg { display: block; height: 1.4rem; width: 100%; }
.zero { stroke: var(--line); }
.dots { stroke: var(--dot); stroke-linecap: round; stroke-opacity: .7; stroke-width: 4px; }
.zero, .dots { fill: none; vector-effect: non-scaling-stroke; }
"""


def explanation(
    title: str,
    facts: Mapping[str, str],
    importances: Mapping[str, Mapping[str, float]],
    attributions: Sequence[Attribution],
    features: Sequence[str],
    objective: str,
) -> str:
    """``importances`` as :func:`explain.importances` answers them; texts may hold anything."""
    listed = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in facts.items()
    )
    parts = [
        f"<h1>{escape(title)}</h1><dl>{listed}</dl>",
        *_shapley(attributions, features),
        *_permutation(importances, len(features), objective),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _shapley(attributions: Sequence[Attribution], features: Sequence[str]) -> Iterable[str]:
    yield "<h2>What each column adds to a prediction</h2>"
    if not attributions:
        yield "<p>The time allowed for the job left none for Shapley values.</p>"
        return
    rows = len(attributions[0].shares)
    yield (
        f"<p>Shapley values of {rows} rows of the holdout. A bar is the mean size of what a column "
        "adds, whichever way; a dot is one row: on the left the column lowered the prediction, on "
        "the right it raised it.</p>"
    )
    for each in attributions[:MAX_LABELS]:
        what = "Predicted number" if each.label is None else f"Probability of “{each.label}”"
        yield f"<h3>{escape(what)}, on average {_number(each.expected)}</h3>"
        sizes = np.abs(each.shares).mean(axis=0)
        order = np.argsort(-sizes, kind="stable")[:MAX_FEATURES]
        reach = float(np.abs(each.shares[:, order]).max(initial=0.0))
        lines = [
            _line(
                features[place],
                float(sizes[place]),
                float(sizes[order[0]]),
                _number(float(sizes[place])),
                _strip([float(share) for share in each.shares[:, place]], reach),
            )
            for place in order
        ]
        yield _table(("Column", "Mean size", "", "Each row"), lines)
        yield _rest(len(features), len(lines))
    yield _rest(len(attributions), MAX_LABELS, "classes")


def _permutation(
    importances: Mapping[str, Mapping[str, float]], features: int, objective: str
) -> Iterable[str]:
    yield "<h2>What the score loses without a column</h2>"
    yield (
        f"<p>By how much {escape(objective)} gets worse on the holdout when the column's values are "
        "shuffled, with the standard deviation over the repetitions.</p>"
    )
    values = sorted(importances.items(), key=lambda each: each[1]["value"], reverse=True)
    greatest = max([0.0, *(each["value"] for _, each in values)])
    lines = [
        _line(
            name,
            each["value"],
            greatest,
            f"{_number(each['value'])} ± {_number(each['standard_deviation'])}",
        )
        for name, each in values[:MAX_FEATURES]
    ]
    yield _table(("Column", "Loss", ""), lines)
    yield _rest(len(values), len(lines))
    if len(importances) < features:
        yield f"<p>The time allowed {len(importances)} of {features} columns.</p>"


def _table(heads: Sequence[str], lines: Iterable[str]) -> str:
    kinds = ("name", "", "number", "")
    cells = [
        f'<th scope="col" class="{kind}">{head}</th>'
        for head, kind in zip(heads, kinds, strict=False)
    ]
    return f"<table><thead><tr>{''.join(cells)}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _line(name: str, value: float, greatest: float, number: str, strip: str = "") -> str:
    width = 100 * max(value, 0.0) / greatest if greatest > 0 else 0.0
    shown = escape(name)
    return (
        f'<tr><th scope="row" title="{shown}">{shown}</th>'
        f'<td><div class="bar"><span style="width:{width:.1f}%"></span></div></td>'
        f'<td class="number">{number}</td>{f"<td>{strip}</td>" if strip else ""}</tr>'
    )


def _strip(shares: Sequence[float], reach: float) -> str:
    """A dot for each row, between -``reach`` and ``reach``; at different heights, to be told
    apart."""
    dots = "".join(
        f"M{50 + 48 * share / reach if reach else 50:.1f} {2 + 16 * (place * 0.618 % 1):.1f}h0"
        for place, share in enumerate(shares)
        if np.isfinite(share)
    )
    return (
        '<svg viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="zero" d="M50 0v20"/><path class="dots" d="{dots}"/></svg>'
    )


def _rest(there: int, shown: int, what: str = "columns") -> str:
    return f"<p>{there - shown} more {what} are in analysis.json.</p>" if there > shown else ""


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")
