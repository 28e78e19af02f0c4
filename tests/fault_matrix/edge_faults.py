"""Faults of an agent that scrapes for the server: its link breaks, it dies, or what it scrapes does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from gonogo.model.outcome import Reason
from gonogo.model.verdict import Verdict
from tests.fault_matrix.edge_stage import EdgeStage
from tests.fault_matrix.evidence_fault import evidence_fault
from tests.fault_matrix.evidence_stage import Enter, dropped, exported, sparing, stuck
from tests.fault_matrix.fault import Fault
from tests.fault_matrix.reach_faults import dead


def edge(
    name: str,
    mechanism: str,
    gate: str,
    enter: Enter | Callable[[EdgeStage], AbstractContextManager[object]],
    reason: Reason,
    verdict: Verdict = Verdict.HOLD,
) -> Fault:
    """Make a fault of a world that an agent scrapes."""
    form = "up" if gate == "availability" else "gauge"
    return evidence_fault(name, mechanism, gate, enter, reason, kind="agent", form=form, verdict=verdict, stage="edge")


def broken(status: int) -> Callable[[EdgeStage], AbstractContextManager[object]]:
    """Answer the agent's writes with a status, and pass none on."""

    @contextmanager
    def entered(place: EdgeStage) -> Iterator[None]:
        place.link.broken = status
        try:
            yield
        finally:
            place.link.broken = None

    return entered


@contextmanager
def hanging(place: EdgeStage) -> Iterator[None]:
    """Answer no write of the agent."""
    place.link.hold.clear()
    try:
        yield
    finally:
        place.link.hold.set()


@contextmanager
def killed(place: EdgeStage) -> Iterator[None]:
    """Kill the agent, and start it again."""
    place.agent.kill()
    try:
        yield
    finally:
        place.agent.launch()


FAULTS = (
    edge(
        "agent-link-refuses-max",
        "the server's door answers the agent's writes with 503; a gauge under `max`",
        "saturation",
        broken(503),
        Reason.SOURCE_STALE,
    ),
    edge(
        "agent-link-refuses-ratio",
        "the server's door answers the agent's writes with 503; a ratio of rates",
        "errors",
        broken(503),
        Reason.SOURCE_STALE,
    ),
    edge(
        "agent-link-refuses-up",
        "the server's door answers the agent's writes with 503; a gate on `up`",
        "availability",
        broken(503),
        Reason.SOURCE_STALE,
    ),
    edge(
        "agent-link-swallows-sum",
        "a relay answers the agent's writes with 204 and loses them; a gauge under `sum`",
        "queue",
        broken(204),
        Reason.SOURCE_STALE,
    ),
    edge(
        "agent-link-swallows-raw",
        "a relay answers the agent's writes with 204 and loses them; a raw gauge",
        "leader",
        broken(204),
        Reason.SOURCE_STALE,
    ),
    edge(
        "agent-link-loses-avg",
        "a relay answers the agent's writes with 400, so the agent drops them; `avg`",
        "latency",
        broken(400),
        Reason.SOURCE_STALE,
    ),
    edge(
        "agent-link-hangs",
        "no write of the agent is answered; an expression of the policy",
        "worst",
        hanging,
        Reason.SOURCE_STALE,
    ),
    edge("agent-killed", "the agent is killed", "saturation", killed, Reason.UNREACHABLE),
    edge(
        "agent-target-silent",
        "an instance that an agent scrapes exports a gauge no more",
        "saturation",
        sparing("pay", exported(dropped("app_saturation"), "cart-2")),
        Reason.SOURCE_SILENT,
    ),
    edge(
        "agent-target-stuck",
        "the timestamps of a gauge that an agent scrapes stand still",
        "queue",
        sparing("cart", stuck("app_queue", "pay-1")),
        Reason.SOURCE_STALE,
    ),
    edge(
        "agent-target-dead",
        "an instance that an agent scrapes dies",
        "latency",
        sparing("pay", dead("cart-1")),
        Reason.SOURCE_DOWN,
        Verdict.NO_GO,
    ),
)
