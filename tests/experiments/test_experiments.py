from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def sm(api: Any) -> Any:
    """In a region of its own, where nothing else is."""
    return api.client("sagemaker", region="eu-north-1")


def code(refused: pytest.ExceptionInfo[ClientError]) -> str:
    return str(refused.value.response["Error"]["Code"])


def test_an_experiment_stays_while_it_has_trials(sm: Any) -> None:
    sm.create_experiment(ExperimentName="churn")
    sm.create_trial(ExperimentName="churn", TrialName="first")
    with pytest.raises(ClientError, match="cannot be deleted while"):
        sm.delete_experiment(ExperimentName="churn")
    sm.delete_trial(TrialName="first")
    sm.delete_experiment(ExperimentName="churn")


def test_a_trial_needs_its_experiment(sm: Any) -> None:
    with pytest.raises(ClientError) as refused:
        sm.create_trial(ExperimentName="nothing", TrialName="orphan")
    assert code(refused) == "ResourceNotFound"
    assert sm.list_trials()["TrialSummaries"] == []


@pytest.mark.parametrize(
    ("operation", "named"),
    [
        ("list_trials", {"ExperimentName": "nothing"}),
        ("list_trials", {"TrialComponentName": "nothing"}),
        ("list_trial_components", {"ExperimentName": "nothing"}),
        ("list_trial_components", {"TrialName": "nothing"}),
    ],
)
def test_a_list_within_what_does_not_exist(sm: Any, operation: str, named: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="'nothing' does not exist") as refused:
        getattr(sm, operation)(**named)
    assert code(refused) == "ResourceNotFound"


def test_components_are_part_of_trials(sm: Any) -> None:
    sm.create_experiment(ExperimentName="prices")
    for trial in ("one", "two"):
        sm.create_trial(ExperimentName="prices", TrialName=trial)
    sm.create_trial_component(TrialComponentName="training")
    sm.create_trial_component(TrialComponentName="elsewhere")
    for trial in ("one", "two"):
        sm.associate_trial_component(TrialName=trial, TrialComponentName="training")
    sm.associate_trial_component(TrialName="one", TrialComponentName="training")

    inside = sm.list_trial_components(TrialName="one")["TrialComponentSummaries"]
    assert [each["TrialComponentName"] for each in inside] == ["training"]
    inside = sm.list_trial_components(ExperimentName="prices")["TrialComponentSummaries"]
    assert [each["TrialComponentName"] for each in inside] == ["training"]
    trials = sm.list_trials(TrialComponentName="training", SortBy="Name", SortOrder="Ascending")
    assert [each["TrialName"] for each in trials["TrialSummaries"]] == ["one", "two"]

    parents = {"Name": "Parents.ExperimentName", "Operator": "Equals", "Value": "prices"}
    found = sm.search(Resource="ExperimentTrialComponent", SearchExpression={"Filters": [parents]})[
        "Results"
    ]
    assert [each["TrialComponent"]["TrialComponentName"] for each in found] == ["training"]

    with pytest.raises(ClientError, match="cannot be deleted while"):
        sm.delete_trial_component(TrialComponentName="training")
    with pytest.raises(ClientError, match="cannot be deleted while"):
        sm.delete_trial(TrialName="one")
    for trial in ("one", "two"):
        sm.disassociate_trial_component(TrialName=trial, TrialComponentName="training")
    sm.delete_trial_component(TrialComponentName="training")
    sm.delete_trial(TrialName="one")


def test_a_components_parameters_are_added_to_and_taken_from(sm: Any) -> None:
    sm.create_trial_component(TrialComponentName="fit", Parameters={"depth": {"NumberValue": 3.0}})
    sm.update_trial_component(TrialComponentName="fit", Parameters={"rate": {"NumberValue": 0.1}})
    shown = sm.describe_trial_component(TrialComponentName="fit")["Parameters"]
    assert shown == {"depth": {"NumberValue": 3.0}, "rate": {"NumberValue": 0.1}}
    sm.update_trial_component(TrialComponentName="fit", ParametersToRemove=["depth"])
    shown = sm.describe_trial_component(TrialComponentName="fit")["Parameters"]
    assert shown == {"rate": {"NumberValue": 0.1}}


def test_a_search_for_an_unknown_property_is_refused(sm: Any) -> None:
    wrong = {"Name": "Colour", "Operator": "Equals", "Value": "red"}
    with pytest.raises(ClientError, match="Unknown property name: Colour"):
        sm.search(Resource="Experiment", SearchExpression={"Filters": [wrong]})
    suggested = sm.get_search_suggestions(
        Resource="Experiment", SuggestionQuery={"PropertyNameQuery": {"PropertyNameHint": "Disp"}}
    )
    assert suggested["PropertyNameSuggestions"] == [{"PropertyName": "DisplayName"}]


def test_a_search_shows_only_what_the_visibility_conditions_let_be_seen(sm: Any) -> None:
    for name, domain in (("mine", "d-1"), ("theirs", "d-2")):
        sm.create_experiment(
            ExperimentName=f"seen-{name}", Tags=[{"Key": "domain", "Value": domain}]
        )
    condition = {"Key": "Tags.domain", "Value": "d-1"}
    found = sm.search(Resource="Experiment", VisibilityConditions=[condition])["Results"]
    assert [each["Experiment"]["ExperimentName"] for each in found] == ["seen-mine"]


@pytest.mark.parametrize(
    ("keys", "said"), [(("a", "a"), "Duplicate tag keys"), (("aws:a",), "are reserved")]
)
def test_tags_that_no_resource_can_have(sm: Any, keys: tuple[str, ...], said: str) -> None:
    with pytest.raises(ClientError, match=said):
        sm.create_experiment(
            ExperimentName="tagged", Tags=[{"Key": key, "Value": "1"} for key in keys]
        )


def test_a_search_by_a_metric_of_jobs_is_understood(sm: Any) -> None:
    by = {"Name": "Metrics.accuracy", "Operator": "GreaterThan", "Value": "0.9"}
    assert sm.search(Resource="TrainingJob", SearchExpression={"Filters": [by]})["Results"] == []
