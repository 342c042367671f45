"""Which jobs may start: first come first served, fair by account and by parent."""

from __future__ import annotations

import os
from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count
from pathlib import Path

from jupyter_smkit.state.records import Identity, Record


@dataclass(frozen=True)
class Needs:
    """What a job takes of the machine while it runs."""

    cores: int = 1
    memory: int = 0
    """Bytes; 0: not counted."""
    gpus: int = 0
    alone: str = ""
    """Of the jobs that say the same here one runs at a time."""


@dataclass(frozen=True)
class Room:
    """What a machine has for jobs."""

    jobs: int
    cores: int
    memory: int
    gpus: int

    def less(self, needs: Needs) -> Room:
        return Room(
            self.jobs - 1,
            self.cores - needs.cores,
            self.memory - needs.memory,
            self.gpus - needs.gpus,
        )

    def holds(self, needs: Needs) -> bool:
        return (
            self.jobs > 0
            and self.cores >= needs.cores
            and (self.memory >= needs.memory or not needs.memory)
            and (self.gpus >= needs.gpus or not needs.gpus)
        )

    def capped(self, needs: Needs) -> Needs:
        """So that who asks for more than there is gets all, and does not wait for ever."""
        return Needs(
            min(needs.cores, self.cores),
            min(needs.memory, self.memory),
            min(needs.gpus, self.gpus),
            needs.alone,
        )


def machine(max_jobs: int = 0) -> Room:
    """This machine; ``max_jobs``: how many jobs at once, 0: one a core."""
    cores = os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    gpus = len(list(Path("/proc/driver/nvidia/gpus").glob("*")))
    return Room(max_jobs or cores, max(cores, max_jobs), memory, gpus)


@dataclass(frozen=True, order=True)
class Request:
    created: float
    identity: Identity
    family: tuple[str, str] = field(compare=False)
    """Account and parent."""
    needs: Needs = field(compare=False)


Turn = tuple[int, int, Request]
"""Cores that are held, when one was admitted last, and who is first: the smallest goes next."""


class Admission:
    """Who holds fewest cores goes next, first among accounts, then among an account's parents;
    of those that are equal who has waited longest for a turn, and then the oldest."""

    def __init__(self, room: Room | None = None) -> None:
        self.room = room or machine()
        self.moved = False
        """Whether the line differs from what it was when this was last made false."""
        self._running: dict[Identity, Request] = {}
        self._waiting: dict[Identity, Request] = {}
        self._lines: dict[str, dict[str, list[Request]]] = {}
        """By account and parent, the oldest first."""
        self._turns: dict[tuple[str, ...], int] = {}
        self._admitted = 0
        self._settled = True
        """Whether nothing has changed since all were admitted that there is room for."""

    def may_run(self, record: Record, needs: Needs) -> bool:
        """Whether the record's job was admitted; where it was not, it stands in line now."""
        made = self._request(record, needs)
        if self._running.get(record.identity) == made:
            return True
        if self._waiting.get(record.identity) != made:
            self.leave(record.identity)
            self._waiting[record.identity] = made
            insort(self._line_of(made), made)
            self.moved, self._settled = True, False
        return False

    def runs(self, record: Record, needs: Needs) -> None:
        """The record's job runs already, as after a restart of the daemon."""
        made = self._request(record, needs)
        if self._running.get(record.identity) != made:
            self.leave(record.identity)
            self._running[record.identity] = made

    def leave(self, identity: Identity) -> None:
        """The job has ended, or does not want to start any more."""
        if self._running.pop(identity, None):
            self._settled = False
        if request := self._waiting.get(identity):
            self._take_out(request)

    def admit(self) -> list[Identity]:
        """Those that may start now.

        Who does not fit keeps what is free of what it lacks: a job of many cores is not passed by
        small ones for ever, and one that waits for a GPU does not hold up those without.
        """
        if self._settled:
            return []
        self._settled = True
        room = self.room
        for request in self._running.values():
            room = room.less(request.needs)
        taken = {request.needs.alone for request in self._running.values()} - {""}
        admitted = []
        for request in self._in_turn():
            if room.jobs <= 0 or room.cores <= 0:
                break
            if request.needs.alone in taken:
                continue
            if room.holds(request.needs):
                admitted.append(request)
                taken |= {request.needs.alone} - {""}
            room = room.less(request.needs)
        for request in admitted:
            self._take_out(request)
            self._running[request.identity] = request
            self._admitted += 1
            account, parent = request.family
            self._turns[(account,)] = self._turns[account, parent] = self._admitted
        self._forget_turns()
        return [request.identity for request in admitted]

    def line(self) -> list[Identity]:
        """Those that wait, in the order in which they will start, as far as that is known."""
        return [request.identity for request in self._in_turn()]

    def _request(self, record: Record, needs: Needs) -> Request:
        family = (record.account, record.parent)
        return Request(record.created, record.identity, family, self.room.capped(needs))

    def _line_of(self, request: Request) -> list[Request]:
        account, parent = request.family
        return self._lines.setdefault(account, {}).setdefault(parent, [])

    def _take_out(self, request: Request) -> None:
        del self._waiting[request.identity]
        account, parent = request.family
        self._line_of(request).remove(request)
        if not self._lines[account][parent]:
            del self._lines[account][parent]
        if not self._lines[account]:
            del self._lines[account]
        self.moved = True

    def _forget_turns(self) -> None:
        there = {request.family for request in (*self._running.values(), *self._waiting.values())}
        known = there | {(account,) for account, _ in there}
        self._turns = {key: turn for key, turn in self._turns.items() if key in known}

    def _in_turn(self) -> Iterator[Request]:
        held: dict[tuple[str, ...], int] = {}
        for request in self._running.values():
            _add(held, request)
        turns = dict(self._turns)

        def turn(request: Request, *key: str) -> Turn:
            return held.get(key, 0), turns.get(key, 0), request

        parents = {
            account: [(turn(line[0], account, parent), parent) for parent, line in lines.items()]
            for account, lines in self._lines.items()
        }
        for found in parents.values():
            heapify(found)
        accounts = [(turn(each[0][0][2], name), name) for name, each in parents.items()]
        heapify(accounts)
        passed: dict[tuple[str, str], int] = {}
        for number in count(self._admitted + 1):
            if not accounts:
                return
            _, account = heappop(accounts)
            (_, _, request), parent = heappop(parents[account])
            yield request
            _add(held, request)
            turns[(account,)] = turns[account, parent] = number
            at = passed[account, parent] = passed.get((account, parent), 0) + 1
            line = self._lines[account][parent]
            if at < len(line):
                heappush(parents[account], (turn(line[at], account, parent), parent))
            if parents[account]:
                heappush(accounts, (turn(parents[account][0][0][2], account), account))


def _add(held: dict[tuple[str, ...], int], request: Request) -> None:
    account, parent = request.family
    for key in ((account,), (account, parent)):
        held[key] = held.get(key, 0) + request.needs.cores
