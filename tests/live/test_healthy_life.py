"""Healthy life: restarts, deploys, nights and reloads leave the verdict alone, or make it HOLD for two intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from tests.fault_matrix.estate_stage import EstateStage
from tests.live import healthy_feeds as feeds
from tests.live import healthy_pair as pair
from tests.live import healthy_pods as pods
from tests.live import healthy_server as server
from tests.live.healthy_feeds import feeds_stage
from tests.live.healthy_pair import pair_stage
from tests.live.healthy_stage import FOR, GATES, INTERVAL, LOOK, Event, choose_policy, lived, pods_stage
from tests.waiting import crowded

pytestmark = pytest.mark.live


class Case(Struct, frozen=True):
    """An event of healthy life.

    Attributes:
        name: the name of the case.
        event: the event.
        without: the gates that the policy of the case does not have.
        hold: the longest HOLD in seconds. It is longer than two intervals only where ``why`` says why.
        why: the reason of a longer HOLD. A birth may last longer than the policy allows for anything else.
        marks: more marks: ``long`` for one more event of a kind, ``versions`` for an event that the server handles.
    """

    name: str
    event: Event
    without: AbstractSet[str] = frozenset()
    hold: float = 2 * INTERVAL
    why: str = ""
    marks: tuple[pytest.MarkDecorator, ...] = ()


RESTART = 5 + FOR + 2 * INTERVAL
NO_SCRAPE = "Prometheus scrapes nothing for up to 5 s after its start, and a condition with for then needs its window"
BIRTH = "a series or subject without history is gappy for its longest for, and counts neither for blind nor for unknown"
FAILURES = frozenset({"failures"})
LONG = (pytest.mark.long,)
VERSIONS = (pytest.mark.versions,)

PODS = (
    Case("rolling-restart", pods.rolling_restart, marks=VERSIONS),
    Case("rolling-outage", pods.rolling_outage, without=GATES.keys() - {"up", "depth"}),
    Case("one-restart", pods.one_restart, marks=LONG),
    Case("counters-reset", pods.counters_reset),
    Case("first-failures", pods.first_failures, without=FAILURES),
    Case("no-failures", pods.no_failures, without=FAILURES, marks=LONG),
    Case("deploy", pods.deploy, marks=VERSIONS),
    Case("two-deploys", pods.two_deploys, hold=2 * (FOR + INTERVAL), why=BIRTH, marks=LONG),
    Case("labelled", pods.labelled, hold=FOR + INTERVAL, why=BIRTH),
    Case("replaced", pods.replaced, marks=VERSIONS),
    Case("scaled-out", pods.scaled_out, marks=LONG),
    Case("scaled-in", pods.scaled_in),
    Case("new-subject", pods.new_subject, hold=FOR + 2 * INTERVAL, why=BIRTH),
    Case("moved", pods.moved),
    Case("renamed", pods.renamed, hold=FOR + 2 * INTERVAL, why=BIRTH),
)

QUIET = (
    Case("lost-scrape", pods.lost_scrape),
    Case("lost-scrapes", pods.lost_scrapes, marks=LONG),
    Case("jitter", pods.jitter),
    Case("slow", pods.slow, marks=LONG),
    Case("night", pods.night),
    Case("sparse", pods.sparse),
    Case("stamps-jitter", pods.stamps_jitter),
    Case("stamps-late", pods.stamps_late, marks=LONG),
    Case("stamps-ahead", pods.stamps_ahead, marks=LONG),
    Case("large", pods.large),
    Case("pending-alert", pods.pending_alert),
    Case("other-alert", pods.other_alert),
    Case("noise", pods.noise, marks=LONG),
    Case("at-the-bound", pods.at_the_bound, marks=LONG),
)

SERVER = (
    Case("reload", server.reload),
    Case("reloads", server.reloads, marks=LONG),
    Case("comment", server.comment),
    Case("more-rules", server.more_rules, marks=LONG),
    Case("one-more-rule", server.one_more_rule),
    Case("paused", server.paused),
    Case("restart", server.restart, hold=RESTART, why=NO_SCRAPE),
    Case("crash", server.crash, hold=RESTART, why=NO_SCRAPE, marks=VERSIONS),
    Case("zoned", server.zoned, hold=FOR + INTERVAL, why=BIRTH),
    Case("scraped-twice-as-often", server.scraped_twice_as_often),
)

FEEDS = (
    Case("churn", feeds.churn),
    Case("scaled", feeds.scaled, marks=LONG),
    Case("only-pod", feeds.only_pod, marks=VERSIONS),
    Case("lost-scrape", feeds.lost_scrape),
    Case("pushed-late", feeds.pushed_late),
    Case("pushed-by-two", feeds.pushed_by_two, marks=LONG),
    Case("gateway-restarted", feeds.gateway_restarted),
    Case("island-restarted", feeds.island_restarted, marks=VERSIONS),
    Case("island-paused", feeds.island_paused, marks=LONG),
    Case("receiver-restarted", feeds.receiver_restarted, hold=RESTART, why=NO_SCRAPE),
)

PAIR = (
    Case("nothing", pair.nothing, marks=LONG),
    Case("lost-scrape", pods.lost_scrape),
    Case("failures-late", pair.failures_late, without=FAILURES),
    Case("reloaded-in-turn", pair.reloaded_in_turn),
    Case("one-restarted", pair.one_restarted),
    Case("one-away", pair.one_away, marks=VERSIONS),
)

CASES = {"pods": PODS, "server": (*QUIET, *SERVER), "feeds": FEEDS, "pair": PAIR}
"""The cases by their stage. The last ones of the server change its configuration."""


class Worlds:
    """The stage of this process, started when a case first needs it, and stopped when a case needs another one."""

    def __init__(self, folder: Callable[[], Path]) -> None:
        """Take a function that makes a folder. Nothing runs yet."""
        self._folder = folder
        self._running: dict[str, EstateStage] = {}
        self._held = ExitStack()

    def of(self, group: str) -> Any:  # noqa: ANN401 - each event knows its stage
        """Return a stage of a group."""
        if group not in self._running:
            self.close()
            self._running[group] = self._held.enter_context(STAGES[group](self._folder()))
        return self._running[group]

    def close(self) -> None:
        """Stop the stage."""
        self._running.clear()
        self._held.close()


STAGES: Mapping[str, Callable[[Path], AbstractContextManager[EstateStage]]] = {
    "pods": pods_stage,
    "server": pods_stage,
    "feeds": feeds_stage,
    "pair": pair_stage,
}


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """Share stages among the cases of one process."""
    found = Worlds(lambda: tmp_path_factory.mktemp("healthy"))
    yield found
    found.close()


def _params(group: str, cases: tuple[Case, ...]) -> list[object]:
    marks = pytest.mark.xdist_group(f"healthy-{group}")
    return [pytest.param(group, case, id=f"{group}-{case.name}", marks=(marks, *case.marks)) for case in cases]


@pytest.mark.parametrize(
    ("group", "case"), [param for group, cases in CASES.items() for param in _params(group, cases)]
)
def test_healthy_life(group: str, case: Case, worlds: Worlds) -> None:
    """The verdict is GO before an event of healthy life. It is never NO-GO, HOLD only briefly, and then GO again."""
    place = worlds.of(group)
    choose_policy(place, case.without, case.hold if case.why == NO_SCRAPE else 2 * INTERVAL)
    place.until_go()
    life = lived(place, case.event)
    assert life.refusal() == "", life.text()
    assert life.longest_hold() <= case.hold + LOOK * crowded(), life.text()
