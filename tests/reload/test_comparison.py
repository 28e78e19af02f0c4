"""The problems after a reload: each check refuses one fault, and accepts a good server."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gonogo.model.evidence import Target, TargetHealth
from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleHealth, RuleKind, RuleState
from gonogo.reload.compare.scrape_files import ScrapeFiles, read_scrape_files
from gonogo.reload.comparison import failing_rules, unmet
from gonogo.reload.contents import StagedConfiguration, StagedJob, staged
from gonogo.reload.loaded_comparison import SHOWN, LoadedComparison, Reload, Unmet, Verification
from gonogo.server.own_metrics import OwnMetrics
from gonogo.server.server_state import ServerState, Vitals

EVERY = timedelta(seconds=15)
AT = 1000.0
"""When the reload was a success."""

X = Rule(RuleKind.RECORD, "x", "sum(raw)")
GROUP = "r.yml;g"


def target(
    instance: str = "a:1", health: TargetHealth = TargetHealth.UP, job: str = "node", at: float = AT + 1
) -> Target:
    """Make a target of a job."""
    return Target({"job": "renamed", "instance": instance}, health, EVERY, "refused", at, job)


def group(**changes: Any) -> LoadedGroup:  # noqa: ANN401 - as dataclasses.replace takes them
    """Make the group of one rule, evaluated since; changes are of its state."""
    state: RuleState = replace(RuleState(X, RuleHealth.OK, evaluated_at=AT + 1), **changes)
    return LoadedGroup("g", EVERY, (state,), "r.yml")


STAGED = StagedConfiguration(
    "prometheus.yml", (StagedJob("node", EVERY, 1),), EVERY, (RuleGroup("g", (X,)),), 1, lambda _: ()
)
OLD = OwnMetrics(True, 900.0, 1.0, syncs={"node": 1.0})
ASKED = Vitals(1.0, "/srv", OLD)
NOW = Vitals(1.0, "/srv", replace(OLD, success_at=AT, syncs={"node": 2.0}))
BEFORE = ServerState(
    url="http://here",
    now=950.0,
    version="2.42.0",
    flags={"config.file": "p.yml"},
    vitals=ASKED,
    configuration="scrape_configs: [{job_name: node}]",
    rules=(group(evaluated_at=899.0),),
    pools=("node",),
    targets=(target(at=899.0),),
    alertmanagers=("http://am",),
    alerts=(),
)
AFTER = replace(BEFORE, vitals=NOW, rules=(group(),), targets=(target(),))
RELOAD = Reload(ASKED, NOW)


def metrics(**changes: Any) -> Vitals:  # noqa: ANN401 - as dataclasses.replace takes them
    """Make the vitals after the reload, changed."""
    return replace(NOW, metrics=replace(NOW.metrics, **changes))


def left(
    now: ServerState = AFTER,
    before: ServerState = BEFORE,
    wanted: StagedConfiguration = STAGED,
    reload: Reload = RELOAD,
) -> tuple[Unmet, ...]:
    """Say what is unmet."""
    return unmet(LoadedComparison(before, now, wanted, reload))


def one(
    now: ServerState = AFTER, before: ServerState = BEFORE, wanted: StagedConfiguration = STAGED
) -> tuple[Verification, bool]:
    """Give the check of the only thing that is unmet, and whether it is final."""
    (found,) = left(now, before, wanted)
    assert all((found.what, found.where, found.why, found.next_step))
    return found.check, found.final


def test_a_good_server_leaves_nothing_unmet() -> None:
    """A good server has no problem."""
    assert left() == ()


def test_another_process_is_unmet() -> None:
    """The reload of another process is not gonogo's, so the search for another actor is left out."""
    assert one(replace(AFTER, vitals=replace(NOW, born=7.0))) == (Verification.PROCESS, True)


def test_a_failed_or_unseen_reload_is_unmet() -> None:
    """And then the last success is not ours either."""
    assert one(replace(AFTER, vitals=metrics(successful=False))) == (Verification.RESULT, True)
    found = left(replace(AFTER, vitals=metrics(success_at=900.0)))
    assert [(each.check, each.final) for each in found] == [(Verification.RESULT, False), (Verification.ALONE, True)]


def test_the_reload_of_somebody_else_is_unmet() -> None:
    """The loaded files do not matter."""
    assert one(replace(AFTER, vitals=metrics(success_at=AT + 0.5))) == (Verification.ALONE, True)


def test_another_configuration_is_unmet() -> None:
    """The first differences are listed, the others counted."""
    wanted = replace(STAGED, differs=lambda text: [f"{text} {number}" for number in range(SHOWN + 2)])
    assert one(wanted=wanted) == (Verification.CONFIGURATION, True)
    assert left(wanted=wanted)[0].why.endswith(f"{SHOWN - 1}; and 2 more")
    assert "/srv/p.yml there is prometheus.yml here" in left(wanted=wanted)[0].next_step


def test_other_rules_are_unmet() -> None:
    """More, fewer, others; a group's own interval counts."""
    assert one(wanted=replace(STAGED, rules=())) == (Verification.RULES, True)
    assert one(wanted=replace(STAGED, evaluation_interval=EVERY * 2)) == (Verification.RULES, True)
    assert one(replace(AFTER, rules=())) == (Verification.RULES, True)


@pytest.mark.parametrize("at", [None, AT - 1, AT])
def test_a_rule_that_was_not_evaluated_since_is_unmet(at: float | None) -> None:
    """The rule may still be evaluated."""
    assert one(replace(AFTER, rules=(group(evaluated_at=at),))) == (Verification.EVALUATION, False)


def test_a_failing_rule_is_unmet_unless_it_failed_before() -> None:
    """With the server's reason, or that it gave none."""
    failing = replace(AFTER, rules=(group(health=RuleHealth.ERROR, last_error="many-to-many"),))
    assert one(failing) == (Verification.HEALTH, False)
    assert left(failing)[0].why == "many-to-many"
    assert "not say why" in left(replace(AFTER, rules=(group(health=RuleHealth.ERROR),)))[0].why
    assert left(failing, replace(BEFORE, rules=failing.rules)) == ()


@pytest.mark.parametrize(
    ("changes", "unmet_checks"),
    [
        ({"last_error": 'found 3 duplicates: [{a="2"}]'}, []),
        ({"last_error": 'found 2 samples: [{a="1"}]'}, [Verification.HEALTH]),
        ({"rule": replace(X, expression="sum(other)")}, [Verification.RULES, Verification.HEALTH]),
    ],
)
def test_a_rule_that_failed_before_must_fail_for_the_same_reason(
    changes: dict[str, Any], unmet_checks: list[Verification]
) -> None:
    """The same expression, and the same error but for series and numbers in it."""
    failing = group(health=RuleHealth.ERROR, last_error='found 2 duplicates: [{a="1"}]')
    (state,) = failing.rules
    now = replace(failing, rules=(replace(state, **changes),))
    found = left(replace(AFTER, rules=(now,)), replace(BEFORE, rules=(failing,)))
    assert [each.check for each in found] == unmet_checks


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"evaluations_failed": {GROUP: 1.0}}, f"group {GROUP}"),
        ({"iterations_missed": {GROUP: 1.0}}, f"group {GROUP}"),
        ({"pools_failed": 1.0}, "http://here"),
        ({"pool_reloads_failed": 1.0}, "http://here"),
    ],
)
def test_a_new_failure_is_unmet(changes: dict[str, Any], where: str) -> None:
    """The failure is final, because counters do not fall."""
    now = replace(AFTER, vitals=metrics(**changes))
    assert one(now) == (Verification.FAILURES, True)
    assert (left(now)[0].where, left(now)[0].why) == (where, "1 more than before")


def test_failures_of_before_may_go_on() -> None:
    """Of a rule that failed, a group that was too slow, a job that had no pool."""
    counted = {"evaluations_failed": {GROUP: 9.0}, "iterations_missed": {GROUP: 9.0}, "pools_failed": 9.0}
    asked = replace(ASKED, metrics=replace(OLD, iterations_missed={GROUP: 1.0}))
    before = replace(
        BEFORE,
        rules=(group(health=RuleHealth.ERROR),),
        configuration="scrape_configs: [{job_name: node}, {job_name: found}]",
    )
    assert left(replace(AFTER, vitals=metrics(**counted)), before, reload=Reload(asked, NOW)) == ()


@pytest.mark.parametrize(("took", "final"), [(14.0, False), (15.5, True)])
def test_a_server_that_stood_still_is_told_from_rules_that_are_too_slow(took: float, final: bool) -> None:  # noqa: FBT001 - pytest
    """Both miss evaluations, but only slow rules are caused by the reload."""
    shown = replace(group(), began_at=AT + 1, ended_at=AT + 1 + took)
    now = replace(AFTER, rules=(shown,), vitals=metrics(iterations_missed={GROUP: 1.0}))
    (found,) = left(now)
    assert (found.check, found.final, "do not take longer" in found.what) == (Verification.FAILURES, final, not final)


def test_evaluations_that_are_left_out_again_are_unmet_again() -> None:
    """After a look that showed some, too; a group that left some out before the reload is left alone."""
    shown = replace(group(evaluated_at=AT + 60), began_at=AT + 60, ended_at=AT + 61)
    once = replace(AFTER, now=AT + 50, rules=(shown,), vitals=metrics(iterations_missed={GROUP: 1.0}))
    again = replace(once, now=AT + 70, vitals=metrics(iterations_missed={GROUP: 2.0}))
    reload = replace(RELOAD, failing=once)
    assert [each.check for each in left(again, reload=reload)] == [Verification.FAILURES]
    assert left(once, reload=reload) == ()
    asked = replace(ASKED, metrics=replace(OLD, iterations_missed={GROUP: 1.0}))
    assert left(again, reload=Reload(asked, NOW, failing=once)) == ()


def test_a_rollback_counts_from_when_it_was_settled() -> None:
    """Until then the broken configuration went on failing."""
    now = metrics(evaluations_failed={GROUP: 1.0})
    assert left(replace(AFTER, vitals=now), reload=Reload(ASKED, now)) != ()
    assert left(replace(AFTER, vitals=now), reload=Reload(ASKED, now, is_rollback=True)) == ()


def test_a_job_without_a_pool_is_unmet() -> None:
    """A new one, and one that had a pool; but not one whose discovery had found nothing before."""
    secure = StagedJob("secure", EVERY, 0)
    wanted = replace(STAGED, jobs=(*STAGED.jobs, secure))
    assert one(wanted=wanted) == (Verification.JOBS, False)
    known = replace(BEFORE, configuration="scrape_configs: [{job_name: node}, {job_name: secure}]")
    assert one(before=known, wanted=wanted) == (Verification.JOBS, False)
    found = replace(STAGED, jobs=(*STAGED.jobs, replace(secure, targets=None)))
    assert one(wanted=found) == (Verification.JOBS, False)
    assert left(before=known, wanted=found) == ()
    assert one(before=replace(known, pools=()), wanted=found) == (Verification.JOBS, False)


def test_an_older_server_shows_its_jobs_by_their_targets() -> None:
    """A job without targets cannot be seen."""
    now = replace(AFTER, pools=None)
    empty, missing = (StagedJob("more", EVERY, number) for number in (0, None))
    assert left(now, wanted=replace(STAGED, jobs=(*STAGED.jobs, empty))) == ()
    assert one(now, wanted=replace(STAGED, jobs=(*STAGED.jobs, missing))) == (Verification.JOBS, False)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (target("b:1", TargetHealth.UNKNOWN), "has not been scraped since"),
        (target("b:1", TargetHealth.UP, at=AT), "has not been scraped since"),
        (replace(target("b:1"), last_scrape=None), "has not been scraped since"),
        (target("b:1", TargetHealth.DOWN), "refused"),
        (replace(target("b:1", TargetHealth.DOWN), last_error=""), "not say why"),
        (target("b:1", job="gone"), "not in the new configuration"),
    ],
)
def test_a_target_that_is_not_up_is_unmet(found: Target, words: str) -> None:
    """Each with its reason; it may still come up, or go."""
    now = replace(AFTER, targets=(target(), found))
    assert one(now) == (Verification.TARGETS, False)
    assert words in left(now)[0].why


def test_a_target_that_was_down_may_stay_so() -> None:
    """The reload did not cause that. A target that was up must be up."""
    down = target("b:1", TargetHealth.DOWN)
    both = replace(AFTER, targets=(target(), down))
    assert left(both, replace(BEFORE, targets=(target(at=1.0), replace(down, last_scrape=1.0)))) == ()
    assert one(both, replace(BEFORE, targets=(target(at=1.0),))) == (Verification.TARGETS, False)


def test_fewer_targets_than_before_are_unmet_unless_the_configuration_names_fewer() -> None:
    """Of a discovery as many as before must be up."""
    before = replace(BEFORE, targets=(target(), target("b:1")))
    for number, expected in ((2, Verification.TARGETS), (None, Verification.TARGETS)):
        wanted = replace(STAGED, jobs=(StagedJob("node", EVERY, number),))
        assert one(before=before, wanted=wanted) == (expected, False)
    assert left(before=before) == ()


def test_targets_of_before_are_not_taken_for_the_new_ones() -> None:
    """A server shows the old ones for up to ten seconds after a reload; where it does not count, nothing is said."""
    assert one(replace(AFTER, vitals=metrics(syncs={"node": 1.0}))) == (Verification.TARGETS, False)
    assert left(replace(AFTER, vitals=metrics(syncs={}))) == ()


def test_a_new_pool_without_its_targets_is_unmet() -> None:
    """The server lists a new pool before its targets. A target that is down would not be seen."""
    more = StagedJob("more", EVERY, 1)
    wanted = replace(STAGED, jobs=(*STAGED.jobs, more))
    early = replace(AFTER, pools=("node", "more"))
    assert one(early, wanted=wanted) == (Verification.TARGETS, False)
    discovered = replace(STAGED, jobs=(*STAGED.jobs, replace(more, targets=None)))
    assert left(early, wanted=discovered) == (), "a discovery may find nothing"


def test_missing_alertmanagers_are_unmet() -> None:
    """As many as the configuration names."""
    assert one(replace(AFTER, alertmanagers=())) == (Verification.ALERTMANAGERS, False)


def test_an_empty_discovery_of_alertmanagers_is_the_cause() -> None:
    """Otherwise the reason would speak of the server."""
    now = replace(AFTER, alertmanagers=())
    (found,) = left(now, wanted=replace(STAGED, discoveries=1))
    assert found.what == "alerts do not go to every Alertmanager, since a discovery of Alertmanagers finds none"
    assert "0 Alertmanagers are active, and at least 1 are due; 1 of them by discovery" in found.why
    (fixed,) = left(now)
    assert "discovery" not in str(fixed)


def test_failing_rules_are_listed_with_the_words_of_the_server() -> None:
    """Each in one line; those that did not fail before are kept apart."""
    failing = replace(AFTER, rules=(group(health=RuleHealth.ERROR, last_error="many-to-many"), group()))
    assert failing_rules(failing, failing) == (("rule x of group r.yml;g: many-to-many",), ())
    assert failing_rules(BEFORE, failing) == ((), ("rule x of group r.yml;g: many-to-many",))
    untold = replace(AFTER, rules=(group(health=RuleHealth.ERROR),))
    assert failing_rules(failing, untold) == (("rule x of group r.yml;g: the server does not say why",), ())


def test_what_only_waits_is_left_out_once_anything_is_final() -> None:
    """Waiting would not help any more."""
    now = replace(AFTER, rules=(group(evaluated_at=AT),), targets=(target(at=AT),), vitals=replace(NOW, born=7.0))
    assert [each.check for each in left(now)] == [Verification.PROCESS]
    assert [each.check for each in left(replace(now, vitals=NOW))] == [Verification.EVALUATION, Verification.TARGETS]


def test_an_unmet_thing_is_one_line() -> None:
    """The line has the place, the problem, the cause and the next step."""
    assert str(Unmet(Verification.JOBS, "what", "where", "why", "next")) == "where: what: why (next)"


API = "scrape_configs: [{job_name: api, %s}]"
PLAIN = {"__address__": "a:1", "job": "api", "__scheme__": "http", "__metrics_path__": "/metrics"}
SEEN = {**PLAIN, "__scrape_interval__": "1m", "__scrape_timeout__": "10s"}


def with_file(text: str) -> StagedConfiguration:
    """Stage a job in a scrape file beside the job in the configuration."""
    return staged(BEFORE.configuration, "p.yml", (RuleGroup("g", (X,), EVERY),), lambda _: (), scrape_files(text))


def scrape_files(text: str) -> ScrapeFiles:
    """Read a scrape file with one job."""
    files = read_scrape_files("", {"a.yml": API % text})
    assert not files.unreadable
    return files


def test_a_pool_of_a_job_that_is_in_no_file_is_unmet() -> None:
    """The server may have another scrape file than the staged one."""
    assert one(replace(AFTER, pools=("node", "strange"))) == (Verification.JOBS, False)
    assert left(replace(AFTER, pools=None)) == ()


def test_targets_that_are_not_as_in_a_scrape_file_are_unmet() -> None:
    """A job of a scrape file has its pool, and exactly its targets."""
    wanted = with_file("static_configs: [{targets: ['a:1']}]")
    seen = replace(target(job="api"), discovered=SEEN)
    synced = metrics(syncs={"node": 2.0, "api": 1.0})
    now = replace(AFTER, vitals=synced, pools=("node", "api"), targets=(target(), seen))
    assert left(now, wanted=wanted) == ()
    other = replace(now, targets=(target(), replace(seen, discovered={**SEEN, "team": "x"})))
    assert one(other, wanted=wanted) == (Verification.TARGETS, False)
    assert left(other, wanted=wanted)[0].why.startswith("target a:1 of job api is not as in a.yml: team")
    assert {each.check for each in left(wanted=wanted)} == {Verification.JOBS, Verification.TARGETS}


def test_a_job_of_a_scrape_file_whose_discovery_failed_before_needs_no_pool() -> None:
    """As one of the configuration itself; without the files before, nobody knows that it failed."""
    wanted = with_file("dns_sd_configs: [{names: [a]}]")
    assert one(wanted=wanted) == (Verification.JOBS, False)
    assert left(wanted=replace(wanted, had_files=wanted.files)) == ()


def test_a_job_of_a_scrape_file_that_may_drop_targets_tells_no_number() -> None:
    """Discoveries and relabelling; else each address counts once."""
    for text, count in (
        ("static_configs: [{targets: [a, a, b]}]", 2),
        ("relabel_configs: [{action: drop}], static_configs: [{targets: [a]}]", None),
        ("dns_sd_configs: [{names: [a]}]", None),
    ):
        (_, found) = with_file(text).jobs
        assert (found.name, found.targets, found.interval) == ("api", count, timedelta(minutes=1))
