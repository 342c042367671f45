from __future__ import annotations

import os
import socket
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import NoCredentialsError

from jupyter_smkit.client import hook, switch
from jupyter_smkit.client.hook import OtherSide
from jupyter_smkit.config import Home

if TYPE_CHECKING:
    from conftest import Server


@pytest.mark.parametrize("per_request", [True, False])
def test_a_client_goes_to_the_side_that_is_on(
    real_user: Server,
    smkit: Server,
    home: Home,
    per_request: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also with a botocore that knows no credentials for a single request."""
    monkeypatch.setattr(hook, "_PER_REQUEST", per_request)
    made_before = boto3.client("sagemaker")
    switch.switch_on(home, smkit.url)
    assert switch.side() == "local"
    boto3.setup_default_session()
    made_while_local = boto3.client("sagemaker")
    made_while_local.list_models()
    boto3.Session(profile_name="work").client("sagemaker").list_models()
    assert len(smkit.heads) == 2 and real_user.heads == []
    assert "/us-east-1/sagemaker/" in smkit.heads[0][2]["authorization"]

    switch.switch_off()
    assert switch.side() == "aws"
    boto3.setup_default_session()
    boto3.client("sagemaker").list_models()
    made_before.list_models()
    boto3.Session(profile_name="work").client("sagemaker").list_models()
    assert [head[2]["authorization"].split("/")[0][-11:] for head in real_user.heads] == [
        "AKIAREALKEY",
        "AKIAREALKEY",
        "AKIAWORKKEY",
    ]

    switch.switch_on(home, smkit.url)
    boto3.setup_default_session()
    boto3.client("sagemaker").list_models()
    assert len(smkit.heads) == 3 and len(real_user.heads) == 3
    assert "SMKIT" not in real_user.everything()
    assert "AKIA" not in smkit.everything()


def test_clients_made_before_the_switch_follow_it(
    clean: None, smkit: Server, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = boto3.client(
        "sts", region_name="eu-west-1", aws_access_key_id="AKIAREALKEY", aws_secret_access_key="x"
    )
    switch.switch_on(home, smkit.url)
    client.meta.events.register("after-call", lambda **_: None)
    with pytest.raises(Exception, match=r"invalid XML|parse"):
        client.get_caller_identity()
    assert "AKIA" not in smkit.everything() and len(smkit.heads) == 1


def test_a_client_made_while_local_takes_the_users_keys_to_aws(
    real_user: Server, smkit: Server, home: Home
) -> None:
    switch.switch_on(home, smkit.url)
    boto3.setup_default_session()
    client = boto3.client("sagemaker")
    sent: list[str] = []

    def stop_before_the_wire(request: object, **_: object) -> None:
        sent.append(request.url + str(request.headers["Authorization"]))  # type: ignore[attr-defined]
        raise ConnectionAbortedError

    client.meta.events.register_first("before-send", stop_before_the_wire)
    switch.switch_off()
    with pytest.raises(ConnectionAbortedError):
        client.list_models()
    assert sent[0].startswith("https://") and ".amazonaws.com/" in sent[0]
    assert "AKIAREALKEY" in sent[0] and "SMKIT" not in sent[0]


def test_without_credentials_aws_is_refused_as_ever(clean: None, smkit: Server, home: Home) -> None:
    switch.switch_on(home, smkit.url)
    boto3.setup_default_session()
    client = boto3.client("sagemaker")
    switch.switch_off()
    with pytest.raises(NoCredentialsError):
        client.list_models()


def test_smkits_key_and_address_stay_here(real_user: Server, smkit: Server, home: Home) -> None:
    switch.switch_on(home, smkit.url)
    key = os.environ["AWS_ACCESS_KEY_ID"]
    explicit_key = boto3.client("sagemaker", aws_access_key_id=key, aws_secret_access_key="s")
    explicit_address = boto3.client("sagemaker", endpoint_url=smkit.url)
    explicit_address.list_models()
    switch.switch_off()
    with pytest.raises(OtherSide, match="smkit's key"):
        explicit_key.list_models()
    with pytest.raises(OtherSide, match="smkit's address"):
        explicit_address.list_models()
    assert real_user.heads == [] and len(smkit.heads) == 1


def test_the_environment_comes_back(
    clean: None, smkit: Server, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    before = dict(os.environ)
    switch.switch_on(home, smkit.url)
    switch.switch_on(home, smkit.url)
    assert "AWS_PROFILE" not in os.environ
    assert os.environ["AWS_DEFAULT_REGION"] == "us-east-1"
    switch.switch_off()
    switch.switch_off()
    assert dict(os.environ) == before


def test_plain_http_follows_the_switch(
    real_user: Server, smkit: Server, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also on a connection that is open."""
    port = int(real_user.url.rpartition(":")[2])

    def resolve(host: str, *_: object, **__: object) -> list[Any]:
        assert host == "data.s3.amazonaws.com"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest: resolve(host) if "aws" in host else real(host, *rest),
    )
    monkeypatch.setattr(HTTPConnection, "endheaders", HTTPConnection.endheaders)
    switch.switch_on(home, smkit.url)
    switch.switch_off()
    connection = HTTPConnection("data.s3.amazonaws.com")
    connection.request("GET", "/k")
    connection.getresponse().read()
    assert len(real_user.heads) == 1 and "authorization" not in real_user.last()[2]

    switch.switch_on(home, smkit.url)
    connection.request("GET", "/k")
    connection.getresponse().read()
    connection.close()
    assert len(real_user.heads) == 1 and "SMKIT" in smkit.last()[2]["authorization"]
