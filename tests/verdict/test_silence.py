"""A target that is up and exports a metric no more, on a real server."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from gonogo.model.evidence import TargetHealth
from gonogo.promql.selectors import Selector, selectors
from gonogo.server.api import server_time
from gonogo.server.status_api import targets
from gonogo.verdict.core.sources import Source, source_of
from gonogo.verdict.origins import Origins
from gonogo.verdict.silence import without_explained
from tests.evidence_builder import NOW, origin
from tests.fault_matrix.estate_stage import EstateStage, estate
from tests.verdict.node_scene import CLIENT, inquiry
from tests.waiting import await_true

SATURATION = 'app_saturation{metric_realm="prod"}'
FIFTH = 'app_requests_total{code="500"}'


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EstateStage]:
    """Start four instances of two services, and wait until a look into the past finds all."""
    with estate(tmp_path_factory.mktemp("silence")) as place:
        place.until_has("count(count_over_time(app_saturation[1d]) > 2) == 4")
        yield place


def all_of(*expressions: str) -> tuple[Selector, ...]:
    """Return the selectors of these expressions."""
    return tuple(selector for expression in expressions for selector in selectors(expression))


def gone(*texts: str, instance: str = "cart-1") -> Origins:
    """Return an instance that feeds these selectors no more."""
    return {text: (origin(None, job="app", instance=instance),) for text in texts}


def left(world: EstateStage, found: Origins, **most: int) -> set[tuple[str, Source]]:
    """Return the sources that are left, each with its selector."""
    up = frozenset(source_of(t.labels) for t in targets(CLIENT, world.server.url) if t.health is TargetHealth.UP)
    kept = without_explained(
        inquiry(world.server.url), found, all_of(*found), up, server_time(CLIENT, world.server.url), **most
    )
    return {(text, source_of(row.labels)) for text, rows in kept.items() for row in rows}


def test_without_a_target_that_is_up_no_question_is_sent() -> None:
    """A target that is down has another doubt. Too many targets count as silent."""
    found = gone("x")
    assert without_explained(inquiry(), found, all_of("x"), frozenset(), NOW) == found
    assert without_explained(inquiry(), found, all_of("x"), frozenset([("app", "cart-1")]), NOW, most=0) == found


@pytest.mark.live
@pytest.mark.xdist_group("silence")
def test_a_silent_target_is_left_and_one_that_speaks_is_not(world: EstateStage) -> None:
    """Another series of the same metric is speech: a queue that is gone, or an error that happened no more."""
    silent = {(SATURATION, ("app", "cart-1"))}
    with world.exporting("cart-1", lambda text: text.replace("app_saturation{", "other{")):
        world.until_has("count(app_saturation) == 3")
        assert left(world, gone(SATURATION)) == silent
        nameless = '{__name__=~"app_saturatio.*"}'
        assert left(world, gone(nameless)) == {(nameless, ("app", "cart-1"))}
    with world.exporting("cart-1", lambda text: text.replace('code="500"', 'code="503"')):
        world.until_has('count(app_requests_total{code="500"}) == 3')
        assert left(world, gone(FIFTH)) == set()
    world.until_has("count(app_saturation) == 4")


@pytest.mark.live
@pytest.mark.xdist_group("silence")
def test_a_restart_explains_a_silence(world: EstateStage) -> None:
    """The start of the process is later than the last sample."""

    def restarted(text: str) -> str:
        lines = [line for line in text.splitlines() if not line.startswith(("app_saturation", "process_start"))]
        return "\n".join((*lines, f"process_start_time_seconds {time.time():.3f}", ""))

    with world.exporting("pay-2", restarted):
        world.until_has("count(app_saturation) == 3")
        assert left(world, gone(SATURATION, instance="pay-2")) == set()
    world.until_has("count(app_saturation) == 4")


@pytest.mark.live
@pytest.mark.xdist_group("silence")
def test_without_the_start_of_the_process_a_gap_in_up_is_a_restart(world: EstateStage) -> None:
    """An exporter need not export when it started."""
    name = "pay-1"
    silent = {(SATURATION, ("app", name))}

    def mute(text: str) -> str:
        return "\n".join(line for line in text.splitlines() if line.startswith("app_queue")) + "\n"

    with world.exporting(name, mute):
        world.until_has("count(app_saturation) == 3")
        assert left(world, gone(SATURATION, instance=name)) == silent
        world.exporters[name].alive = False
        world.until_has(f'max_over_time(up{{instance="{name}"}}[4s]) == 0')
        world.exporters[name].alive = True
        await_true(lambda: left(world, gone(SATURATION, instance=name)) == set())
