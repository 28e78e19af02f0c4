"""Asks the questions that follow from the first answers of a verdict.

Each question without a valid answer is in the evidence as ``Unread``. No error is raised.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TypeAlias

from gonogo.model.evidence import Evidence, Origin, TargetHealth, Unread
from gonogo.model.policy import Policy
from gonogo.model.replacing import replace
from gonogo.promql.selectors import Selector
from gonogo.server.envelope import asked
from gonogo.stopping import outcome
from gonogo.verdict.core.feeds import is_measurement
from gonogo.verdict.core.recomputation import recomputations
from gonogo.verdict.core.source_doubts import doubted_sources
from gonogo.verdict.core.sources import Source, shared_sources, source_of
from gonogo.verdict.inquiry import Inquiry
from gonogo.verdict.origins import Origins, fed_by_push_groups, fed_by_subject, gone_sources
from gonogo.verdict.recompute import recompute
from gonogo.verdict.subjects import vanished_subjects

Rows: TypeAlias = tuple[Origin, ...]


def follow_up(
    server: Inquiry, policy: Policy, evidence: Evidence, selectors: tuple[Selector, ...], earlier: Evidence | None
) -> Evidence:
    """Ask what follows from the first answers, and then about the sources that are in doubt.

    ``selectors`` are the raw selectors under the signals. ``earlier`` is the evidence of the last look.
    """
    known = {} if earlier is None or isinstance(earlier.recomputed, Unread) else earlier.recomputed
    questions = recomputations(policy, evidence)
    missing = asked("vanished subjects", lambda: vanished_subjects(server, policy, evidence))
    again = asked("the rules, evaluated once more", lambda: recompute(server, questions, known))
    quiet = asked("the sources within a day", lambda: _quiet(server, policy, evidence, selectors))
    groups = asked("the groups of pushes", lambda: fed_by_push_groups(server, policy, evidence, selectors))
    vanished = evidence.vanished if isinstance(evidence.vanished, Unread) else outcome(missing)
    live = _detailed(evidence, outcome(groups))
    evidence = replace(evidence, vanished=vanished, recomputed=outcome(again), origins=_joined(live, outcome(quiet)))
    return _by_subject(server, policy, evidence, selectors)


def _by_subject(server: Inquiry, policy: Policy, evidence: Evidence, selectors: tuple[Selector, ...]) -> Evidence:
    """Ask for the subjects of the sources that are in doubt, so that the other subjects are not doubted."""
    doubted = doubted_sources(policy, evidence, selectors)
    if not doubted or isinstance(evidence.origins, Unread):
        return evidence
    finer = outcome(asked("the subjects of the sources", lambda: fed_by_subject(server, policy, evidence, doubted)))
    if isinstance(finer, Unread):
        return replace(evidence, origins=finer)
    rows = {text: _replaced(evidence.origins[text], finer[text], sources) for text, sources in doubted.items()}
    return replace(evidence, origins={**evidence.origins, **rows})


def _quiet(server: Inquiry, policy: Policy, evidence: Evidence, selectors: tuple[Selector, ...]) -> Origins:
    """Return the targets that fed a selector within a day and do so no more, unless a restart explains it."""
    scraped = tuple(one for one in selectors if not is_measurement(one))
    gone = gone_sources(server, evidence, scraped, realm=policy.realm, by=policy.subjects)
    if not any(gone.values()):
        return gone
    from gonogo.verdict.silence import without_explained  # noqa: PLC0415 - a healthy system does not pay for it

    active = () if isinstance(evidence.targets, Unread) else evidence.targets
    down = {source_of(target.labels) for target in active if target.health is not TargetHealth.UP}
    up = frozenset(source_of(target.labels) for target in active).difference(down)
    return without_explained(server, gone, scraped, up, evidence.now)


def _detailed(evidence: Evidence, groups: Origins | Unread) -> Mapping[str, Rows] | Unread:
    """Replace the rows of a shared job and instance by the rows that name their groups."""
    live, shared = evidence.origins, shared_sources(() if isinstance(evidence.pushes, Unread) else evidence.pushes)
    if isinstance(live, Unread) or isinstance(groups, Unread) or not shared:
        return groups if isinstance(groups, Unread) else live
    return {text: _replaced(rows, groups.get(text, ()), shared) for text, rows in live.items()}


def _replaced(rows: Rows, finer: Rows, sources: Container[Source]) -> Rows:
    """Replace the series of some sources, as far as they feed a selector now, by finer rows."""
    kept = (row for row in rows if row.newest is None or source_of(row.labels) not in sources)
    return (*kept, *(row for row in finer if source_of(row.labels) in sources))


def _joined(live: Mapping[str, Rows] | Unread, gone: Origins | Unread) -> Mapping[str, Rows] | Unread:
    if isinstance(live, Unread):
        return live
    return gone if isinstance(gone, Unread) else {text: (*rows, *gone.get(text, ())) for text, rows in live.items()}
