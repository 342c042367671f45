"""Where things lie under a job's output, as Autopilot lays them out; the standard library only."""

from __future__ import annotations

CANDIDATES = "sagemaker-automl-candidates"
EXPLORATION_NOTEBOOK = f"{CANDIDATES}/notebooks/SageMakerAutopilotDataExplorationNotebook.ipynb"
DEFINITION_NOTEBOOK = f"{CANDIDATES}/notebooks/SageMakerAutopilotCandidateDefinitionNotebook.ipynb"
LEADERBOARD = f"{CANDIDATES}/candidates.json"


def model(candidate: str) -> str:
    return f"{CANDIDATES}/model/{candidate}/model.tar.gz"


def explainability(candidate: str) -> str:
    """A prefix; ``report.html``, ``analysis.json`` and ``explanations_shap/out.csv`` lie below it."""
    return f"documentation/explainability/output/{candidate}"


def insights(candidate: str) -> str:
    """A prefix; ``statistics.json`` lies below it."""
    return f"documentation/model_monitor/output/{candidate}"
