"""The steps of a watch over a world: each is compared with the steps before, as a dry run does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gonogo.model.evidence import Evidence
from gonogo.model.replacing import replace
from gonogo.model.verdict import Report
from gonogo.verdict.core.questions import ASK_ALWAYS
from gonogo.verdict.core.watch import WatchStep, take_step, watched
from gonogo.verdict.decide import prepare, report_of
from gonogo.verdict.gather import gather, steady_seconds
from tests.fault_matrix.estate_stage import EstateStage


@contextmanager
def watching(place: EstateStage) -> Iterator[None]:
    """Judge the world by the steps of one watch, in place of a new ``decide`` each time. Begin and end with GO."""
    policy_file = place.policy_file()
    survey = prepare(replace(policy_file, policy=watched(policy_file.policy)), place.url, ASK_ALWAYS)
    before: WatchStep | None = None
    earlier: Evidence | None = None

    def look() -> Report:
        nonlocal before, earlier
        gathered = gather(survey, {}, earlier)
        earlier = gathered.evidence
        before = take_step(policy_file.policy, earlier, steady_seconds(), before, gathered.glance)
        return report_of(policy_file, survey, gathered, before.judgement)

    place.judge = look
    try:
        place.until_go()
        yield
        place.until_go()
    finally:
        place.judge = None
