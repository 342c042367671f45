"""An AutoML job's candidates, the best first, while they are trained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import traitlets

from jupyter_smkit.widgets.job import JobProgress
from jupyter_smkit.widgets.live import module
from jupyter_smkit.workflow.automl import candidates

_SHOWN = 50


class Leaderboard(JobProgress):
    _esm = module("leaderboard")

    metric = traitlets.Unicode().tag(sync=True)
    rows = traitlets.List(traitlets.Dict()).tag(sync=True)
    """``name``, ``value`` (None while it is trained), ``latency`` in seconds, ``status``."""

    def follow(self, tick: Callable[[], bool]) -> Iterator[None]:
        for found in self.job.changes(tick):
            self.rows = [self._row(each) for each in candidates(self.name)[:_SHOWN]]
            self.show(found)
            yield

    def text(self) -> str:
        lines = [f"{self.name}: {self.status} {self.detail}".rstrip()]
        for place, row in enumerate(self.rows, 1):
            value = "–" if row["value"] is None else f"{row['value']:.5g}"
            lines.append(f"{place:3}. {row['name']}  {self.metric} {value}")
        return "\n".join(lines)

    def html(self) -> str:
        head = f"<tr><th></th><th>Candidate</th><th>{escape(self.metric or 'Score')}</th></tr>"
        body = "".join(
            f"<tr><td>{place}</td><td>{escape(row['name'])}</td>"
            f"<td>{'–' if row['value'] is None else format(row['value'], '.5g')}</td></tr>"
            for place, row in enumerate(self.rows, 1)
        )
        title = (
            f"<div><b>{escape(self.name)}</b>: {escape(self.status)} {escape(self.detail)}</div>"
        )
        return f"{title}<table><thead>{head}</thead><tbody>{body}</tbody></table>"

    def _row(self, candidate: dict[str, Any]) -> dict[str, Any]:
        found = candidate.get("FinalAutoMLJobObjectiveMetric", {})
        if found and not self.metric:
            self.metric = found["MetricName"]
        metrics = candidate.get("CandidateProperties", {}).get("CandidateMetrics", [])
        latency = next(
            (each["Value"] for each in metrics if each["StandardMetricName"] == "InferenceLatency"),
            None,
        )
        return {
            "name": candidate["CandidateName"],
            "value": found.get("Value"),
            "latency": latency,
            "status": candidate["CandidateStatus"],
        }
