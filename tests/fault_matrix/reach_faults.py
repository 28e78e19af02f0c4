"""Faults of targets in a world of several services: what is down is a doubt of the service that it fed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from gonogo.model.outcome import Reason
from gonogo.model.verdict import Verdict
from tests.fault_matrix.estate_stage import EstateStage
from tests.fault_matrix.evidence_fault import evidence_fault
from tests.fault_matrix.evidence_stage import Enter, exported, sparing
from tests.fault_matrix.fault import Fault


def down(name: str, mechanism: str, gate: str, enter: Enter, reason: Reason | None = Reason.SOURCE_DOWN) -> Fault:
    """Make a fault of a target that cannot be scraped. The gate on ``up`` is violated with each."""
    form = "up" if reason is None else "gauge"
    return evidence_fault(name, mechanism, gate, enter, reason, kind="down", form=form, verdict=Verdict.NO_GO)


def dead(*names: str) -> Enter:
    """Kill instances."""

    @contextmanager
    def entered(place: EstateStage) -> Iterator[None]:
        with ExitStack() as held:
            for name in names:
                place.exporters[name].alive = False
                held.callback(setattr, place.exporters[name], "alive", True)
            yield

    return entered


def undiscovered(*names: str) -> Enter:
    """Lose instances from the configuration, as a discovery of services does."""

    def change(root: dict[str, Any]) -> None:
        for job in root["scrape_configs"]:
            job["static_configs"] = [one for one in job["static_configs"] if one["labels"]["instance"] not in names]

    return lambda place: place.changed("prometheus.yml", change)


def garbled(*names: str) -> Enter:
    """Let instances export what is no metric."""
    return exported(lambda text: f"{text}what is this?\n", *names)


FAULTS = (
    down(
        "dead-instance-violates-up",
        "an instance dies, and a gate asks for `avg(up) >= 1`",
        "availability",
        sparing("pay", dead("cart-1")),
        None,
    ),
    down(
        "dead-service-violates-up",
        "both instances of a service die, and a gate asks for `avg(up) >= 1`",
        "availability",
        sparing("cart", dead("pay-1", "pay-2")),
        None,
    ),
    down(
        "garbled-instance-violates-up",
        "an instance exports a line that is no metric; a gate asks for `avg(up) >= 1`",
        "availability",
        sparing("cart", garbled("pay-2")),
        None,
    ),
    down(
        "dead-under-max",
        "one of two instances under `max` dies; the other service stays GO",
        "saturation",
        sparing("pay", dead("cart-2")),
    ),
    down(
        "dead-under-sum",
        "one of two instances under `sum` dies; the other service stays GO",
        "queue",
        sparing("cart", dead("pay-1")),
    ),
    down(
        "dead-under-avg",
        "one of two instances under `avg` dies; the other service stays GO",
        "latency",
        sparing("cart", dead("pay-2")),
    ),
    down(
        "dead-under-ratio",
        "one of two instances under a ratio dies; the other service stays GO",
        "errors",
        sparing("pay", dead("cart-1")),
    ),
    down(
        "dead-under-policy-expression",
        "one of two instances under a policy's expression dies",
        "worst",
        sparing("pay", dead("cart-1")),
    ),
    down(
        "dead-below-asked-share",
        "one of two instances dies, and `signals.x.sources` asks for 90 %",
        "backlog",
        sparing("cart", dead("pay-2")),
    ),
    down(
        "garbled-under-sum",
        "one of two instances under `sum` exports a line that is no metric",
        "queue",
        sparing("pay", garbled("cart-2")),
    ),
    evidence_fault(
        "undiscovered-instance-violates-count",
        "the discovery of services loses an instance, and a gate asks for `count(up == 1) >= 2`",
        "instances",
        sparing("pay", undiscovered("cart-2")),
        None,
        kind="discovery",
        form="up",
        verdict=Verdict.NO_GO,
    ),
    evidence_fault(
        "undiscovered-service",
        "the discovery of services loses both instances of a service, or somebody took it away on purpose",
        "saturation",
        sparing("cart", undiscovered("pay-1", "pay-2")),
        Reason.STALE,
        kind="discovery",
        form="gauge",
    ),
)
