"""The problems after a reload: each check refuses one fault, and accepts a good server."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gonogo.model.evidence import Target, TargetHealth
from gonogo.model.replacing import replace
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


def group(**changes: Any) -> LoadedGroup:  # noqa: ANN401 - as replace takes them
    """Make the group of one rule that was evaluated after the reload. The changes are those of its state."""
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


def metrics(**changes: Any) -> Vitals:  # noqa: ANN401 - as replace takes them
    """Make the vitals after the reload, with these changes."""
    return replace(NOW, metrics=replace(NOW.metrics, **changes))


def problems(
    now: ServerState = AFTER,
    before: ServerState = BEFORE,
    wanted: StagedConfiguration = STAGED,
    reload: Reload = RELOAD,
) -> tuple[Unmet, ...]:
    """Return the problems."""
    return unmet(LoadedComparison(before, now, wanted, reload))


def only_problem(
    now: ServerState = AFTER, before: ServerState = BEFORE, wanted: StagedConfiguration = STAGED
) -> tuple[Verification, bool]:
    """Return the check of the only problem, and True if the problem is final."""
    (found,) = problems(now, before, wanted)
    assert all((found.what, found.where, found.why, found.next_step))
    return found.check, found.final


def test_a_good_server_has_no_problem() -> None:
    """Every check passes."""
    assert problems() == ()


def test_another_process_is_a_problem() -> None:
    """The reload of another process is not that of gonogo, so the check for another actor is left out."""
    assert only_problem(replace(AFTER, vitals=replace(NOW, born=7.0))) == (Verification.PROCESS, True)


def test_a_failed_or_unseen_reload_is_a_problem() -> None:
    """With an older last success, another program may have caused that success."""
    assert only_problem(replace(AFTER, vitals=metrics(successful=False))) == (Verification.RESULT, True)
    found = problems(replace(AFTER, vitals=metrics(success_at=900.0)))
    assert [(each.check, each.final) for each in found] == [(Verification.RESULT, False), (Verification.ALONE, True)]


def test_the_reload_of_another_actor_is_a_problem() -> None:
    """The loaded files do not matter."""
    assert only_problem(replace(AFTER, vitals=metrics(success_at=AT + 0.5))) == (Verification.ALONE, True)


def test_another_configuration_is_a_problem() -> None:
    """The first differences are listed, and the others are counted."""
    wanted = replace(STAGED, differs=lambda text: [f"{text} {number}" for number in range(SHOWN + 2)])
    assert only_problem(wanted=wanted) == (Verification.CONFIGURATION, True)
    assert problems(wanted=wanted)[0].why.endswith(f"{SHOWN - 1}; and 2 more")
    assert "/srv/p.yml there is prometheus.yml here" in problems(wanted=wanted)[0].next_step


def test_other_rules_are_a_problem() -> None:
    """Extra rules, missing rules and another evaluation interval are differences."""
    assert only_problem(wanted=replace(STAGED, rules=())) == (Verification.RULES, True)
    assert only_problem(wanted=replace(STAGED, evaluation_interval=EVERY * 2)) == (Verification.RULES, True)
    assert only_problem(replace(AFTER, rules=())) == (Verification.RULES, True)


@pytest.mark.parametrize("at", [None, AT - 1, AT])
def test_a_rule_without_evaluation_since_the_reload_is_a_problem(at: float | None) -> None:
    """The rule may still be evaluated, so the problem is not final."""
    assert only_problem(replace(AFTER, rules=(group(evaluated_at=at),))) == (Verification.EVALUATION, False)


def test_a_failing_rule_is_a_problem_unless_it_failed_before() -> None:
    """The problem has the reason of the server, or says that the server gave none."""
    failing = replace(AFTER, rules=(group(health=RuleHealth.ERROR, last_error="many-to-many"),))
    assert only_problem(failing) == (Verification.HEALTH, False)
    assert problems(failing)[0].why == "many-to-many"
    assert "not say why" in problems(replace(AFTER, rules=(group(health=RuleHealth.ERROR),)))[0].why
    assert problems(failing, replace(BEFORE, rules=failing.rules)) == ()


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
    """The expression must be the same. The error may differ only in series and numbers."""
    failing = group(health=RuleHealth.ERROR, last_error='found 2 duplicates: [{a="1"}]')
    (state,) = failing.rules
    now = replace(failing, rules=(replace(state, **changes),))
    found = problems(replace(AFTER, rules=(now,)), replace(BEFORE, rules=(failing,)))
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
def test_a_new_failure_is_a_problem(changes: dict[str, Any], where: str) -> None:
    """The failure is final, because counters do not fall."""
    now = replace(AFTER, vitals=metrics(**changes))
    assert only_problem(now) == (Verification.FAILURES, True)
    assert (problems(now)[0].where, problems(now)[0].why) == (where, "1 more than before")


def test_failures_from_before_the_reload_may_continue() -> None:
    """A rule failed, a group was too slow, or a job had no pool."""
    counted = {"evaluations_failed": {GROUP: 9.0}, "iterations_missed": {GROUP: 9.0}, "pools_failed": 9.0}
    asked = replace(ASKED, metrics=replace(OLD, iterations_missed={GROUP: 1.0}))
    before = replace(
        BEFORE,
        rules=(group(health=RuleHealth.ERROR),),
        configuration="scrape_configs: [{job_name: node}, {job_name: found}]",
    )
    assert problems(replace(AFTER, vitals=metrics(**counted)), before, reload=Reload(asked, NOW)) == ()


@pytest.mark.parametrize(("took", "final"), [(14.0, False), (15.5, True)])
def test_a_paused_server_is_not_mistaken_for_slow_rules(took: float, final: bool) -> None:  # noqa: FBT001 - pytest
    """A paused server misses evaluations too, but only slow rules are caused by the reload."""
    shown = replace(group(), began_at=AT + 1, ended_at=AT + 1 + took)
    now = replace(AFTER, rules=(shown,), vitals=metrics(iterations_missed={GROUP: 1.0}))
    (found,) = problems(now)
    assert (found.check, found.final, "do not take longer" in found.what) == (Verification.FAILURES, final, not final)


def test_evaluations_that_are_missed_again_are_a_problem_again() -> None:
    """The look before may have shown some missed evaluations.

    A group that missed evaluations before the reload is not checked.
    """
    shown = replace(group(evaluated_at=AT + 60), began_at=AT + 60, ended_at=AT + 61)
    once = replace(AFTER, now=AT + 50, rules=(shown,), vitals=metrics(iterations_missed={GROUP: 1.0}))
    again = replace(once, now=AT + 70, vitals=metrics(iterations_missed={GROUP: 2.0}))
    reload = replace(RELOAD, failing=once)
    assert [each.check for each in problems(again, reload=reload)] == [Verification.FAILURES]
    assert problems(once, reload=reload) == ()
    asked = replace(ASKED, metrics=replace(OLD, iterations_missed={GROUP: 1.0}))
    assert problems(again, reload=Reload(asked, NOW, failing=once)) == ()


def test_failures_of_a_rollback_count_from_its_settlement() -> None:
    """The broken configuration went on failing until then."""
    now = metrics(evaluations_failed={GROUP: 1.0})
    assert problems(replace(AFTER, vitals=now), reload=Reload(ASKED, now)) != ()
    assert problems(replace(AFTER, vitals=now), reload=Reload(ASKED, now, is_rollback=True)) == ()


def test_a_job_without_a_pool_is_a_problem() -> None:
    """A job whose discovery had found no target before may have no pool."""
    secure = StagedJob("secure", EVERY, 0)
    wanted = replace(STAGED, jobs=(*STAGED.jobs, secure))
    assert only_problem(wanted=wanted) == (Verification.JOBS, False)
    known = replace(BEFORE, configuration="scrape_configs: [{job_name: node}, {job_name: secure}]")
    assert only_problem(before=known, wanted=wanted) == (Verification.JOBS, False)
    found = replace(STAGED, jobs=(*STAGED.jobs, replace(secure, targets=None)))
    assert only_problem(wanted=found) == (Verification.JOBS, False)
    assert problems(before=known, wanted=found) == ()
    assert only_problem(before=replace(known, pools=()), wanted=found) == (Verification.JOBS, False)


def test_an_older_server_shows_its_jobs_by_their_targets() -> None:
    """An older server does not show a job without targets."""
    now = replace(AFTER, pools=None)
    empty, missing = (StagedJob("more", EVERY, number) for number in (0, None))
    assert problems(now, wanted=replace(STAGED, jobs=(*STAGED.jobs, empty))) == ()
    assert only_problem(now, wanted=replace(STAGED, jobs=(*STAGED.jobs, missing))) == (Verification.JOBS, False)


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
def test_a_target_that_is_not_up_is_a_problem(found: Target, words: str) -> None:
    """Each target has its reason. The target may still come up or go away, so the problem is not final."""
    now = replace(AFTER, targets=(target(), found))
    assert only_problem(now) == (Verification.TARGETS, False)
    assert words in problems(now)[0].why


def test_a_target_that_was_down_may_stay_down() -> None:
    """The reload did not cause that. A target that was up must be up."""
    down = target("b:1", TargetHealth.DOWN)
    both = replace(AFTER, targets=(target(), down))
    assert problems(both, replace(BEFORE, targets=(target(at=1.0), replace(down, last_scrape=1.0)))) == ()
    assert only_problem(both, replace(BEFORE, targets=(target(at=1.0),))) == (Verification.TARGETS, False)


def test_fewer_targets_than_before_are_a_problem() -> None:
    """A configuration that names fewer targets may have fewer. A discovery must have as many targets up as before."""
    before = replace(BEFORE, targets=(target(), target("b:1")))
    for number, expected in ((2, Verification.TARGETS), (None, Verification.TARGETS)):
        wanted = replace(STAGED, jobs=(StagedJob("node", EVERY, number),))
        assert only_problem(before=before, wanted=wanted) == (expected, False)
    assert problems(before=before) == ()


def test_targets_from_before_the_reload_do_not_count() -> None:
    """A server shows old targets for up to 10 s after a reload.

    A server without the counter of syncs is not checked.
    """
    assert only_problem(replace(AFTER, vitals=metrics(syncs={"node": 1.0}))) == (Verification.TARGETS, False)
    assert problems(replace(AFTER, vitals=metrics(syncs={}))) == ()


def test_a_new_pool_without_its_targets_is_a_problem() -> None:
    """The server lists a new pool before its targets. A target that is down would not be seen."""
    more = StagedJob("more", EVERY, 1)
    wanted = replace(STAGED, jobs=(*STAGED.jobs, more))
    early = replace(AFTER, pools=("node", "more"))
    assert only_problem(early, wanted=wanted) == (Verification.TARGETS, False)
    discovered = replace(STAGED, jobs=(*STAGED.jobs, replace(more, targets=None)))
    assert problems(early, wanted=discovered) == (), "a discovery may find nothing"


def test_missing_alertmanagers_are_a_problem() -> None:
    """The server needs as many as the configuration names."""
    assert only_problem(replace(AFTER, alertmanagers=())) == (Verification.ALERTMANAGERS, False)


def test_an_empty_discovery_of_alertmanagers_is_the_cause() -> None:
    """Otherwise the reason would speak of the server."""
    now = replace(AFTER, alertmanagers=())
    (found,) = problems(now, wanted=replace(STAGED, discoveries=1))
    assert found.what == "alerts do not go to every Alertmanager, since a discovery of Alertmanagers finds none"
    assert "0 Alertmanagers are active, and at least 1 are due; 1 of them by discovery" in found.why
    (fixed,) = problems(now)
    assert "discovery" not in str(fixed)


def test_failing_rules_are_listed_with_the_error_of_the_server() -> None:
    """Each rule has one line. Rules that did not fail before have a list of their own."""
    failing = replace(AFTER, rules=(group(health=RuleHealth.ERROR, last_error="many-to-many"), group()))
    assert failing_rules(failing, failing) == (("rule x of group r.yml;g: many-to-many",), ())
    assert failing_rules(BEFORE, failing) == ((), ("rule x of group r.yml;g: many-to-many",))
    untold = replace(AFTER, rules=(group(health=RuleHealth.ERROR),))
    assert failing_rules(failing, untold) == (("rule x of group r.yml;g: the server does not say why",), ())


def test_a_final_problem_hides_those_that_could_still_pass() -> None:
    """Waiting would not help any more."""
    now = replace(AFTER, rules=(group(evaluated_at=AT),), targets=(target(at=AT),), vitals=replace(NOW, born=7.0))
    assert [each.check for each in problems(now)] == [Verification.PROCESS]
    assert [each.check for each in problems(replace(now, vitals=NOW))] == [
        Verification.EVALUATION,
        Verification.TARGETS,
    ]


def test_a_problem_is_one_line() -> None:
    """The line has the place, the problem, the cause and the next step."""
    assert str(Unmet(Verification.JOBS, "what", "where", "why", "next")) == "where: what: why (next)"


API = "scrape_configs: [{job_name: api, %s}]"
PLAIN = {"__address__": "a:1", "job": "api", "__scheme__": "http", "__metrics_path__": "/metrics"}
SEEN = {**PLAIN, "__scrape_interval__": "1m", "__scrape_timeout__": "10s"}


def with_file(text: str) -> StagedConfiguration:
    """Make staged contents with a job in a scrape file beside the job in the configuration."""
    return staged(BEFORE.configuration, "p.yml", (RuleGroup("g", (X,), EVERY),), lambda _: (), scrape_files(text))


def scrape_files(text: str) -> ScrapeFiles:
    """Read a scrape file with one job."""
    files = read_scrape_files("", {"a.yml": API % text})
    assert not files.unreadable
    return files


def test_a_pool_of_an_unknown_job_is_a_problem() -> None:
    """The server may have another scrape file than the staged one."""
    assert only_problem(replace(AFTER, pools=("node", "strange"))) == (Verification.JOBS, False)
    assert problems(replace(AFTER, pools=None)) == ()


def test_targets_that_differ_from_their_scrape_file_are_a_problem() -> None:
    """A job of a scrape file needs its pool, and exactly the targets of the file."""
    wanted = with_file("static_configs: [{targets: ['a:1']}]")
    seen = replace(target(job="api"), discovered=SEEN)
    synced = metrics(syncs={"node": 2.0, "api": 1.0})
    now = replace(AFTER, vitals=synced, pools=("node", "api"), targets=(target(), seen))
    assert problems(now, wanted=wanted) == ()
    other = replace(now, targets=(target(), replace(seen, discovered={**SEEN, "team": "x"})))
    assert only_problem(other, wanted=wanted) == (Verification.TARGETS, False)
    assert problems(other, wanted=wanted)[0].why.startswith("target a:1 of job api is not as in a.yml: team")
    assert {each.check for each in problems(wanted=wanted)} == {Verification.JOBS, Verification.TARGETS}


def test_a_scrape_file_job_with_an_empty_discovery_needs_no_pool() -> None:
    """The same holds for jobs of the configuration. If the old scrape files are not known, the job needs a pool."""
    wanted = with_file("dns_sd_configs: [{names: [a]}]")
    assert only_problem(wanted=wanted) == (Verification.JOBS, False)
    assert problems(wanted=replace(wanted, had_files=wanted.files)) == ()


def test_a_job_that_may_drop_targets_has_no_number_of_targets() -> None:
    """Discoveries and relabelling may drop targets. Otherwise each address counts once."""
    for text, count in (
        ("static_configs: [{targets: [a, a, b]}]", 2),
        ("relabel_configs: [{action: drop}], static_configs: [{targets: [a]}]", None),
        ("dns_sd_configs: [{names: [a]}]", None),
    ):
        (_, found) = with_file(text).jobs
        assert (found.name, found.targets, found.interval) == ("api", count, timedelta(minutes=1))
