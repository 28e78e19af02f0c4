"""A reload on a real Prometheus waits for the evidence that its verdict needs, and names the right cause."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from gonogo.model.versions import release
from gonogo.programs.processes import HOST, port_of, prometheus, reserve_port
from gonogo.programs.server_process import RunningServer
from gonogo.reload.print import reload_json, reload_text
from gonogo.reload.result import Became, ReloadResult
from gonogo.reload.run import reload
from gonogo.reload.trigger import post_reload
from gonogo.server.api import formatted
from tests.live.reload_stage import CLIENT, LATER, Stage, stage
from tests.live.reload_yard import FAILS_LATER, Yard, told
from tests.waiting import await_true

pytestmark = [pytest.mark.live, pytest.mark.versions]

ANY_UP = """
groups:
  - name: any
    interval: 4s
    rules: [{alert: AnyUp, expr: up == 1, labels: {job: all, instance: all}}]
"""
"""One series with one target up, and an error with two: both get the same labels."""


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """Run a server over good files, in a policy's folder."""
    with stage(tmp_path / "live") as live:
        live.settled()
        yield Yard(tmp_path, live)


def job(name: str, address: str) -> str:
    """Write a job with one target."""
    return f"  - {{job_name: {name}, static_configs: [{{targets: ['{address}']}}]}}"


def test_a_rule_that_fails_as_soon_as_its_input_arrives_is_rolled_back(yard: Yard) -> None:
    """The rule is evaluated without error until the new job is scraped for the first time."""
    staged = yard.stage()
    staged.configure(job("second", yard.live.target))
    staged.rules(ANY_UP, "any.yml")
    result = reload(yard.request())
    assert result.became is Became.ROLLED_BACK, told(result)
    assert any("rule AnyUp" in reason and "the rule fails" in reason for reason in result.reasons), told(result)


LATE_INPUT = """
groups:
  - name: slow
    interval: 6s
    rules: [{record: 'a:one', expr: 'label_replace(up, "k", "x", "", "") or label_replace(up, "k", "y", "", "")'}]
  - name: fast
    interval: 3s
    rules: [{record: 'b:two', expr: 'up * on (job) a:one'}]
"""
"""The second group is evaluated well until the first one has made two series for each of its own."""


def test_a_rule_that_fails_as_soon_as_a_new_record_is_there_is_rolled_back(yard: Yard) -> None:
    """A record of another group is an input as well, and its group may be slower."""
    yard.stage().rules(LATE_INPUT, "late.yml")
    result = reload(yard.request(max_removed=1.0))
    assert result.became is Became.ROLLED_BACK, told(result)
    assert any("fast" in reason and "fail" in reason for reason in result.reasons), told(result)
    assert not any("not been evaluated" in reason for reason in result.reasons), told(result)


def test_a_rule_with_an_offset_is_verified_with_its_new_input(yard: Yard) -> None:
    """A group with a query offset, which Prometheus has since 2.53, does not see a new target at once."""
    if (release(yard.live.state().version or "") or (0, 0)) < (2, 53):
        assert "query_offset" in told(_late(yard)), "an older one refuses the key"
        return
    result = _late(yard)
    assert result.became is Became.ROLLED_BACK, told(result)


def _late(yard: Yard) -> ReloadResult:
    staged = yard.stage()
    staged.configure(job("second", yard.live.target))
    staged.rules(ANY_UP.replace("interval: 4s", "interval: 1s\n    query_offset: 6s"), "any.yml")
    return reload(yard.request())


def test_a_new_job_and_a_rule_that_reads_it_well_are_loaded(yard: Yard) -> None:
    """The same rule keeps two series apart by its label ``job``."""
    staged = yard.stage()
    staged.configure(job("second", yard.live.target))
    staged.rules(ANY_UP.replace("job: all, ", ""), "any.yml")
    result = reload(yard.request())
    assert (result.became, result.failing) == (Became.RELOADED, ()), told(result)


def test_a_first_reload_lists_the_rules_that_fail_already(yard: Yard) -> None:
    """Rules that failed before are no reason for a rollback. The answer and its JSON name the rules."""
    yard.live.rules(FAILS_LATER, "second.yml")
    post_reload(CLIENT, yard.live.server.url, LATER)
    await_true(lambda: any(state.last_error for group in yard.live.state().rules for state in group.rules))
    result = reload(yard.in_place())
    assert result.became is Became.RELOADED, told(result)
    (failing,) = result.failing
    assert failing.startswith("rule a:b of group ")
    assert "1 rule failed before the reload, and still fails" in result.detail
    assert failing in reload_text(result)
    assert json.loads(reload_json(result))["failing"] == [failing]


def test_an_expression_of_a_newer_version_is_compared_in_the_spelling_of_the_server(yard: Yard) -> None:
    """Duration expressions are read since 3.14, and the server spells them in another way.

    Older servers refuse them.
    """
    live = yard.live
    newer = "max_over_time(up[5m+1m])"
    spelled = formatted(CLIENT, live.server.url, newer)
    expected = release(live.state().version or "") or (0, 0)
    assert (spelled is not None) == (expected >= (3, 14))
    assert formatted(CLIENT, live.server.url, "sum( up )") == "sum(up)"
    expression = newer if spelled else "max_over_time( up[6m] )"
    assert spelled != newer
    yard.stage().rules(
        f"groups: [{{name: newer, rules: [{{record: 'job:up:max', expr: '{expression}'}}]}}]", "newer.yml"
    )
    result = reload(yard.request())
    assert result.became is Became.RELOADED, told(result)
    again = reload(yard.in_place())
    assert again.became is Became.UNCHANGED, told(again)


@pytest.fixture
def just_started(tmp_path: Path) -> Iterator[Yard]:
    """Run a server with a target that has been down all along, and give it no time to find that out."""
    with closing(reserve_port(0)) as free:
        dead = f"{HOST}:{port_of(free)}"

        def run(folder: Path, configuration: Path) -> AbstractContextManager[RunningServer]:
            text = configuration.read_text(encoding="utf-8")
            configuration.write_text(f"{text.rstrip()}\n{job('dead', dead)}\n", encoding="utf-8")
            return prometheus(folder, configuration)

        with stage(tmp_path / "live", run) as live:
            yield Yard(tmp_path, live)


def test_a_target_that_was_down_all_along_is_not_blamed_on_the_reload(just_started: Yard) -> None:
    """The snapshot waits until the discovery is through."""
    result = reload(just_started.in_place())
    assert result.became is Became.RELOADED, told(result)
    assert {target.pool for target in just_started.live.state().targets if target.last_error} == {"dead"}


def test_an_empty_discovery_of_alertmanagers_is_named_as_the_cause(yard: Yard) -> None:
    """The server has answered and loaded the files.

    The answer does not claim that the server's configuration is unknown.
    """
    live: Stage = yard.live
    live.configure(more="alerting: {alertmanagers: [{file_sd_configs: [{files: [am/*.json]}]}]}")
    post_reload(CLIENT, live.server.url, LATER)
    result = reload(yard.in_place())
    text = reload_text(result)
    assert result.became is Became.FAILED, told(result)
    assert "a discovery of Alertmanagers finds none" in result.detail
    assert "the server has loaded the files, but" in result.detail
    assert "no tree was proved before this first reload" in result.detail
    assert not any(words in text.lower() for words in ("nobody knows", "not known", "refuses"))
