"""Verification of a server: looks at the server until it has no problem."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from gonogo.errors import SourceError
from gonogo.model.evidence import Target, TargetHealth
from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleHealth, RuleKind, RuleState
from gonogo.reload.asking import disturbed
from gonogo.reload.contents import StagedConfiguration, StagedJob
from gonogo.reload.loaded_comparison import Reload, Verification
from gonogo.reload.verify import patience, verify
from gonogo.reload.waits import RELOAD_WAITS, ReloadWaits
from gonogo.server.own_metrics import OwnMetrics
from gonogo.server.server_state import ServerState, Vitals

STAGED = StagedConfiguration("prometheus.yml", (), timedelta(seconds=15), (), 1, lambda _: ())
ASKED = Vitals(1.0, "/", OwnMetrics(True, 900.0))
NOW = Vitals(1.0, "/", OwnMetrics(True, 1000.0))
BEFORE = ServerState("http://here", 950.0, "2.42.0", {}, ASKED, "", (), (), (), (), ())
AFTER = replace(BEFORE, vitals=NOW, alertmanagers=("http://am",))
WAITING = replace(AFTER, alertmanagers=())
CONFIGURATION = "scrape_configs: [{job_name: node}]"


QUICK = ReloadWaits(look_every=timedelta(milliseconds=1))
SLACK = RELOAD_WAITS.slack
quickly = partial(verify, waits=QUICK)


def looks(*each: ServerState | None) -> tuple[Callable[[], ServerState], list[ServerState | None]]:
    """Show one look after another, and then the last one for ever.

    ``None`` is no answer. The list has the shown looks.
    """
    shown: list[ServerState | None] = []

    def look() -> ServerState:
        shown.append(each[min(len(shown), len(each) - 1)])
        if shown[-1] is None:
            raise SourceError("no answer", where="", why="gone", next_step="start it")
        return shown[-1]

    return look, shown


def test_a_verification_out_of_time_lists_the_problems() -> None:
    """A missing answer is a problem too."""
    (waiting,) = quickly(BEFORE, STAGED, Reload(ASKED, NOW), looks(WAITING)[0], timedelta(0.02 / 86400))
    assert waiting.check is Verification.ALERTMANAGERS
    (silent,) = quickly(BEFORE, STAGED, Reload(ASKED, NOW), looks(None)[0], timedelta(0))
    assert (silent.check, silent.where, silent.final) == (Verification.ANSWER, "http://here", False)


def test_a_final_problem_ends_the_verification() -> None:
    """The verification ends at the first look."""
    look, shown = looks(replace(AFTER, vitals=replace(NOW, born=2.0)), AFTER)
    assert [one.check for one in quickly(BEFORE, STAGED, Reload(ASKED, NOW), look)] == [Verification.PROCESS]
    assert len(shown) == 1


def test_a_verification_ends_with_a_look_without_problems() -> None:
    """Looks without an answer or with a problem come before."""
    look, shown = looks(None, WAITING, WAITING, AFTER)
    assert quickly(BEFORE, STAGED, Reload(ASKED, NOW), look) == ()
    assert len(shown) == 4


def test_the_slowest_group_or_job_gives_the_time() -> None:
    """A job needs an interval for the first scrape.

    A second interval is that of a group or of the job, and slack comes on top.
    """
    groups = (RuleGroup("a", ()), RuleGroup("b", (), timedelta(seconds=40)))
    assert patience(STAGED) == SLACK
    assert patience(replace(STAGED, rules=groups[:1])) == timedelta(seconds=15) + SLACK
    assert patience(replace(STAGED, rules=groups)) == timedelta(seconds=40) + SLACK
    jobs = (StagedJob("a", timedelta(seconds=30), 1),)
    assert patience(replace(STAGED, rules=groups, jobs=jobs)) == timedelta(seconds=70) + SLACK
    assert patience(replace(STAGED, jobs=jobs)) == timedelta(seconds=60) + SLACK


def evaluated(count: int, of: int = 4) -> ServerState:
    """Show a server that has evaluated some of its rules since the reload."""
    groups = tuple(
        LoadedGroup(
            str(number),
            timedelta(seconds=15),
            (
                RuleState(
                    Rule(RuleKind.RECORD, "x", "up"), RuleHealth.OK, evaluated_at=1001.0 if number < count else 1.0
                ),
            ),
            "r.yml",
        )
        for number in range(of)
    )
    return replace(AFTER, rules=groups)


FOUR = replace(STAGED, rules=tuple(RuleGroup(str(n), (Rule(RuleKind.RECORD, "x", "up"),)) for n in range(4)))
INSTANT = timedelta(0)


@pytest.mark.parametrize(("shown", "least", "most"), [((0, 4), 1, 1), ((1, 1, 2, 2), 4, 1000)])
def test_without_further_evaluations_the_limit_ends_the_verification(
    shown: tuple[int, ...], least: int, most: int
) -> None:
    """The limit counts from the last look with new evaluations."""
    waits = replace(QUICK, slack=timedelta(seconds=0.3))
    look, seen = looks(*map(evaluated, shown))
    left = quickly(BEFORE, FOUR, Reload(ASKED, NOW), look, INSTANT, timedelta(minutes=1), waits=waits)
    assert {one.check for one in left} == {Verification.EVALUATION}
    assert least <= len(seen) <= most


@pytest.mark.parametrize("at_most", [None, INSTANT, timedelta(milliseconds=20)])
def test_the_longest_limit_ends_a_verification_with_progress(at_most: timedelta | None) -> None:
    """Each look shows more evaluations. Without a longest limit they do not extend the time."""
    many = 400
    wanted = replace(STAGED, rules=tuple(RuleGroup(str(n), (Rule(RuleKind.RECORD, "x", "up"),)) for n in range(many)))
    look, seen = looks(*(evaluated(count, many) for count in range(1, many + 1)))
    left = quickly(BEFORE, wanted, Reload(ASKED, NOW), look, INSTANT, at_most)
    assert {one.check for one in left} == {Verification.EVALUATION}
    assert len(seen) < many if at_most else len(seen) == 1


def test_new_evaluations_extend_the_limit() -> None:
    """A loaded machine may evaluate thousands of groups slowly."""
    look, seen = looks(*map(evaluated, range(1, 5)))
    assert quickly(BEFORE, FOUR, Reload(ASKED, NOW), look, INSTANT, timedelta(minutes=1)) == ()
    assert len(seen) == 4


def failed(times: int, at: float, evaluated_at: float = 0.0) -> ServerState:
    """Show a server whose group has failed so many times by a time.

    Its last evaluation without an error was at another time.
    """
    healthy = evaluated_at > 0
    health, error = (RuleHealth.OK, "") if healthy else (RuleHealth.ERROR, "vector contains series twice")
    state = RuleState(Rule(RuleKind.RECORD, "x", "up"), health, evaluated_at=evaluated_at or at, last_error=error)
    group = LoadedGroup("0", timedelta(seconds=15), (state,), "r.yml")
    vitals = replace(NOW, metrics=replace(NOW.metrics, evaluations_failed={"r.yml;0": float(times)}))
    return replace(AFTER, now=at, vitals=vitals, rules=(group,))


ONE = replace(FOUR, rules=FOUR.rules[:1])
BACK = Reload(ASKED, NOW, is_rollback=True)


def test_rules_may_fail_until_rejected_series_are_stale() -> None:
    """The old rules see the series of the rejected configuration for a while. After that they must succeed."""
    shown = (failed(1, 1002), failed(2, 1004), failed(2, 1006, 1003.5), failed(2, 1008, 1005.5))
    look, seen = looks(*shown)
    assert quickly(BEFORE, ONE, BACK, look, INSTANT, timedelta(minutes=1)) == ()
    assert seen == list(shown)


def test_rules_that_go_on_failing_fail_a_rollback() -> None:
    """The longest limit ends the verification, and the problem has the error of the rule."""
    look, seen = looks(*(failed(count, 1000.0 + count) for count in range(1, 5000)))
    left = quickly(BEFORE, ONE, BACK, look, INSTANT, timedelta(milliseconds=500))
    assert {Verification.HEALTH, Verification.FAILURES} <= {one.check for one in left}
    assert 1 < len(seen) < 5000


def test_a_failed_evaluation_ends_the_verification_of_new_files() -> None:
    """The rollback begins at once."""
    look, seen = looks(failed(1, 1002), failed(1, 1004, 1003.0))
    left = quickly(BEFORE, ONE, Reload(ASKED, NOW), look, INSTANT, timedelta(minutes=1))
    assert [one.final for one in left if one.check is Verification.FAILURES] == [True]
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (ASKED, []),
        (replace(ASKED, born=2.0), [Verification.PROCESS]),
        (NOW, [Verification.ALONE]),
        (replace(ASKED, metrics=OwnMetrics(False, 900.0)), [Verification.ALONE]),
    ],
)
def test_actions_of_another_program_are_problems(asked: Vitals, expected: list[Verification]) -> None:
    """The actions are a restart, a reload and a failed reload."""
    found = disturbed(BEFORE, asked)
    assert [one.check for one in found] == expected
    if expected == [Verification.ALONE]:
        words = "a reload 100.000 s after the known one succeeded" if asked is NOW else "a reload since has failed"
        assert found[0].why == words


def test_an_evaluation_before_the_first_scrape_of_a_new_target_does_not_count() -> None:
    """The first scrape that was seen counts. Later scrapes make no difference."""

    def at(scrape: float, evaluation: float) -> ServerState:
        target = Target({"instance": "a:1"}, TargetHealth.UP, timedelta(seconds=1), "", scrape, "node", 0.5)
        state = RuleState(Rule(RuleKind.RECORD, "x", "up"), RuleHealth.OK, evaluated_at=evaluation)
        group = LoadedGroup("g", timedelta(seconds=15), (state,), "r.yml")
        return replace(AFTER, targets=(target,), rules=(group,), pools=("node",), configuration=CONFIGURATION)

    rules = (RuleGroup("g", (Rule(RuleKind.RECORD, "x", "up"),)),)
    wanted = replace(STAGED, rules=rules, jobs=(StagedJob("node", timedelta(seconds=1), 1),))
    early, later = at(1002.0, 1001.0), at(1009.0, 1002.4)
    look, _ = looks(early, later)
    (left,) = quickly(BEFORE, wanted, Reload(ASKED, NOW), look, timedelta(seconds=0.01))
    assert (left.check, left.final) == (Verification.EVALUATION, False)
    assert "since the first scrape of target a:1 of job node, which is new or changed" in left.what
    assert quickly(BEFORE, wanted, Reload(ASKED, NOW), looks(early, at(1016.0, 1003.0))[0]) == ()
    same = replace(early, vitals=ASKED)
    assert quickly(same, wanted, Reload(ASKED, NOW), looks(early)[0]) == ()
