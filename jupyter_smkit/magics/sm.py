"""The magics themselves: a command each, over the functions of ``jupyter_smkit.workflow``."""

from __future__ import annotations

import ast
import json
import os.path
from argparse import Namespace
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class
from IPython.display import display

from jupyter_smkit import workflow
from jupyter_smkit.client import logs, switch
from jupyter_smkit.client.calls import CallFailed
from jupyter_smkit.config import CannotStart, Home
from jupyter_smkit.magics import arguments
from jupyter_smkit.magics.table import Table
from jupyter_smkit.serving.inference import media_type
from jupyter_smkit.workflow import jobs, session
from jupyter_smkit.workflow.endpoints import Endpoint, EndpointFailed
from jupyter_smkit.workflow.jobs import JobFailed
from jupyter_smkit.workflow.status import status

_EXPECTED = (
    *(arguments.Usage, CallFailed, CannotStart, EndpointFailed, JobFailed),
    *(OSError, ValueError),
)
_LISTED = 20
_JOB_LISTS = {
    "ProcessingJob": "ListProcessingJobs",
    "TrainingJob": "ListTrainingJobs",
    "AutoMLJob": "ListAutoMLJobs",
}


class _Raised(Exception):
    """The user's own code has raised ``error``, whose traceback the user needs."""

    def __init__(self, error: Exception) -> None:
        self.error = error


@magics_class
class SmMagics(Magics):
    """``%sm`` and ``%%sm``."""

    @line_cell_magic
    def sm(self, line: str, cell: str | None = None) -> Any:
        """The SageMaker workflow: `%sm help`."""
        cell = cell if (cell or "").strip() else None
        try:
            name, given = arguments.parse(line, cell is not None)
            return getattr(self, f"_{name}")(given, cell)
        except arguments.Help as help:
            print(help)
            return None
        except _EXPECTED as error:
            # A sentence for the user, without a traceback through smkit.
            raise UsageError(str(error)) from None
        except _Raised as raised:
            raise raised.error from None

    @property
    def _space(self) -> dict[str, Any]:
        """The notebook's variables."""
        assert self.shell is not None
        found: dict[str, Any] = self.shell.user_ns
        return found

    def _help(self, given: Namespace, cell: str | None) -> None:
        print(arguments.usage())

    def _local(self, given: Namespace, cell: str | None) -> None:
        print(f"This kernel's AWS clients talk to smkit at {switch.switch_on()}.")

    def _aws(self, given: Namespace, cell: str | None) -> None:
        switch.switch_off()
        print(
            "⚠ This kernel's AWS clients now talk to the REAL AWS, with your own credentials; "
            "what they start there may cost money. `%sm local` switches back."
        )

    def _status(self, given: Namespace, cell: str | None) -> None:
        if switch.side() == "aws":
            print("This kernel was switched to the REAL AWS. `%sm local` switches it to smkit.")
            return
        if not switch.side():
            print(
                "This kernel was switched to neither side: smkit leaves its AWS clients alone. "
                "`%sm local` switches it to smkit."
            )
            return
        found = status(Home.from_environment())
        print(f"This kernel's AWS clients talk to smkit at {found['address'] or '(not running)'}.")
        for kind, statuses in sorted(found.get("counts", {}).items()):
            counts = ", ".join(f"{number} {name}" for name, number in sorted(statuses.items()))
            print(f"{kind}: {counts}")

    def _jobs(self, given: Namespace, cell: str | None) -> Table:
        rows = []
        for kind, operation in _JOB_LISTS.items():
            page = session.caller().call(
                operation, MaxResults=_LISTED, SortBy="CreationTime", SortOrder="Descending"
            )
            for found in page[f"{kind}Summaries"]:
                rows.append(
                    (found["CreationTime"], kind, found[f"{kind}Name"], found[f"{kind}Status"])
                )
        rows.sort(reverse=True)
        return Table(
            ("Job", "Kind", "Status", "Created"),
            [(name, kind, status, _time(at)) for at, kind, name, status in rows[:_LISTED]],
            "No jobs yet. `%%sm process` runs a cell as one.",
        )

    def _endpoints(self, given: Namespace, cell: str | None) -> Table:
        page = session.caller().call("ListEndpoints", MaxResults=100)
        return Table(
            ("Endpoint", "Status", "Created"),
            [
                (found["EndpointName"], found["EndpointStatus"], _time(found["CreationTime"]))
                for found in page["Endpoints"]
            ],
            "No endpoints yet. `%sm deploy JOB` serves an AutoML job's best candidate.",
        )

    def _endpoint(self, given: Namespace, cell: str | None) -> Any:
        from jupyter_smkit.widgets.endpoint import EndpointView

        endpoint = Endpoint(given.name)
        view = EndpointView(endpoint, endpoint.describe())
        shown = display(view, display_id=True)  # type: ignore[no-untyped-call]
        if given.wait:
            view.join(None)
            shown.update(view)

    def _logs(self, given: Namespace, cell: str | None) -> None:
        for line in logs.tail(session.caller(), given.name, given.lines):
            print(line)

    def _stop(self, given: Namespace, cell: str | None) -> None:
        jobs.find(given.name).stop()
        print(f"{given.name} is stopping.")

    def _delete(self, given: Namespace, cell: str | None) -> None:
        deleted, kept = workflow.delete(given.name, given.kind, given.all)
        print(f"Deleted: {', '.join(deleted)}.")
        if kept:
            names = ", ".join(kept)
            print(f"Made with it, and kept: {names}. `%sm delete {given.name} --all` deletes them.")

    def _wrangle(self, given: Namespace, cell: str | None) -> None:
        file = workflow.wrangle(self._data(given.data), given.file)
        print(f"{file} written. Open it in the file browser: it opens in the flow editor.")

    def _process(self, given: Namespace, cell: str | None) -> Any:
        from jupyter_smkit.widgets.job import JobProgress

        job = workflow.process(
            cell or "",
            inputs=dict(given.input),
            outputs=dict(given.output),
            arguments=given.arguments,
            environment=dict(given.env),
            image=given.image,
            instance_type=given.instance_type,
            name=given.name,
            wait=False,
        )
        return self._shown(JobProgress(job), job, given.wait)

    def _automl(self, given: Namespace, cell: str | None) -> Any:
        from jupyter_smkit.widgets.leaderboard import Leaderboard

        value = self._run(cell) if cell else None
        data = self._data(given.data) if given.data else value
        if data is None:
            raise ValueError("name a frame or an s3:// address, or end the cell with one")
        job = workflow.train_automl(
            data,
            given.target,
            problem_type=given.problem_type,
            objective=given.objective,
            max_runtime=given.max_runtime,
            name=given.name,
            wait=False,
        )
        return self._shown(Leaderboard(job), job, given.wait)

    def _deploy(self, given: Namespace, cell: str | None) -> Any:
        from jupyter_smkit.widgets.endpoint import EndpointView

        options: dict[str, Any] = {
            "instance_type": given.instance_type,
            "update": given.update,
            "wait": False,
        }
        if cell is None and not given.model:
            endpoint = workflow.deploy(given.what, given.name, **options)
            return self._shown(EndpointView(endpoint, endpoint.describe()), endpoint, given.wait)
        try:
            model = self._data(given.model) if given.model else None
        except ValueError:
            if cell is not None or session.find("DescribeModel", ModelName=given.model) is None:
                raise
            endpoint = workflow.deploy_model(given.model, given.what, **options)
        else:
            example = self._data(given.example) if given.example else None
            endpoint = workflow.deploy_code(
                *(given.what, cell or "", model), example=example, image=given.image, **options
            )
        return self._shown(EndpointView(endpoint, endpoint.describe()), endpoint, given.wait)

    def _invoke(self, given: Namespace, cell: str | None) -> Any:
        if given.df:
            return workflow.predict(given.name, self._data(given.df))
        if not (cell or "").strip():
            raise ValueError("there is nothing to send: write it in the cell, or name --df FRAME")
        payload = (cell or "").strip()
        content_type = given.content_type or _guess(payload)
        body, answered = workflow.invoke(given.name, payload, content_type, given.accept)
        text = body.decode(errors="replace")
        return json.loads(text) if media_type(answered) == "application/json" else text

    def _shown(self, widget: Any, what: Any, wait: bool) -> None:
        shown = display(widget, display_id=True)  # type: ignore[no-untyped-call]
        if wait:
            try:
                what.wait()
            finally:
                widget.join(2)
                # Its text, for where no widget shows, is now the last one.
                shown.update(widget)

    def _data(self, text: str) -> Any:
        """A variable or an expression of the notebook, an ``s3://`` address or a file's path."""
        if text.startswith("s3://"):
            return text
        # os.path's say False, and pathlib's raise, for what is too long a name, or no user's ~.
        if text not in self._space and os.path.exists(os.path.expanduser(text)):  # noqa: PTH110, PTH111
            return text
        try:
            return eval(text, self._space)
        except (NameError, SyntaxError) as error:
            raise ValueError(f"{text!r} is no variable here, and no such file: {error}") from None

    def _run(self, cell: str) -> Any:
        """Runs code in the notebook's namespace; the value of its last line if that has one."""
        tree = ast.parse(cell)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        try:
            exec(compile(tree, "<cell>", "exec"), self._space)
            if isinstance(last, ast.Expr):
                return eval(compile(ast.Expression(last.value), "<cell>", "eval"), self._space)
        except Exception as error:
            raise _Raised(error) from None
        return None


def _guess(payload: str) -> str:
    return "application/json" if payload[:1] in ("{", "[") else "text/csv"


def _time(at: Any) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if hasattr(at, "astimezone") else str(at)
