"""Questions about the sources of series, and about the sources that fed a series within a day and feed it no more.

Each question raises SourceError if there was no valid answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gonogo.model.evidence import Evidence, Origin, Unread
from gonogo.model.policy import Policy, Receiver
from gonogo.model.series import REALM_LABEL, UP, Series, is_classic_label
from gonogo.promql.matchers import equal, label, narrowed, none_of, one_of
from gonogo.promql.selectors import Selector, selectors
from gonogo.verdict.core.sources import Source, shared_sources, source_of
from gonogo.verdict.inquiry import MOST_FOLLOWED, Inquiry, within_a_day

Origins = dict[str, tuple[Origin, ...]]
"""The text of a selector -> the sources of the series that feed it."""

LONGEST_NARROWING = 8_000
"""The most characters of the names of known sources in a question. VictoriaMetrics reads 16 KiB, all questions have
several selectors, and without these names the server only reads more."""

AHEAD = "[295s] offset -5m"
"""The samples that are 5 s to 5 min ahead of the server's clock. A source whose clock is further ahead fills this time
as well, before its first samples can be read as those of now. Prometheus refuses scraped samples over 10 min ahead."""

_SOURCE = ("job", "instance", "exported_job", "exported_instance")


def origins(server: Inquiry, asked: Mapping[str, str], *, realm: str | None, by: Iterable[str] = ()) -> Origins:
    """Ask for the sources that feed each selector, for the time of the newest sample, and then for samples ahead.

    ``asked`` maps the text of a selector to the narrower selector that is asked for. ``realm`` is that of the policy.
    ``by`` has labels to ask for besides the usual ones.
    """
    labels = _labels(realm, by)
    newest = {text: f"max by ({labels}) (timestamp({narrow}))" for text, narrow in asked.items()}
    ahead = {text: f"group by ({labels}) (present_over_time({narrow}{AHEAD}))" for text, narrow in asked.items()}
    found = server.query_each(newest)
    early = {text: {_key(row) for row in rows} for text, rows in server.query_each(ahead).items()}
    return {
        text: tuple(Origin(row.labels, row.values[-1], bool(early[text]) and _key(row) in early[text]) for row in rows)
        for text, rows in found.items()
    }


def heartbeats(server: Inquiry, trusted: Sequence[Receiver]) -> dict[str, float | None]:
    """Ask for the unix time of the newest sample of each receiver's heartbeat; ``None`` = it has none.

    The server writes samples of ``up`` for a target that is down too, so such a sample counts only if it is 1.
    """
    alive = {
        one.heartbeat: f" and {one.heartbeat} == 1" if selectors(one.heartbeat)[0].metric == UP else ""
        for one in trusted
    }
    newest = {text: f"max(timestamp({text}){is_one})" for text, is_one in alive.items()}
    return {text: rows[0].values[-1] if rows else None for text, rows in server.query_each(newest).items()}


def _key(row: Series) -> frozenset[tuple[str, str]]:
    return frozenset(row.labels.items())


def gone_sources(
    server: Inquiry, evidence: Evidence, selectors: tuple[Selector, ...], *, realm: str | None, by: Iterable[str] = ()
) -> Origins:
    """Ask for the active targets that fed each selector within a day and have no series of it now."""
    if isinstance(evidence.origins, Unread) or isinstance(evidence.targets, Unread):
        return {}
    labels = _labels(realm, by)
    known = {text: {source_of(row.labels) for row in rows} for text, rows in evidence.origins.items()}
    room = LONGEST_NARROWING // max(len(selectors), 1)
    asked = {}
    for selector in selectors:
        others = _without(selector.text, known.get(selector.text, set()), room)
        asked[selector.text] = f"group by ({labels}) ({' or '.join(map(within_a_day, others))})"
    active = {source_of(target.labels) for target in evidence.targets}
    return {
        text: tuple(
            Origin(row.labels, None) for row in rows if source_of(row.labels) in active.difference(known.get(text, ()))
        )
        for text, rows in server.query_each(asked).items()
    }


def fed_by_push_groups(server: Inquiry, policy: Policy, evidence: Evidence, selectors: tuple[Selector, ...]) -> Origins:
    """Ask for the group of each pushed series, if several groups have the same job and instance."""
    shared = shared_sources(() if isinstance(evidence.pushes, Unread) else evidence.pushes)
    if not shared:
        return {}
    apart = sorted({name for names in shared.values() for name in names})
    among = of_sources(tuple(shared))
    asked = {selector.text: narrowed(selector.text, *among) for selector in selectors}
    return origins(server, asked, realm=policy.realm, by=(*apart, *policy.synthetic_labels))


def fed_by_subject(
    server: Inquiry, policy: Policy, evidence: Evidence, doubted: Mapping[str, tuple[Source, ...]]
) -> Origins:
    """Ask for the subjects that some sources feed, by selector. With very many sources all sources are asked for."""
    shared = shared_sources(() if isinstance(evidence.pushes, Unread) else evidence.pushes)
    apart = {name for names in shared.values() for name in names}
    asked = {
        text: narrowed(text, *of_sources(sources)) if len(sources) <= MOST_FOLLOWED else text
        for text, sources in doubted.items()
    }
    by = (*policy.subjects, *sorted(apart), *policy.synthetic_labels)
    return origins(server, asked, realm=policy.realm, by=by)


def of_sources(sources: Sequence[Source]) -> tuple[str, ...]:
    """Return matchers for the jobs and the instances of some sources."""
    jobs, instances = zip(*sources, strict=True)
    return one_of("job", jobs), one_of("instance", instances)


def _labels(realm: str | None, by: Iterable[str]) -> str:
    names = (*_SOURCE, *(() if realm is None else (REALM_LABEL,)), *filter(is_classic_label, by))
    return ", ".join(map(label, dict.fromkeys(names)))


def _without(selector: str, known: Iterable[Source], room: int) -> list[str]:
    """Write the selectors for the series of all other sources; for all series if the names are too long."""
    by_job: dict[str, list[str]] = {}
    for job, instance in sorted(known):
        by_job.setdefault(job, []).append(instance)
    if not by_job or sum(len(job) + len(instance) for job, instance in known) > room:
        return [selector]
    same_job = (narrowed(selector, equal("job", job), none_of("instance", found)) for job, found in by_job.items())
    return [*same_job, narrowed(selector, none_of("job", by_job))]
