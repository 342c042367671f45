"""Deleting what bears a name."""

from __future__ import annotations

from jupyter_smkit.client import logs
from jupyter_smkit.workflow import session
from jupyter_smkit.workflow.endpoints import Endpoint

KINDS = ("Endpoint", "EndpointConfig", "Model", "ProcessingJob", "TrainingJob")
"""What SageMaker deletes, of what a notebook makes."""


def delete(name: str, kind: str = "", everything: bool = False) -> tuple[list[str], list[str]]:
    """Deletes the endpoint of that name, or else what bears the name alone.

    ``everything``: of an endpoint also its configurations and models. What was deleted, and what
    was made with it and stays: ``Endpoint iris``. Raises ValueError where nothing can be deleted,
    or it has to be said what.
    """
    found = [kind] if kind else [each for each in KINDS if _is_there(each, name)]
    if "Endpoint" in found:
        endpoint = Endpoint(name)
        parts = endpoint.parts()
        deleted = endpoint.delete(alone=not everything)
        return deleted, [f"{of} {each}" for of, each in parts if f"{of} {each}" not in deleted]
    if len(found) > 1:
        raise ValueError(f"{name} is a name of several: say which by --kind {' or '.join(found)}")
    if not found:
        if job := logs.describe_job(session.caller(), name):
            raise ValueError(f"SageMaker has no operation that deletes a job like {name}, {job[0]}")
        raise ValueError(f"there is nothing called {name!r} that SageMaker can delete")
    session.caller().call(f"Delete{found[0]}", **{f"{found[0]}Name": name})
    return [f"{found[0]} {name}"], []


def _is_there(kind: str, name: str) -> bool:
    found = session.find(f"Describe{kind}", **{f"{kind}Name": name})
    return found is not None and found.get("EndpointStatus") != "Deleting"
