"""The failures from before a reload, which the reload did not cause."""

from __future__ import annotations

from dataclasses import replace

from gonogo.formats.prometheus_config import read_configuration
from gonogo.model.rule import LoadedGroup
from gonogo.promql.drift import Key
from gonogo.reload.compare.placed_rules import placed
from gonogo.reload.compare.rules import rules_difference
from gonogo.reload.snapshot import Snapshot
from gonogo.server.server_state import ServerState


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
    return replace(
        before,
        rules=tuple(_without(group, new) for group in before.rules),
        targets=tuple(target for target in before.targets if target.pool in jobs),
    )


def _without(group: LoadedGroup, keys: set[Key]) -> LoadedGroup:
    kept = zip(placed((group,)), group.rules, strict=True)
    return replace(group, rules=tuple(state for rule, state in kept if rule.key not in keys))
