"""The first scrape of every new or changed target after a reload."""

from __future__ import annotations

import pytest

from gonogo.model.evidence import TargetHealth
from gonogo.model.replacing import replace
from gonogo.reload.loaded_comparison import FirstScrapes, new_or_changed
from tests.reload.test_comparison import AFTER, AT, BEFORE, target

OTHER = "scrape_configs: [{job_name: node, metrics_path: /other}]"


def instances(*, configuration: str | None = None, health: TargetHealth = TargetHealth.UP) -> list[str]:
    """Return the new or changed targets of two, of which one existed before."""
    before = replace(BEFORE, targets=(target("a:1", health),))
    now = replace(AFTER, targets=(target("a:1"), target("b:1")))
    now = now if configuration is None else replace(now, configuration=configuration)
    return [one.labels["instance"] for one in new_or_changed(before, now)]


def test_a_target_that_did_not_exist_before_is_new() -> None:
    """A target that was up before, in an unchanged job, is neither new nor changed."""
    assert instances() == ["b:1"]


@pytest.mark.parametrize("configuration", [OTHER, "scrape_configs: []", "a: ["])
def test_all_targets_of_a_job_with_another_configuration_are_changed(configuration: str) -> None:
    """Targets of an unreadable configuration also count as changed."""
    assert instances(configuration=configuration) == ["a:1", "b:1"]


def test_a_job_of_a_scrape_file_must_be_known_as_unchanged() -> None:
    """The server does not show the configuration of the job."""
    both = [replace(state, configuration="", targets=(target("a:1"),)) for state in (BEFORE, AFTER)]
    assert [*new_or_changed(both[0], both[1])] == [*both[1].targets]
    assert [*new_or_changed(both[0], both[1], frozenset({"node"}))] == []


@pytest.mark.parametrize("health", [TargetHealth.DOWN, TargetHealth.UNKNOWN])
def test_a_target_that_was_not_up_counts_as_changed(health: TargetHealth) -> None:
    """Rules did not read its samples before."""
    assert instances(health=health) == ["a:1", "b:1"]


def test_a_scrape_from_before_the_reload_does_not_count() -> None:
    """A target without a scrape does not count either."""
    old = replace(AFTER, targets=(target("b:1", at=AT), replace(target("c:1"), last_scrape=None)))
    assert FirstScrapes().seen(old, AT).latest(BEFORE, old) is None


def test_the_first_seen_scrape_of_each_target_counts() -> None:
    """The result is the target whose first scrape ended last."""
    first = replace(AFTER, targets=(replace(target("b:1", at=AT + 1), last_scrape_seconds=0.5),))
    then = replace(AFTER, targets=(target("b:1", at=AT + 9), target("c:1", at=AT + 2)))
    found = FirstScrapes().seen(first, AT).seen(then, AT).latest(BEFORE, then)
    assert found == (then.targets[1], AT + 2)
    assert FirstScrapes().seen(first, AT).seen(then, AT).latest(BEFORE, first) == (first.targets[0], AT + 1.5)
