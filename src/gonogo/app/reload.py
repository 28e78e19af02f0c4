"""``reload``: ask the server to read its files again, and prove that it has the policy's rules.

What is validated first is exactly what lint checks. The journal has a record before
the server is asked, and one after it was seen what came of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from gonogo.app.lint import lint
from gonogo.app.loaded_rules import unmet
from gonogo.app.rule_files import policy_rules
from gonogo.app.runs import Run, counted, failed, recorded
from gonogo.app.server import Server, client_of, server_of
from gonogo.errors import SourceError
from gonogo.model.evidence import Target, TargetHealth
from gonogo.model.outcome import Outcome
from gonogo.model.rule import RuleGroup
from gonogo.policy.load import PolicyFile
from gonogo.prometheus.api import server_time
from gonogo.prometheus.http import Client
from gonogo.prometheus.status_api import ready
from gonogo.prometheus.status_api import reload as ask_to_reload
from gonogo.prometheus.targets_api import targets

RELOAD = "reload"
"""The kind of its records."""


class Reloading(StrEnum):
    """What became of a reload: proved, never begun, or begun and not proved; its record keeps it as ``outcome``."""

    RELOADED = "reloaded"
    REFUSED = "refused"
    FAILED = "failed"


LONGEST_WAIT_FOR_READY = timedelta(seconds=15)
"""How long a server that has just been started may take; one that replays for longer is asked again later."""

ONE_ANSWER = timedelta(seconds=30)
SLACK = timedelta(seconds=10)
"""How much longer than its slowest group and scrape a server may take to show what it loaded."""

LOOK_EVERY = 0.25


def reload_and_verify(policy_file: PolicyFile, url: str | None = None) -> Run:
    """Reload the policy's server, or the one at ``url``, and wait until it has the policy's rules.

    Raises:
        PolicyError: an input that the policy names is missing.
        MissingTool: promtool is not installed.
        UsageError: an address is no URL.
        ActionFailed: the journal cannot be written.
    """
    server = server_of(policy_file, url)
    client = client_of(policy_file.server, at_most=ONE_ANSWER)
    about_to = Run(RELOAD, Outcome.UNKNOWN, "about to reload", seen={"url": server.url})
    recorded(policy_file, RELOAD, lambda: about_to)
    return recorded(policy_file, RELOAD, lambda: _reload(policy_file, client, server))


def outcome_of(run: Run) -> Reloading:
    """Tell what became of the server; a run that could not be made may have reached it."""
    return Reloading(str(run.seen.get("outcome", Reloading.FAILED)))


@dataclass(frozen=True, slots=True)
class _Before:
    """What was true before the reload: the server's time, and which targets were up."""

    now: float
    up: frozenset[str]


def _reload(policy_file: PolicyFile, client: Client, server: Server) -> Run:
    checked = lint(policy_file)
    if not checked.passed:
        return _refused(checked.findings, "refused, nothing was reloaded", checked)
    files = policy_rules(policy_file)
    if not _until(lambda: ready(client, server.url), LONGEST_WAIT_FOR_READY):
        return _refused((f"{server.url} is not ready",), "nothing was reloaded", checked)
    before = _Before(server_time(client, server.url), _up(targets(client, server.targets_url)))
    ask_to_reload(client, server.url)
    left = _await(client, server, files, before)
    if left:
        return failed(RELOAD, left, "reloaded, but not proved", checked.tools)
    rules = counted(sum(len(group.rules) for group in files), "rule")
    detail = f"{rules} loaded as in the files, and evaluated since"
    return Run(RELOAD, Outcome.PASS, detail, seen={"outcome": Reloading.RELOADED}, tools=checked.tools)


def _refused(findings: tuple[str, ...], what: str, checked: Run) -> Run:
    return replace(failed(RELOAD, findings, what, checked.tools), seen={"outcome": Reloading.REFUSED})


def _await(client: Client, server: Server, files: tuple[RuleGroup, ...], before: _Before) -> tuple[str, ...]:
    """Wait, within bounds, until nothing is unmet; say what still is."""
    left: tuple[str, ...] = ()

    def proved() -> bool:
        nonlocal left
        left = (
            *unmet(client, server.rules_url, files, before.now),
            *_targets_unmet(client, server.targets_url, before),
        )
        return not left

    _until(proved, _patience(client, server, files))
    return left


def _patience(client: Client, server: Server, files: tuple[RuleGroup, ...]) -> timedelta:
    groups = [group.interval or timedelta(minutes=1) for group in files]
    try:
        scrapes = [target.scrape_interval or timedelta(minutes=1) for target in targets(client, server.targets_url)]
    except SourceError:
        scrapes = []
    return max((*groups, *scrapes), default=timedelta(0)) + SLACK


def _targets_unmet(client: Client, url: str, before: _Before) -> tuple[str, ...]:
    try:
        active = targets(client, url)
    except SourceError as error:
        return (str(error),)
    waiting = [f"target {_name(t)} has not been scraped" for t in active if t.health is TargetHealth.UNKNOWN]
    lost = [
        f"target {_name(t)} went down: {t.last_error}"
        for t in active
        if t.health is TargetHealth.DOWN and _name(t) in before.up
    ]
    return (*waiting, *lost)


def _up(active: tuple[Target, ...]) -> frozenset[str]:
    return frozenset(_name(target) for target in active if target.health is TargetHealth.UP)


def _name(target: Target) -> str:
    return f"{target.labels.get('job', '')}/{target.labels.get('instance', '')}"


def _until(met: Callable[[], bool], patience: timedelta) -> bool:
    end = time.monotonic() + patience.total_seconds()
    while not met():
        if time.monotonic() >= end:
            return False
        time.sleep(LOOK_EVERY)
    return True
