"""InvokeEndpoint: who asks, which variant answers, and what the client gets."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import random
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from jupyter_smkit.api import sigv4
from jupyter_smkit.api.credentials import Credential, Credentials
from jupyter_smkit.api.errors import ApiError, BadSignature, code_for
from jupyter_smkit.gateway.demand import Ask, Demand, Key, Use
from jupyter_smkit.gateway.limits import checked_headers
from jupyter_smkit.gateway.metrics import Metrics
from jupyter_smkit.gateway.routes import Endpoint, Routes, Variant, choose
from jupyter_smkit.gateway.waiting import LineFull, Waiting
from jupyter_smkit.gateway.workers import NoWorker, WorkerEnded, Workers
from jupyter_smkit.http.server import Exchange
from jupyter_smkit.http.streams import BodyTooLarge
from jupyter_smkit.http.upstream import Response
from jupyter_smkit.serving.inference import MODEL_TIMEOUT

MAX_BODY = 6_291_456
PATH = re.compile(
    r"/endpoints/([^/?]+)/(invocations|invocations-response-stream|async-invocations)(?=\?|$)"
)
_OPERATIONS = {
    "invocations": "InvokeEndpoint",
    "invocations-response-stream": "InvokeEndpointWithResponseStream",
    "async-invocations": "InvokeEndpointAsync",
}
_PROCESS = str(uuid.uuid4())[:24].encode()
_COUNT = itertools.count(random.getrandbits(40))
"""Request ids are UUIDs: the process's own part, and a number."""
_TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container primary. Review the "
    "latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
)
_PATIENCE = 0.9
"""Of an invocation's time, the share in which it waits for a worker: its client, who waits about as
long as that, then hears why."""


class ValidationError(ApiError):
    code, status = "ValidationError", 400


class ServiceUnavailable(ApiError):
    code, status = "ServiceUnavailable", 503


class ModelError(ApiError):
    """The model answered with an error, or not at all."""

    code, status = "ModelError", 424

    def __init__(self, endpoint: Endpoint, variant: Variant, status: int, message: str) -> None:
        whose = "client" if 400 <= status < 500 else "server"
        super().__init__(
            f'Received {whose} error ({status}) from primary with message "{message}". '
            f"See the log {variant.log or variant.name} in account {endpoint.account} "
            "for more information."
        )
        self.members = {
            "OriginalStatusCode": status,
            "OriginalMessage": message,
            "LogStreamArn": endpoint.log_arn(variant),
            "Message": self.message,
        }


@dataclass
class Gateway:
    """Serves the endpoints in ``routes``."""

    routes: Routes
    credentials: Credentials
    metrics: Metrics = field(default_factory=Metrics)
    clock: Callable[[], float] = time.time
    """Unix seconds."""
    draw: Callable[[], float] = random.random
    """Uniform in [0, 1)."""
    model_timeout: float = MODEL_TIMEOUT
    """Seconds; ``sweep`` ends what takes longer."""
    demand: Demand = field(default_factory=Demand)
    ask: Ask = lambda key: False
    """Has the daemon start a variant's workers."""

    def __post_init__(self) -> None:
        self.workers = Workers(self.draw, MAX_BODY)
        self.waiting = Waiting(self.ask, self._worth_trying)

    def forget_unused(self) -> None:
        """What belongs to no route any more."""
        self.workers.keep(self.routes.workers())
        self.demand.keep(self.routes.variants())

    def sweep(self, now: float) -> None:
        """Ends invocations whose model takes too long; ``now`` is the loop's time."""
        self.workers.sweep(now)

    async def invoke(self, exchange: Exchange, name: str, verb: str) -> None:
        """Answers a request; ``PATH`` has found the endpoint's name and the verb in its target."""
        try:
            await self._invoke(exchange, name, verb)
        except ApiError as error:
            answer_error(exchange, error)

    async def _invoke(self, exchange: Exchange, name: str, verb: str) -> None:
        try:
            body = await exchange.whole(MAX_BODY)
        except BodyTooLarge:
            # Without its body the signature cannot be verified; whom it names is known.
            self._endpoint(name, *self._named_signer(exchange))
            raise _too_large() from None
        begun = time.perf_counter()
        signer = self._signer(exchange, body)
        endpoint = self._endpoint(name, *signer)
        if verb != "invocations":
            raise ValidationError(f"{_OPERATIONS[verb]}: not supported by smkit yet")
        headers = checked_headers(exchange.headers)
        target = exchange.headers.get("x-amzn-sagemaker-target-variant")
        variant = self._variant(endpoint, target)
        until = asyncio.get_running_loop().time() + self.model_timeout
        waited = False
        try:
            while True:
                use = self.demand.of(_key(endpoint, variant))
                use.used = self.clock()
                asked = time.perf_counter()
                try:
                    if waited or not use.queued:
                        answer, content = await self._ask(
                            endpoint, variant, use, headers, body, until
                        )
                        break
                except NoWorker:
                    pass
                await self._wait(endpoint, variant, use, len(body), until)
                waited = True
                endpoint = self._endpoint(name, *signer)
                variant = endpoint.variant(variant.name) or self._variant(endpoint, target)
        except ApiError as error:
            answered = time.perf_counter()
            if isinstance(error, ServiceUnavailable):
                asked = answered
            self._record(endpoint, variant, 500, begun, asked, answered)
            raise
        answered = time.perf_counter()
        if 200 <= answer.status < 300:
            _answer(exchange, variant, answer, content)
        self._record(endpoint, variant, answer.status, begun, asked, answered)
        if not exchange.started:
            text = content[:4096].decode(errors="replace")
            raise ModelError(endpoint, variant, answer.status, text)

    def _record(
        self,
        endpoint: Endpoint,
        variant: Variant,
        status: int,
        begun: float,
        asked: float,
        answered: float,
    ) -> None:
        """``begun``, ``asked`` and ``answered`` by the performance counter."""
        model = answered - asked
        overhead = time.perf_counter() - begun - model
        # The answer leaves when the loop's turn ends: it does not wait for the count.
        asyncio.get_running_loop().call_soon(
            self.metrics.record, endpoint, variant.name, status, model, overhead
        )

    def _endpoint(self, name: str, account: str, region: str) -> Endpoint:
        endpoint = self.routes.find((account, region, name))
        if endpoint is None:
            raise ValidationError(f"Endpoint {name} of account {account} not found.")
        return endpoint

    def _signer(self, exchange: Exchange, body: bytes) -> tuple[str, str]:
        """The account and region that the request is signed for."""
        request, found, credential, now = self._claimed(exchange)
        sigv4.verify(request, found, credential.secret, hashlib.sha256(body).hexdigest(), now)
        return credential.account, found.region

    def _named_signer(self, exchange: Exchange) -> tuple[str, str]:
        """As ``_signer``, unverified: good for what tells a stranger nothing of use."""
        _, found, credential, _ = self._claimed(exchange)
        return credential.account, found.region

    def _claimed(
        self, exchange: Exchange
    ) -> tuple[sigv4.Request, sigv4.Signature, Credential, float]:
        request = sigv4.Request(exchange.method, exchange.target, exchange.headers)
        found = sigv4.parse(request)
        now = self.clock()
        credential = self.credentials.get(found.access_key, now, found.token)
        if found.service != "sagemaker":
            raise BadSignature("Credential should be scoped to correct service: 'sagemaker'.")
        return request, found, credential, now

    def _variant(self, endpoint: Endpoint, target: str | None) -> Variant:
        if target is not None:
            named = endpoint.variant(target)
            if named is None:
                there = ", ".join(variant.name for variant in endpoint.variants)
                raise ValidationError(
                    f"Variant {target} of endpoint {endpoint.name} not found; there are: {there}."
                )
            return named
        chosen = choose(endpoint.variants, self.draw())
        if chosen is None:
            raise ValidationError(
                f"No variant of endpoint {endpoint.name} has a weight above 0; "
                "name one in TargetVariant, or set weights with UpdateEndpointWeightsAndCapacities."
            )
        return chosen

    async def _ask(
        self,
        endpoint: Endpoint,
        variant: Variant,
        use: Use,
        headers: bytes,
        body: bytes,
        until: float,
    ) -> tuple[Response, bytes]:
        """What a worker answers, and its body; raises NoWorker."""
        request = b"POST /invocations HTTP/1.1\r\nhost: model\r\n%bcontent-length: %d\r\n\r\n%b" % (
            headers,
            len(body),
            body,
        )
        use.in_flight += 1
        try:
            return await self.workers.ask(variant, request, until)
        except TimeoutError:
            raise ModelError(endpoint, variant, 0, _TIMED_OUT) from None
        except BodyTooLarge:
            message = f"the model's answer is longer than {MAX_BODY} bytes"
            raise ModelError(endpoint, variant, 500, message) from None
        except WorkerEnded:
            message = "the model's process ended while it worked on this request"
            raise ModelError(endpoint, variant, 500, message) from None
        finally:
            use.in_flight -= 1

    async def _wait(
        self, endpoint: Endpoint, variant: Variant, use: Use, size: int, until: float
    ) -> None:
        """For a worker of the variant, with ``size`` bytes to send it."""
        limit = until - (1 - _PATIENCE) * self.model_timeout
        what = f"variant {variant.name} of endpoint {endpoint.name}"
        try:
            await self.waiting.wait(_key(endpoint, variant), use, size, limit)
        except LineFull:
            raise ServiceUnavailable(
                f"{use.queued} invocations wait already for a worker of {what}. "
                f"Try again later, or see its log: {variant.log}"
            ) from None
        except TimeoutError:
            raise ServiceUnavailable(
                f"No worker of {what} answers at the moment; it is started again. "
                f"Try again, or see its log: {variant.log}"
            ) from None

    async def _worth_trying(self, key: Key) -> bool:
        """Whether a worker of the variant takes connections, or its routes have gone."""
        endpoint = self.routes.endpoints.get(key[:3])
        variant = endpoint and endpoint.variant(key[3])
        if not variant:
            return True
        return await self.workers.listen(variant)


def _key(endpoint: Endpoint, variant: Variant) -> Key:
    return (endpoint.account, endpoint.region, endpoint.name, variant.name)


def _too_large() -> ValidationError:
    return ValidationError(
        "1 validation error detected: Value at 'body' failed to satisfy constraint: Member must "
        f"have length less than or equal to {MAX_BODY}"
    )


def _answer(exchange: Exchange, variant: Variant, answer: Response, content: bytes) -> None:
    headers = [
        (b"x-amzn-requestid", _request_id()),
        (b"x-amzn-invoked-production-variant", variant.name.encode()),
        (b"content-type", answer.header(b"content-type") or b"application/octet-stream"),
    ]
    attributes = answer.header(b"x-amzn-sagemaker-custom-attributes")
    if attributes:
        headers.append((b"x-amzn-sagemaker-custom-attributes", attributes))
    exchange.answer(200, headers, content)


def _request_id() -> bytes:
    return b"%b%012x" % (_PROCESS, next(_COUNT))


def answer_error(exchange: Exchange, error: ApiError) -> None:
    body = error.members if "Message" in error.members else {"message": error.message}
    headers = (
        (b"x-amzn-requestid", _request_id()),
        (b"x-amzn-errortype", code_for(error, "rest-json").encode()),
        (b"content-type", b"application/json"),
    )
    exchange.answer(error.status, headers, json.dumps(body).encode())
