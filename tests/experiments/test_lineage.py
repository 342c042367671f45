from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def sm(api: Any) -> Any:
    return api.client("sagemaker", region="eu-south-1")


def artifact(sm: Any, uri: str, kind: str = "DataSet") -> str:
    made = sm.create_artifact(Source={"SourceUri": uri}, ArtifactType=kind)
    return str(made["ArtifactArn"])


def arns(answer: dict[str, Any]) -> set[str]:
    return {each["Arn"] for each in answer["Vertices"]}


def test_lineage_is_followed_in_both_directions(sm: Any) -> None:
    data, other = artifact(sm, "s3://raw/data.csv"), artifact(sm, "s3://raw/other.csv")
    model = artifact(sm, "s3://models/one.tar.gz", "Model")
    action = sm.create_action(
        ActionName="train", Source={"SourceUri": "job"}, ActionType="Training", Status="Completed"
    )["ActionArn"]
    for source, destination in ((data, action), (other, action), (action, model)):
        sm.add_association(
            SourceArn=source, DestinationArn=destination, AssociationType="ContributedTo"
        )

    down = sm.query_lineage(StartArns=[data], Direction="Descendants")
    assert arns(down) == {action, model}
    assert {(e["SourceArn"], e["DestinationArn"]) for e in down["Edges"]} == {
        (data, action),
        (action, model),
    }
    assert arns(sm.query_lineage(StartArns=[data], Direction="Descendants", MaxDepth=1)) == {action}
    up = sm.query_lineage(StartArns=[model], Direction="Ascendants", IncludeEdges=False)
    assert arns(up) == {action, data, other}
    only = sm.query_lineage(
        StartArns=[model], Direction="Ascendants", Filters={"LineageTypes": ["Artifact"]}
    )
    assert arns(only) == {data, other}

    into = sm.list_associations(DestinationArn=action)["AssociationSummaries"]
    assert {each["SourceArn"] for each in into} == {data, other}
    assert {each["DestinationType"] for each in into} == {"Training"}
    sm.delete_association(SourceArn=data, DestinationArn=action)
    assert arns(sm.query_lineage(StartArns=[data], Direction="Both")) == set()


def test_an_association_needs_both_ends(sm: Any) -> None:
    here = artifact(sm, "s3://raw/lonely.csv")
    with pytest.raises(ClientError, match="Could not find the lineage entity"):
        sm.add_association(SourceArn=here, DestinationArn=here[:-1] + "x")
    with pytest.raises(ClientError, match="There is no association"):
        sm.delete_association(SourceArn=here, DestinationArn=here)


def test_an_artifact_is_found_and_deleted_by_its_source(sm: Any) -> None:
    arn = artifact(sm, "s3://raw/by-source.csv")
    found = sm.list_artifacts(SourceUri="s3://raw/by-source.csv")["ArtifactSummaries"]
    assert [each["ArtifactArn"] for each in found] == [arn]
    sm.delete_artifact(Source={"SourceUri": "s3://raw/by-source.csv"})
    with pytest.raises(sm.exceptions.ResourceNotFound):
        sm.describe_artifact(ArtifactArn=arn)
    with pytest.raises(ClientError, match="Exactly one"):
        sm.delete_artifact()


def test_an_actions_status_is_the_users(sm: Any) -> None:
    sm.create_action(
        ActionName="deploy", Source={"SourceUri": "x"}, ActionType="Deploy", Status="InProgress"
    )
    sm.update_action(ActionName="deploy", Status="Completed")
    assert sm.describe_action(ActionName="deploy")["Status"] == "Completed"
