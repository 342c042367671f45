"""Data flows: a new one on some data, and running one as a Processing job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_smkit.workflow import session
from jupyter_smkit.workflow.data import put_dataframe, split, upload
from jupyter_smkit.workflow.jobs import Job

if TYPE_CHECKING:
    from jupyter_smkit.wrangler.flow import Flow


def wrangle(data: Any, file: str = "") -> Path:
    """Writes a flow that reads ``data`` (a frame, an ``s3://`` address or a path); the file.

    It lies in the working directory, so that the file browser opens it in the flow editor.
    """
    from jupyter_smkit.wrangler import edit, flow

    if not isinstance(data, str | Path):
        uri = put_dataframe(data, f"{session.unique('frame')}.csv")
    elif str(data).startswith("s3://"):
        uri = str(data)
    else:
        path = Path(data).expanduser()
        uri = upload(path, f"s3://{session.default_bucket()}/data/{path.name}")
    name = uri.rstrip("/").rpartition("/")[2]
    target = Path(file or f"{name.partition('.')[0]}.flow")
    if target.exists():
        raise FileExistsError(f"{target} exists already: name another file")
    kind = "parquet" if name.endswith(".parquet") else "csv"
    flow.save(edit.new(uri, name, content_type=kind), target)
    return target


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
    name = name or session.unique(Path(flow).stem)
    bucket = session.default_bucket()
    output = output or f"s3://{bucket}/flows/output"
    flow_uri = f"s3://{bucket}/flows/{name}/{name}.flow"
    place, key = split(flow_uri)
    session.client("s3").put_object(Bucket=place, Key=key, Body=flows.dumps(document).encode())
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
    session.caller().call("CreateProcessingJob", **request)
    step = document[node] if node else process.final_step(document)
    job = Job("ProcessingJob", name)
    return job.wait() if wait else job, process.result_uri(output, name, step)
