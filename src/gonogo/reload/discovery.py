"""Waits until a server that has just loaded its configuration has found its targets and scraped each once.

Before that, a target that was always down is missing or has no health. A snapshot could not distinguish it from a
target that the reload broke.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from gonogo.formats.prometheus_config import read_configuration
from gonogo.model.evidence import TargetHealth
from gonogo.reload.asking import load_of
from gonogo.reload.settle import LOOK_EVERY
from gonogo.reload.trees.good_trees import Load
from gonogo.server.server_state import ServerState
from gonogo.stopping import pause

DISCOVERED_WITHIN = timedelta(seconds=15)
"""The longest time of a discovery after a load. After that time a job without a scrape pool will not get one."""


def discovered_state(look: Callable[[], ServerState], verified: Load | None = None) -> ServerState:
    """Look at the server until discovery is finished, or its time is up by the server's own clock.

    Soon after a load, two looks must agree. The questions of one look are answered at different moments, and a pool may
    be there before its targets are.

    Args:
        look: asks for the server's state now; may raise ``SourceError``.
        verified: the last load that gonogo verified, if there is one.
    """
    was_through = False
    while True:
        asked = time.monotonic()
        now = look()
        through = is_through(now) and _has_all_pools(now, verified)
        if (through and was_through) or now.now >= _deadline(now):
            return now
        was_through = through
        pause(max(LOOK_EVERY, time.monotonic() - asked))


def is_through(state: ServerState) -> bool:
    """Return whether every job of the loaded configuration has its scrape pool, and every target has its health."""
    configuration, _ = read_configuration(state.configuration, "")
    jobs = {job.name for job in configuration.jobs}
    has_pools = state.pools is None or jobs <= set(state.pools)
    return has_pools and not any(one.health is TargetHealth.UNKNOWN for one in state.targets)


def _has_all_pools(state: ServerState, verified: Load | None) -> bool:
    """Return whether no more pools are due. The server does not show the jobs of its scrape files."""
    return "scrape_config_files" not in state.configuration or load_of(state.vitals) == verified


def _deadline(state: ServerState) -> float:
    """Return when each target should have been scraped once since the server started or loaded its configuration."""
    intervals = (one.scrape_interval for one in state.targets if one.health is TargetHealth.UNKNOWN)
    longest = max((one for one in intervals if one is not None), default=timedelta(0))
    loaded = max(state.vitals.born, state.vitals.metrics.success_at)
    return loaded + (DISCOVERED_WITHIN + longest).total_seconds()
