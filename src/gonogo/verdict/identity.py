"""Finds out whether one server answers at each address, or several take turns behind it.

Each question has its own connection, so a load balancer in front of two replicas spreads the questions of one verdict
over both: the rules come from one, the samples from the other. Each part may be healthy, and together they prove
nothing. The time at which its process started distinguishes a server from every other. Each address is asked for that
time before, between and after the other questions, and one different answer is enough.

A reading in which the server restarts is refused as well, because two processes answered.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from gonogo.model.evidence import Unread
from gonogo.policy.server import Server
from gonogo.server.envelope import asked
from gonogo.server.http import Client
from gonogo.server.no_answer import URL_KEY
from gonogo.server.status_api import process_start
from gonogo.stopping import outcome

QUESTION = "the question which server this is"

AT_A_TIME = 3
"""The number of times that each address is asked before, between and after the other questions.

Of two replicas that are chosen at random, the same one gives all nine answers in one of 256 readings. Of replicas that
take turns, the last three questions meet several, because nothing else is asked beside them.
"""


Starts = tuple[float | None, ...]
"""Starts of processes in unix seconds; ``None`` if a server does not say its own."""


@dataclass(slots=True)
class Identities:
    """The questions of one reading about the identity of the servers, and their answers."""

    client: Client
    server: Server
    _answers: list[tuple[str, Future[Starts | Unread]]] = field(default_factory=list)

    def ask(self) -> None:
        """Ask each address in the background, unless the answers so far leave a doubt already."""
        if self.doubt() is not None:
            return
        for url, key in self._addresses().items():
            self._answers.append((url, asked(QUESTION, partial(_starts, self.client, url), key)))

    def doubt(self) -> Unread | None:
        """Wait for the answers, and return why they are not those of one server; ``None`` if they are."""
        started: dict[str, set[float | None]] = {}
        for url, answer in self._answers:
            found = outcome(answer)
            if isinstance(found, Unread):
                return found
            started.setdefault(url, set()).update(found)
        return next((_several(url, times) for url, times in started.items() if len(times) > 1), None)

    def start(self, url: str) -> float | None:
        """Return the start of the server at an address, by its first answer; ``None`` if it is not known."""
        found = next((outcome(answer) for at, answer in self._answers if at == url), Unread(QUESTION, "not asked"))
        return None if isinstance(found, Unread) else found[0]

    def _addresses(self) -> dict[str, str]:
        """Return each address with the key of the policy that names it."""
        of = self.server
        named = {of.targets_url: "prometheus.targets_url", of.rules_url: "prometheus.rules_url"}
        return {**named, of.url: URL_KEY}


def _starts(client: Client, url: str) -> Starts:
    """Ask an address several times in a row, each time on a connection of its own."""
    return tuple([process_start(client, url) for _ in range(AT_A_TIME)])


def _several(url: str, started: set[float | None]) -> Unread:
    times = [f"one started at {_shown(time)}" for time in sorted(filter(None, started))]
    silent = ["one does not say when it started"] if None in started else []
    return Unread(
        QUESTION,
        f"several servers answer at {url}: {', '.join([*times, *silent])}",
        "name one of them, or put a querier that deduplicates (Thanos, Mimir) in front of them; "
        "if the server has just restarted, ask again",
    )


def _shown(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
