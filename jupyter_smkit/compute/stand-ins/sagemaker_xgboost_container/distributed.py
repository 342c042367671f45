"""Training on several hosts, of which a job here has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def wait_hostname_resolution(sm_hosts: Sequence[str]) -> None:
    _one(sm_hosts)


def rabit_run(
    exec_fun: Callable[..., Any],
    args: Mapping[str, Any],
    include_in_training: bool,
    hosts: Sequence[str],
    current_host: str,
    first_port: int | None = None,
    second_port: int | None = None,
    max_connect_attempts: int | None = None,
    connect_retry_timeout: int = 3,
    update_rabit_args: bool = False,
) -> None:
    """``exec_fun`` on this host, which is the master."""
    _one(hosts)
    if include_in_training:
        exec_fun(**args, **({"is_master": True} if update_rabit_args else {}))


def _one(hosts: Sequence[str]) -> None:
    if len(hosts) > 1:
        raise NotImplementedError("smkit trains on one host")
