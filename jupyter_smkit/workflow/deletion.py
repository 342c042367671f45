"""Deleting what bears a name."""

from __future__ import annotations

from jupyter_smkit.client import logs
from jupyter_smkit.workflow import session
from jupyter_smkit.workflow.endpoints import Endpoint, remove

KINDS = ("Endpoint", "EndpointConfig", "Model", "ProcessingJob", "TrainingJob")
"""What SageMaker deletes, of what a notebook makes."""


def delete(name: str, kind: str = "", everything: bool = False) -> tuple[list[str], list[str]]:
    """Deletes the endpoint of that name, or else what bears the name alone.

    ``everything``: also the configurations and models that were made with the endpoint, which may
    be gone already. What was deleted, and what of these stays: ``Endpoint iris``. Raises
    ValueError where nothing can be deleted, or it has to be said what.
    """
    found = [kind] if kind else [each for each in KINDS if _is_there(each, name)]
    endpoint = [("Endpoint", name)] if "Endpoint" in found else []
    parts = Endpoint(name).parts() if endpoint or (everything and not kind) else []
    if everything and (endpoint or parts):
        return remove([*endpoint, *parts]), []
    if endpoint:
        return remove(endpoint), [f"{of} {each}" for of, each in parts]
    if len(found) > 1:
        raise ValueError(f"{name} is a name of several: say which by --kind {' or '.join(found)}")
    if not found:
        if job := logs.describe_job(session.caller(), name):
            raise ValueError(f"SageMaker has no operation that deletes a job like {name}, {job[0]}")
        raise ValueError(f"there is nothing called {name!r} that SageMaker can delete")
    return remove([(found[0], name)]), []


def _is_there(kind: str, name: str) -> bool:
    found = session.find(f"Describe{kind}", **{f"{kind}Name": name})
    return found is not None and found.get("EndpointStatus") != "Deleting"
