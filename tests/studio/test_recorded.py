"""What is recorded without an effect here: it moves at once, and refuses what AWS refuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::123456789012:role/smkit"


@pytest.fixture
def sm(api: Any) -> Any:
    return api.client("sagemaker", region="sa-east-1")


def test_a_notebook_instance_stops_and_starts(sm: Any) -> None:
    name = {"NotebookInstanceName": "desk"}
    sm.create_notebook_instance(**name, InstanceType="ml.t2.medium", RoleArn=ROLE)
    assert sm.describe_notebook_instance(**name)["NotebookInstanceStatus"] == "InService"
    with pytest.raises(ClientError, match=r"Status \(InService\) not in \(\[Stopped, Failed\]\)"):
        sm.delete_notebook_instance(**name)
    sm.stop_notebook_instance(**name)
    sm.update_notebook_instance(**name, LifecycleConfigName="setup", VolumeSizeInGB=20)
    shown = sm.describe_notebook_instance(**name)
    assert shown["NotebookInstanceLifecycleConfigName"] == "setup"
    assert (shown["VolumeSizeInGB"], shown["NotebookInstanceStatus"]) == (20, "Stopped")
    sm.update_notebook_instance(**name, DisassociateLifecycleConfig=True)
    assert "NotebookInstanceLifecycleConfigName" not in sm.describe_notebook_instance(**name)
    sm.start_notebook_instance(**name)
    running = sm.list_notebook_instances(StatusEquals="InService")["NotebookInstances"]
    assert [each["NotebookInstanceName"] for each in running] == ["desk"]


def test_notebook_instances_are_found_by_their_repositories(sm: Any) -> None:
    for name, repositories in (("one", ["lib", "docs"]), ("two", ["docs"]), ("none", [])):
        sm.create_notebook_instance(
            NotebookInstanceName=f"with-{name}",
            InstanceType="ml.t2.medium",
            RoleArn=ROLE,
            AdditionalCodeRepositories=[f"https://host/{each}" for each in repositories],
        )
    for wanted, names in (("lib", ["with-one"]), ("docs", ["with-one", "with-two"]), ("d", [])):
        found = sm.list_notebook_instances(AdditionalCodeRepositoryEquals=f"https://host/{wanted}")
        assert [each["NotebookInstanceName"] for each in found["NotebookInstances"]] == names


def test_a_fleet_stays_while_it_has_devices(sm: Any) -> None:
    fleet = {"DeviceFleetName": "gates"}
    sm.create_device_fleet(**fleet, OutputConfig={"S3OutputLocation": "s3://fleet"})
    sm.register_devices(**fleet, Devices=[{"DeviceName": "east"}, {"DeviceName": "west"}])
    stats = sm.get_device_fleet_report(**fleet)["DeviceStats"]
    assert stats == {"ConnectedDeviceCount": 0, "RegisteredDeviceCount": 2}
    with pytest.raises(sm.exceptions.ResourceInUse):
        sm.delete_device_fleet(**fleet)
    with pytest.raises(ClientError, match="does not exist"):
        sm.deregister_devices(**fleet, DeviceNames=["east", "north"])
    # Nothing is half done: the first device is still there.
    assert len(sm.list_devices(**fleet)["DeviceSummaries"]) == 2
    sm.deregister_devices(**fleet, DeviceNames=["east", "west"])
    sm.delete_device_fleet(**fleet)


def test_deployment_plans_are_sorted_by_their_fleets(sm: Any) -> None:
    for plan, fleet in (("plan-1", "vans"), ("plan-2", "bikes"), ("plan-3", "trucks")):
        sm.create_device_fleet(
            DeviceFleetName=fleet, OutputConfig={"S3OutputLocation": "s3://fleet"}
        )
        sm.create_edge_deployment_plan(
            EdgeDeploymentPlanName=plan,
            DeviceFleetName=fleet,
            ModelConfigs=[{"ModelHandle": "model", "EdgePackagingJobName": "job"}],
        )
    pages = sm.get_paginator("list_edge_deployment_plans").paginate(
        SortBy="DEVICE_FLEET_NAME", SortOrder="Ascending", PaginationConfig={"PageSize": 1}
    )
    fleets = [
        plan["DeviceFleetName"] for page in pages for plan in page["EdgeDeploymentPlanSummaries"]
    ]
    assert fleets == ["bikes", "trucks", "vans"]


def test_a_clusters_groups_have_no_nodes(sm: Any) -> None:
    group = {
        "InstanceGroupName": "workers",
        "InstanceType": "ml.g5.xlarge",
        "InstanceCount": 3,
        "LifeCycleConfig": {"SourceS3Uri": "s3://sagemaker-setup", "OnCreate": "setup.sh"},
        "ExecutionRole": ROLE,
    }
    sm.create_cluster(ClusterName="pod", InstanceGroups=[group])
    shown = sm.describe_cluster(ClusterName="pod")["InstanceGroups"][0]
    assert (shown["TargetCount"], shown["CurrentCount"]) == (3, 0)
    assert sm.list_cluster_nodes(ClusterName="pod")["ClusterNodeSummaries"] == []
    more = {**group, "InstanceGroupName": "more"}
    sm.update_cluster(ClusterName="pod", InstanceGroups=[more], InstanceGroupsToDelete=["workers"])
    shown = sm.describe_cluster(ClusterName="pod")["InstanceGroups"]
    assert [each["InstanceGroupName"] for each in shown] == ["more"]


def test_groups_that_are_added_at_once_are_all_kept(sm: Any) -> None:
    names = [f"group-{number}" for number in range(8)]
    group = {
        "InstanceCount": 1,
        "InstanceType": "ml.c5.large",
        "LifeCycleConfig": {"SourceS3Uri": "s3://sagemaker-x/y", "OnCreate": "on.sh"},
        "ExecutionRole": ROLE,
    }
    sm.create_cluster(ClusterName="shared")

    def add(name: str) -> None:
        sm.update_cluster(
            ClusterName="shared", InstanceGroups=[{**group, "InstanceGroupName": name}]
        )

    with ThreadPoolExecutor(len(names)) as threads:
        list(threads.map(add, names))
    shown = sm.describe_cluster(ClusterName="shared")["InstanceGroups"]
    assert sorted(each["InstanceGroupName"] for each in shown) == names


def test_an_oidc_secret_is_not_kept(sm: Any, api: Any) -> None:
    urls = ("Issuer", "AuthorizationEndpoint", "TokenEndpoint", "UserInfoEndpoint")
    config = dict.fromkeys((*urls, "LogoutEndpoint", "JwksUri"), "https://id.example.com/x")
    sm.create_workforce(
        WorkforceName="crowd",
        OidcConfig={**config, "ClientId": "me", "ClientSecret": "tell-nobody"},
    )
    assert (
        sm.describe_workforce(WorkforceName="crowd")["Workforce"]["OidcConfig"]["ClientId"] == "me"
    )
    files = [api.home.state, api.home.state.with_name(api.home.state.name + "-wal")]
    assert not any(b"tell-nobody" in each.read_bytes() for each in files if each.exists())


def test_the_service_catalog_portfolio_is_switched(sm: Any) -> None:
    assert sm.get_sagemaker_servicecatalog_portfolio_status()["Status"] == "Disabled"
    sm.enable_sagemaker_servicecatalog_portfolio()
    assert sm.get_sagemaker_servicecatalog_portfolio_status()["Status"] == "Enabled"
    sm.disable_sagemaker_servicecatalog_portfolio()
    assert sm.get_sagemaker_servicecatalog_portfolio_status()["Status"] == "Disabled"
