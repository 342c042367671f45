"""Operations without processes: boto3's clients, answered by a dispatcher in this one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from jupyter_smkit.api.caller import Caller
from jupyter_smkit.api.dispatch import Dispatcher
from jupyter_smkit.api.registry import Registry, Services
from jupyter_smkit.api.sigv4 import Request
from jupyter_smkit.config import Home
from jupyter_smkit.objects.store import ObjectStore
from jupyter_smkit.state.engine import connect, url_of
from jupyter_smkit.state.lifecycle import Lifecycle
from jupyter_smkit.state.migrate import upgrade
from jupyter_smkit.state.records import State

ACCOUNT, REGION = "123456789012", "us-east-1"


@dataclass(frozen=True)
class Api:
    """The operations of some features over a home of their own; nothing reconciles its records."""

    dispatcher: Dispatcher

    @property
    def home(self) -> Home:
        return self.dispatcher.services.home

    @property
    def state(self) -> State:
        return self.dispatcher.services.state

    @property
    def objects(self) -> ObjectStore:
        return self.dispatcher.services.objects

    def client(self, service: str, region: str = REGION, **more: Any) -> Any:
        """A real boto3 client whose requests are parsed, validated and answered without a wire."""
        made = boto3.client(
            service,
            region_name=region,
            aws_access_key_id="A",
            aws_secret_access_key="B",
            config=Config(retries={"total_max_attempts": 1}, **more),
        )
        caller = Caller(ACCOUNT, region, "A")

        def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
            headers = {name.lower(): _text(value) for name, value in request.headers.items()}
            target = "/" + request.url.partition("://")[2].partition("/")[2]
            body = _bytes(request.body)
            found = self.dispatcher.answer(
                service, Request(request.method, target, headers), body, caller
            )
            response = AWSResponse(request.url, found.status, dict(found.headers), None)
            response._content = found.body
            return response

        made.meta.events.register("before-send", answer)
        return made


def over(path: Path, registry: Registry, lifecycles: dict[str, Lifecycle]) -> Api:
    home = Home(path)
    home.prepare()
    engine = connect(url_of(home))
    upgrade(engine)
    state = State(engine, time.time, lifecycles)
    return Api(Dispatcher(registry, Services(home, state, ObjectStore(home.objects), time.time)))


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else (body or "").encode()
