"""The proof that nothing is left to do: the very bytes on disk were verified in the server's last load."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

from gonogo.model.evidence import TargetHealth
from gonogo.model.outcome import Outcome
from gonogo.model.rule import RuleHealth
from gonogo.reload.asking import load_of
from gonogo.reload.contents import Contents, wanted_of
from gonogo.reload.course import Done, passed
from gonogo.reload.loaded_comparison import Reload
from gonogo.reload.place import ReloadPlace
from gonogo.reload.snapshot import Snapshot
from gonogo.reload.trees.manifest import content_differences, snapshot
from gonogo.reload.verify import verify
from gonogo.server.server_state import ServerState


def seems_unchanged(found: Snapshot) -> bool:
    """Return whether the server's last load was verified by gonogo with the bytes that are on disk now.

    The server's answers alone do not prove that, because the server masks secrets. A restart, or a reload by another
    program, is another load, of the files at that time.
    """
    before, good, standing = found.before, found.last, found.standing
    if before is None or good is None or standing is None or found.new is None or found.old is None:
        return False
    here = (good.manifest.home, good.manifest.config) == (standing.home, standing.config)
    same_files = good.manifest.kept == standing.kept and found.old.digest == found.new.digest  # rights and links too
    same_secrets = good.manifest.references == standing.references
    same_load = good.loaded == load_of(before.vitals) and before.vitals.metrics.successful
    return here and same_files and same_secrets and same_load and found.has_new


def still_proved_step(place: ReloadPlace, found: Snapshot) -> Done:
    """Look once whether everything is as it was when it was verified. If not, the server is reloaded."""
    assert found.before is not None  # noqa: S101 - `seems_unchanged` was true
    assert found.new is not None  # noqa: S101
    left = tuple(map(str, _unmet(place, found.before, found.new)))
    if not left and place.live is not None and found.standing is not None:
        left = content_differences(found.standing, snapshot(place.live))
    if left:
        return Done(Outcome.UNKNOWN, f"nothing changed, but there is a problem, so the server is reloaded: {left[0]}")
    count = found.new.rule_count
    return passed(f"{count} rules are loaded as in the files since their last load, and no check found a problem")


def _unmet(place: ReloadPlace, before: ServerState, contents: Contents) -> tuple[object, ...]:
    """Verify without a reload, as if the server had just loaded the files and no earlier failure were an excuse."""
    vitals = before.vitals
    never = replace(vitals, metrics=replace(vitals.metrics, success_at=-math.inf, syncs={}))
    healthy = tuple(replace(target, health=TargetHealth.UP) for target in before.targets)
    rules = tuple(
        replace(group, rules=tuple(replace(state, health=RuleHealth.OK) for state in group.rules))
        for group in before.rules
    )
    blameless = replace(before, rules=rules, targets=healthy, pools=None)
    wanted = wanted_of(contents, before, contents)
    return verify(blameless, wanted, Reload(never, vitals), place.server.state, timedelta(0))
