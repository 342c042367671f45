"""Data flows: a new one on some data, and running one as a Processing job."""

from __future__ import annotations

import os.path
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_smkit.workflow import session
from jupyter_smkit.workflow.data import own_address, put, put_dataframe, upload
from jupyter_smkit.workflow.jobs import Job, require_free

if TYPE_CHECKING:
    from jupyter_smkit.wrangler.flow import Flow


def wrangle(data: Any, file: str = "") -> Path:
    """Writes a flow that reads ``data`` (a frame, an ``s3://`` address or a path); the file.

    It lies in the working directory, so that the file browser opens it in the flow editor.
    """
    from jupyter_smkit.wrangler import edit, flow

    name, bring = _source(data)
    target = Path(file or f"{name.partition('.')[0]}.flow")
    if target.exists():
        raise FileExistsError(f"{target} exists already: name another file (--file, file=)")
    kind = "parquet" if name.endswith(".parquet") else "csv"
    flow.save(edit.new(bring(), name, content_type=kind), target)
    return target


def _source(data: Any) -> tuple[str, Callable[[], str]]:
    """The data's name, and what brings them to s3:// and answers their address."""
    if not isinstance(data, str | Path):
        frame = f"{session.unique('frame')}.csv"
        return frame, lambda: put_dataframe(data, frame)
    if str(data).startswith("s3://"):
        uri = str(data)
        return uri.rstrip("/").rpartition("/")[2], lambda: uri
    path = Path(os.path.abspath(Path(data).expanduser()))  # noqa: PTH100 - as own_address does
    return path.name, lambda: upload(path, own_address(path))


def run_flow(
    flow: str | Path,
    *,
    output: str = "",
    node: str = "",
    content_type: str = "",
    refit: bool = False,
    name: str = "",
    role: str = "",
    wait: bool = True,
) -> tuple[Job, str]:
    """Runs a ``.flow`` file as a Processing job; the job, and where its rows come to.

    ``content_type``: CSV or PARQUET; left empty, what the flow's destination says, else CSV.
    """
    from jupyter_smkit.wrangler import flow as flows
    from jupyter_smkit.wrangler import process

    document: Flow = flows.load(Path(flow))
    if name:
        require_free("ProcessingJob", name)
    name = name or session.unique(Path(flow).stem)
    bucket = session.default_bucket()
    output = output or f"s3://{bucket}/flows/output"
    flow_uri = f"s3://{bucket}/flows/{name}/{name}.flow"
    request = process.processing_job_request(
        document,
        flow_uri,
        output,
        name,
        role or session.role(),
        node_id=node,
        content_type=content_type,
        region=session.region(),
        refit=refit,
    )
    put(flow_uri, flows.dumps(document).encode())
    session.caller().call("CreateProcessingJob", **request)
    step = document[node] if node else process.final_step(document)
    job = Job("ProcessingJob", name)
    return job.wait() if wait else job, process.result_uri(output, name, step)
