"""Faults of old answers: a proxy or a cache repeats what the server said earlier, while the system goes bad."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from gonogo.model.outcome import Reason
from gonogo.model.verdict import Verdict
from tests.fault_matrix.estate_stage import INSTANCES, EstateStage
from tests.fault_matrix.evidence_fault import evidence_fault
from tests.fault_matrix.evidence_stage import Enter, exported, valued
from tests.fault_matrix.fault import Fault
from tests.fault_matrix.reach_faults import dead
from tests.fault_matrix.watch_steps import watching
from tests.live.proxy import Passing, Replay

Chosen = Callable[[Passing], bool]
"""Tells whether an answer is repeated."""


def replay(
    name: str,
    mechanism: str,
    gate: str,
    enter: Enter,
    reason: Reason | None = Reason.UNREACHABLE,
    *,
    form: str = "watch",
    verdict: Verdict = Verdict.HOLD,
) -> Fault:
    """Make a fault of an answer that is repeated."""
    return evidence_fault(name, mechanism, gate, enter, reason, kind="replay", form=form, verdict=verdict)


def repeated(chosen: Chosen, bad: Enter) -> Enter:
    """Repeat the chosen answers of a moment when all was well, and let the system go bad."""

    @contextmanager
    def entered(place: EstateStage) -> Iterator[None]:
        old = Replay(chosen)
        healthy, place.proxy.spoil = place.proxy.spoil, old
        try:
            place.until_go()
            old.on = True
            with bad(place):
                yield
        finally:
            place.proxy.spoil = healthy

    return entered


def in_watch(enter: Enter) -> Enter:
    """Let the fault happen in the middle of a watch."""

    @contextmanager
    def entered(place: EstateStage) -> Iterator[None]:
        with watching(place), enter(place):
            yield

    return entered


SATURATED = exported(valued("app_saturation", 0.95), *INSTANCES)
CROWDED = exported(valued("app_queue", 50), *INSTANCES)


def everything(_: Passing) -> bool:
    """Choose every answer, the time included."""
    return True


def clock(passing: Passing) -> bool:
    """Choose the answer that has the server's time."""
    return "query=time()" in unquote(passing.path)


def samples(passing: Passing) -> bool:
    """Choose the answers of queries, except the time."""
    return passing.path.startswith("/api/v1/query") and not clock(passing)


@contextmanager
def weakened(place: EstateStage) -> Iterator[None]:
    """Let the server alone load a rule that gives a hundredth, and let the gauge under the rule go bad."""
    path = place.folder / "rules.yml"
    text = path.read_text(encoding="utf-8")

    def change(root: dict[str, Any]) -> None:
        rule = next(one for one in root["groups"][0]["rules"] if one["record"] == "app:saturation:max")
        rule["expr"] = f"({rule['expr']}) / 100"

    with SATURATED(place), place.changed("rules.yml", change):
        path.write_text(text, encoding="utf-8")
        yield


def listed(name: str) -> Chosen:
    """Choose the answers of one endpoint."""
    return lambda passing: passing.path.startswith(f"/api/v1/{name}")


FAULTS = (
    replay(
        "replayed-whole-over-violation",
        "in a watch every answer is repeated, the time included, while a gauge goes bad",
        "saturation",
        in_watch(repeated(everything, SATURATED)),
    ),
    replay(
        "replayed-whole-over-deaths",
        "in a watch every answer is repeated, the time included, while all instances die",
        "availability",
        in_watch(repeated(everything, dead(*INSTANCES))),
    ),
    replay(
        "replayed-whole-over-nothing",
        "in a watch every answer is repeated, the time included, while the system stays healthy",
        "errors",
        in_watch(repeated(everything, exported(str))),
    ),
    replay(
        "replayed-clock",
        "in a watch only the server's time is repeated",
        "queue",
        in_watch(repeated(clock, CROWDED)),
    ),
    replay(
        "replayed-all-but-the-clock",
        "every answer but the server's time is repeated",
        "saturation",
        repeated(lambda passing: not clock(passing), SATURATED),
        Reason.STALE,
        form="samples",
    ),
    replay(
        "replayed-samples",
        "the answers of all queries but the time are repeated",
        "queue",
        repeated(samples, CROWDED),
        Reason.STALE,
        form="samples",
    ),
    replay(
        "replayed-rules",
        "the list of the rules is repeated, while the server loads a weaker rule and the gauge goes bad",
        "saturation",
        repeated(listed("rules"), weakened),
        Reason.FOREIGN,
        form="rules",
        verdict=Verdict.NO_GO,
    ),
    replay(
        "replayed-targets-over-death",
        "the list of the targets is repeated, while an instance dies",
        "saturation",
        repeated(listed("targets"), dead("cart-2")),
        Reason.SOURCE_SILENT,
        form="targets",
        verdict=Verdict.NO_GO,
    ),
)
