from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def sm(api: Any) -> Any:
    return api.client("sagemaker", region="ca-central-1")


@pytest.fixture
def domain(sm: Any) -> str:
    made = sm.create_domain(DomainName="team", AuthMode="IAM", DefaultUserSettings={})
    return str(made["DomainId"])


def test_a_domain_stays_while_somebody_is_in_it(sm: Any, domain: str) -> None:
    where = {"DomainId": domain, "UserProfileName": "ada"}
    sm.create_user_profile(**where)
    app = {**where, "AppType": "JupyterLab", "AppName": "default"}
    sm.create_app(**app)
    assert sm.describe_app(**app)["Status"] == "InService"
    with pytest.raises(sm.exceptions.ResourceInUse):
        sm.delete_user_profile(**where)
    sm.delete_app(**app)
    with pytest.raises(sm.exceptions.ResourceInUse):
        sm.delete_domain(DomainId=domain)
    sm.delete_user_profile(**where)
    sm.delete_domain(DomainId=domain)
    with pytest.raises(sm.exceptions.ResourceNotFound):
        sm.describe_domain(DomainId=domain)


def test_user_profiles_are_listed_by_domain(sm: Any, domain: str) -> None:
    other = sm.create_domain(DomainName="other", AuthMode="IAM", DefaultUserSettings={})["DomainId"]
    for where in (domain, other):
        sm.create_user_profile(DomainId=where, UserProfileName="grace")
    found = sm.list_user_profiles(DomainIdEquals=domain)["UserProfiles"]
    assert [(each["DomainId"], each["UserProfileName"]) for each in found] == [(domain, "grace")]


def test_an_app_belongs_to_a_profile_or_a_space(sm: Any, domain: str) -> None:
    with pytest.raises(ClientError, match="Exactly one of UserProfileName and SpaceName"):
        sm.create_app(DomainId=domain, AppType="JupyterLab", AppName="default")
    with pytest.raises(ClientError, match="does not exist"):
        sm.create_app(DomainId=domain, SpaceName="no", AppType="JupyterLab", AppName="default")
    sm.create_space(DomainId=domain, SpaceName="shared")
    space_app = {"DomainId": domain, "SpaceName": "shared", "AppType": "JupyterLab"}
    sm.create_app(**space_app, AppName="default")
    with pytest.raises(sm.exceptions.ResourceInUse):
        sm.create_app(**space_app, AppName="default")


def test_settings_of_a_domain_are_merged(sm: Any, domain: str) -> None:
    role = "arn:aws:iam::123456789012:role/smkit"
    sm.update_domain(DomainId=domain, DefaultUserSettings={"ExecutionRole": role})
    sm.update_domain(DomainId=domain, DefaultUserSettings={"SecurityGroups": ["sg-1"]})
    shown = sm.describe_domain(DomainId=domain)["DefaultUserSettings"]
    assert shown == {"ExecutionRole": role, "SecurityGroups": ["sg-1"]}
