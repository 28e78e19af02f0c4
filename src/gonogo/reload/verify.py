"""Verifies a reload: looks at the server until everything is as it should be, or the time is up."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import timedelta

from gonogo.errors import SourceError
from gonogo.formats.prometheus_config import read_configuration
from gonogo.model.evidence import TargetHealth
from gonogo.model.outcome import Outcome
from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, RuleHealth
from gonogo.promql.drift import Key
from gonogo.reload.asking import Asked, Settlement
from gonogo.reload.compare.placed_rules import placed
from gonogo.reload.compare.rules import rules_difference
from gonogo.reload.comparison import configuration, rules, unmet
from gonogo.reload.contents import StagedConfiguration, wanted_of
from gonogo.reload.course import Done, judged, passed
from gonogo.reload.first_results import FirstResults
from gonogo.reload.loaded_comparison import FirstScrapes, LoadedComparison, Reload, Unmet, Verification
from gonogo.reload.own_file import own_file, unproved, unproved_scrapes
from gonogo.reload.place import ReloadPlace
from gonogo.reload.snapshot import Ready, Snapshot
from gonogo.reload.trees.manifest import content_differences, snapshot
from gonogo.reload.waits import RELOAD_WAITS, ReloadWaits
from gonogo.server.server_state import ServerState
from gonogo.stopping import pause


def patience(staged: StagedConfiguration, slack: timedelta = RELOAD_WAITS.slack) -> timedelta:
    """Return how long a server may take to reach the staged state.

    A new target is scraped within the interval of its job. After that every group is evaluated within its own interval,
    and reads the past by its query offset.
    """
    none = timedelta(0)
    offset = max((none, *(staged.query_offset if group.delay is None else group.delay for group in staged.rules)))
    group = max((none, *(group.interval or staged.evaluation_interval for group in staged.rules)))
    job = max((none, *(job.interval for job in staged.jobs)))
    return job + max(job, group) + offset + slack


def verify(
    before: ServerState,
    staged: StagedConfiguration,
    reload: Reload,
    look: Callable[[], ServerState],
    within: timedelta | None = None,
    at_most: timedelta | None = None,
    waits: ReloadWaits = RELOAD_WAITS,
) -> tuple[Unmet, ...]:
    """Look at the server until no problem is left, a problem is final, or the time is up. Return the problems.

    One and the same look must show everything. A rollback is verified in the same way, with the old tree as ``staged``.
    Its evaluations may fail at first, and must then succeed. ``look`` may raise ``SourceError``.

    The time is ``within``, by default ``patience(staged)``. While each look shows more evaluated rules, it is longer,
    up to ``at_most``. The first result of a rule that other rules read gives those rules their full time again, beyond
    this limit.
    """
    began = time.monotonic()
    usual = patience(staged, waits.slack)
    ends = began + (usual if within is None else within).total_seconds()
    longest = ends if at_most is None else began + at_most.total_seconds()
    scrapes, results, evaluated, arrived = FirstScrapes(), FirstResults(), 0, 0
    while True:
        asked = time.monotonic()
        now, unanswered = _looked(look, before.url)
        left = unanswered
        if now is not None:
            compared = LoadedComparison(before, now, staged, reload, scrapes, results).seen()
            if len(compared.results.first) > arrived and at_most is not None:
                arrived = len(compared.results.first)
                ends = max(ends, asked + usual.total_seconds())  # then the rules that read these are due
            scrapes, results = compared.scrapes, compared.results
            left = unmet(compared)
            if any(one.check is Verification.FAILURES and not one.final for one in left):
                reload = replace(reload, failing=now)  # the last failure must be followed by evaluations without one
                ends = max(ends, min(longest, asked + usual.total_seconds()))
            advanced = sum((one.evaluated_at or 0.0) > reload.at for group in now.rules for one in group.rules)
            if advanced > evaluated:  # a loaded machine needs longer than the intervals for thousands of groups
                evaluated = advanced
                ends = max(ends, min(longest, time.monotonic() + waits.slack.total_seconds()))
        took = time.monotonic() - asked
        if not left or any(one.final for one in left) or time.monotonic() >= ends:
            return left
        pause(max(waits.look_every.total_seconds(), took))  # a large server gets pauses between the looks


def _looked(look: Callable[[], ServerState], url: str) -> tuple[ServerState | None, tuple[Unmet, ...]]:
    try:
        return look(), ()
    except SourceError as error:
        return None, (Unmet(Verification.ANSWER, error.what, error.where or url, error.why, error.next_step),)


def verify_new_step(ready: Ready, asked: Asked) -> Done[None]:
    """Verify that the server loaded the new tree, and that it reads these files."""
    done = verify_step(ready.place, baseline(ready.found, ready.before), ready.wanted(ready.new), asked)
    other = other_file(ready) if done.outcome is Outcome.PASS else ()
    return judged(other, "") if other else done


def verify_step(place: ReloadPlace, before: ServerState, wanted: StagedConfiguration, asked: Asked) -> Done[None]:
    """Look until the server is as it should be, or the time is up. A rollback does not count failures on the way."""
    reload = asked.loaded
    if reload is None and asked.settled.outcome is Settlement.NOT_HAPPENED:
        return _still_there(place, before, wanted)
    if reload is None:
        return judged((f"the reload of the old files: {asked.settled.detail}",), "")
    longest = place.policy_file.reload.timeout
    left = verify(before, wanted, reload, place.server.state, at_most=longest, waits=place.waits)
    count = sum(len(group.rules) for group in wanted.rules)
    well = f"{count} rules and {len(wanted.jobs)} jobs are loaded as in the files, evaluated and scraped since"
    return judged(tuple(map(str, left)), well)


def still_proved_step(place: ReloadPlace, found: Snapshot) -> Done[None]:
    """Look once whether everything is as it was when it was verified. If not, the server is reloaded."""
    assert found.before is not None  # noqa: S101 - the snapshot seems unchanged
    assert found.new is not None  # noqa: S101
    left = tuple(map(str, _unmet(place, found.before, wanted_of(found.new, found.before, found.new))))
    if not left and place.live is not None and found.standing is not None:
        left = content_differences(found.standing, snapshot(place.live))
    if left:
        return Done(Outcome.UNKNOWN, f"nothing changed, but there is a problem, so the server is reloaded: {left[0]}")
    count = found.new.rule_count
    return passed(f"{count} rules are loaded as in the files since their last load, and no check found a problem")


def baseline(found: Snapshot, before: ServerState) -> ServerState:
    """Return the server before the reload, without the failures that the new tree had caused already.

    In place, another program may have made the server read the new files before. Then a failure counts as old only if
    the old tree has it too.
    """
    if found.old is None or found.has_old or not found.has_new:
        return before
    differences = rules_difference(found.old.rules, before.rules)
    new = {one.key for one in differences.extra} | {change.loaded.key for change in differences.changed}
    main, _ = read_configuration(found.old.text, found.old.path)
    jobs = {job.name for job in main.jobs} | found.old.scrapes.jobs.keys()
    kept = tuple(target for target in before.targets if target.pool in jobs)
    return replace(before, rules=tuple(_without(group, new) for group in before.rules), targets=kept)


def other_file(ready: Ready) -> tuple[str, ...]:
    """Report if the server reads another file now, unless a visible change proves that it reads this one.

    If a single file is mounted into a container, the container keeps the old file after a new one replaces it.
    """
    file, found = ready.live.path(ready.live.config), ready.found
    if found.seen is None:
        return ()
    own = own_file(ready.before, file)
    return (
        *unproved(file, own, found.seen, known=found.is_known),
        *unproved_scrapes(ready.live, ready.before, ready.new, found.old, own),
    )


def _still_there(place: ReloadPlace, before: ServerState, wanted: StagedConfiguration) -> Done[None]:
    """Check that the server still has its old configuration, after a request that led to no reload."""
    now = place.server.state()
    was, metrics = before.vitals.metrics, now.vitals.metrics
    untouched = (now.vitals.born, metrics.success_at) == (before.vitals.born, was.success_at)
    if not untouched or not metrics.successful:
        return judged(("the server was restarted or reloaded since, and not by gonogo",), "")
    compared = LoadedComparison(before, now, wanted, Reload(now.vitals, now.vitals))
    left = (*configuration(compared), *rules(compared))
    return judged(tuple(map(str, left)), "no reload happened, and the server has its old configuration")


def _unmet(place: ReloadPlace, before: ServerState, wanted: StagedConfiguration) -> tuple[object, ...]:
    """Verify without a reload, as if the server had just loaded the files and no earlier failure were an excuse."""
    vitals = before.vitals
    never = replace(vitals, metrics=replace(vitals.metrics, success_at=-math.inf, syncs={}))
    healthy = tuple(replace(target, health=TargetHealth.UP) for target in before.targets)
    groups = tuple(
        replace(group, rules=tuple(replace(state, health=RuleHealth.OK) for state in group.rules))
        for group in before.rules
    )
    blameless = replace(before, rules=groups, targets=healthy, pools=None)
    return verify(blameless, wanted, Reload(never, vitals), place.server.state, timedelta(0))


def _without(group: LoadedGroup, keys: set[Key]) -> LoadedGroup:
    kept = zip(placed((group,)), group.rules, strict=True)
    return replace(group, rules=tuple(state for rule, state in kept if rule.key not in keys))
