"""Reads the evidence for one verdict, in two batches of concurrent questions.

The number of questions does not grow with subjects or signals. The second batch asks what follows from the first: the
vanished subjects that were seen within a day, the targets that fed a series within a day and do so no more, the rules
of the signals evaluated once more, and the series of each pushed group if several groups have the same job and
instance. Only if the second batch finds targets that are silent, or if sources are in doubt, a few more questions
follow.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import Future
from datetime import timedelta
from functools import partial
from math import inf

from msgspec import Struct

from gonogo.durations import format_duration
from gonogo.model.evidence import Evidence, RunState, Unread
from gonogo.model.policy import Policy
from gonogo.model.replacing import replace
from gonogo.model.rule import ITSELF, Engine, RuleGroup, with_external_labels
from gonogo.model.series import Series, by_metric
from gonogo.policy.server import Server
from gonogo.promql.matchers import named
from gonogo.promql.selectors import Selector
from gonogo.server.api import QueryAnswer, query, server_time
from gonogo.server.envelope import asked
from gonogo.server.evaluator_api import evaluated_rules
from gonogo.server.http import Client
from gonogo.server.no_answer import URL_KEY
from gonogo.server.status_api import build, targets
from gonogo.server.versions import Build, nan_ends_series, repeated_seconds, rules_untold
from gonogo.stopping import outcome
from gonogo.verdict.core.pace import Glance
from gonogo.verdict.core.questions import Questions
from gonogo.verdict.core.sources import leaving, source_of
from gonogo.verdict.evaluating import Evaluating
from gonogo.verdict.follow_up import follow_up
from gonogo.verdict.identity import Identities
from gonogo.verdict.inquiry import Inquiry
from gonogo.verdict.origins import Origins, heartbeats, origins
from gonogo.verdict.subjects import recent_subjects

PUSH_TIME = "push_time_seconds"

GATEWAY = "pushgateway_build_info"
"""The metric by which a target shows that it is a Pushgateway."""

LONGEST_READING = timedelta(seconds=55)
"""The longest time for all answers of one verdict together, so that a whole ``decide`` ends within 60 s."""


class Survey(Struct, frozen=True):
    """The questions and the server to ask. A survey is made once and can be asked many times.

    ``query_offset`` is the ``rule_query_offset`` of Prometheus's loaded configuration.
    """

    policy: Policy
    questions: Questions
    files: tuple[RuleGroup, ...]
    client: Client
    server: Server
    query_offset: timedelta = timedelta(0)


class Gathered(Struct, frozen=True):
    """The evidence, and beside it the server's clock skew, and a glance at the server's clock for a watch.

    Both are ``None`` if the server did not give its time.
    """

    evidence: Evidence
    clock_skew_seconds: float | None
    glance: Glance | None = None


def end_of_reading() -> float:
    """Return the moment of the monotonic clock at which a reading that begins now must have its answers."""
    return time.monotonic() + LONGEST_READING.total_seconds()


def gather(
    survey: Survey, runs: Mapping[str, RunState], earlier: Evidence | None = None, until: float | None = None
) -> Gathered:
    """Ask all questions at once, then ask what follows from the answers.

    A question without a valid answer is in the evidence as ``Unread``. This function raises no error. ``earlier`` is
    the evidence of the last look, if there was one. ``until`` is the moment of the monotonic clock that ends every
    wait; ``None``: ``LONGEST_READING`` from now.
    """
    client = survey.client.within(until=until or end_of_reading())
    policy, questions, url = survey.policy, survey.questions, survey.server.url
    server = Inquiry(client, url)
    identities = Identities(client, survey.server)
    identities.ask()
    clock = asked("the server's time", lambda: _clock(client, url))
    over = [f"{named(metrics)}[{format_duration(window)}]" for window, metrics in questions.windows.items()]
    windows = [asked("the samples", partial(query, client, url, text, histograms=True)) for text in over]
    evaluating = Evaluating(client, url, policy)
    begun = evaluating.begin(questions.evaluations)
    names = (*questions.instant, PUSH_TIME, GATEWAY)
    instant = asked("the newest samples", lambda: query(client, url, named(names), histograms=True))
    rules_url, targets_url = survey.server.rules_url, survey.server.targets_url
    loaded = asked(
        "the rules",
        lambda: evaluated_rules(client, rules_url, alerts=questions.alerts),
        _key(rules_url, url, "rules_url"),
    )
    active = asked("the targets", lambda: targets(client, targets_url), _key(targets_url, url, "targets_url"))
    classic = tuple(selector for selector in questions.origins if selector.is_classic)
    quoted = tuple(selector for selector in questions.origins if not selector.is_classic)
    texts = {selector.text: selector.text for selector in classic}
    marks = tuple(policy.synthetic_labels)
    fed = asked("the sources", lambda: origins(server, texts, realm=policy.realm, by=marks))
    beats = asked("the heartbeats of receivers", lambda: heartbeats(server, policy.trusted))
    other = {selector.text: selector.text for selector in quoted}
    fed_too = asked("the sources", lambda: origins(server, other, realm=policy.realm, by=marks))
    version = asked("the version", lambda: build(client, url))
    seen = asked(
        "recent subjects",
        lambda: (
            at
            if isinstance(at := clock.result(), Unread)
            else recent_subjects(server, policy, questions.witnesses, at[0].server)
        ),
    )
    now = outcome(clock)
    known, listed = outcome(version), outcome(loaded)
    groups, evaluator = (listed, ITSELF) if isinstance(listed, Unread) else listed
    if evaluator.engine is not Engine.VMALERT:
        evaluator = replace(evaluator, delay=survey.query_offset)
    evaluated = evaluating.finish(begun, answers=not isinstance(now, Unread))
    evidence = _assemble(policy, now, windows, instant, known)
    repeated = 0.0 if isinstance(known, Unread) else repeated_seconds(known.family)
    evidence = evaluated.added_to(evidence, evidence.now - repeated if repeated else inf)
    evidence = replace(
        evidence,
        rules=groups,
        rules_untold=not (isinstance(known, Unread) or isinstance(groups, Unread))
        and rules_untold(known.family, groups),
        targets=outcome(active),
        leaving=() if earlier is None else leaving(earlier, outcome(active), evidence.now),
        vanished=outcome(seen),
        runs=runs,
        files=with_external_labels(survey.files, evaluator),
        evaluator=evaluator,
        version=None if isinstance(known, Unread) else known.version,
        evaluating_since=identities.start(rules_url),
    )
    evidence = _vouched(_traced(evidence, outcome(fed), outcome(fed_too), quoted), outcome(beats))
    selectors = tuple(one for one in questions.origins if one.text not in evidence.untraced)
    identities.ask()
    evidence = follow_up(server, policy, evidence, selectors, earlier)
    identities.ask()
    if (several := identities.doubt()) is not None and not isinstance(evidence.ranges, Unread):
        evidence = replace(evidence, ranges=several)
    if isinstance(now, Unread):
        return Gathered(evidence, None)
    glance, local = now
    return Gathered(evidence, glance.server - local, glance)


def _key(address: str, url: str, own: str) -> str:
    """Return the key of the policy with an address. Without an address of its own, a question goes to the server."""
    return URL_KEY if address == url else f"prometheus.{own}"


def _clock(client: Client, url: str) -> tuple[Glance, float]:
    """Return the server's time, and the local time halfway through the request."""
    before, asked_at = time.time(), steady_seconds()
    there = server_time(client, url)
    return Glance(there, asked_at, steady_seconds()), (before + time.time()) / 2


def steady_seconds() -> float:
    """Read a clock that never jumps and also counts the time in which the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _assemble(
    policy: Policy,
    now: tuple[Glance, float] | Unread,
    windows: list[Future[QueryAnswer | Unread]],
    instant: Future[QueryAnswer | Unread],
    build: Build | Unread,
) -> Evidence:
    answers = [outcome(window) for window in windows]
    pushed, others = _separated(outcome(instant), PUSH_TIME)
    gateways, others = _separated(others, GATEWAY)
    unread = next((answer for answer in (now, build, *answers) if isinstance(answer, Unread)), None)
    return Evidence(
        now=time.time() if isinstance(now, Unread) else now[0].server,
        ranges=unread if unread is not None else _by_signal(policy, [a for a in answers if isinstance(a, QueryAnswer)]),
        instant=others,
        rules=(),
        targets=(),
        pushes=pushed,
        origins={},
        local_now=time.time(),
        gateways=frozenset(() if isinstance(gateways, Unread) else (source_of(one.labels) for one in gateways)),
        nan_ends_series=not isinstance(build, Unread) and nan_ends_series(build.family),
    )


def _separated(
    newest: QueryAnswer | tuple[Series, ...] | Unread, metric: str
) -> tuple[tuple[Series, ...] | Unread, tuple[Series, ...] | Unread]:
    """Separate the series of one metric from the others in an answer."""
    if isinstance(newest, Unread):
        return newest, newest
    series = newest.series if isinstance(newest, QueryAnswer) else newest
    found = tuple(one for one in series if one.metric == metric and one.values)
    return (found, tuple(one for one in series if one.metric != metric)) if found else ((), series)


def _by_signal(policy: Policy, answers: list[QueryAnswer]) -> dict[str, tuple[Series, ...]]:
    found = by_metric(series for answer in answers for series in answer.series)
    return {signal.name: tuple(found.get(signal.metric, ())) for signal in policy.signals.values()}


def _traced(
    evidence: Evidence, classic: Origins | Unread, quoted: Origins | Unread, selectors: tuple[Selector, ...]
) -> Evidence:
    """Join the sources of both questions. If the server cannot read the second one, its selectors are untraced."""
    if isinstance(classic, Unread):
        return replace(evidence, origins=classic)
    if isinstance(quoted, Unread) and quoted.partial:
        return replace(evidence, origins=quoted)
    if isinstance(quoted, Unread):
        return replace(evidence, origins=classic, untraced=dict.fromkeys((s.text for s in selectors), quoted))
    return replace(evidence, origins={**classic, **quoted})


def _vouched(evidence: Evidence, beats: Mapping[str, float | None] | Unread) -> Evidence:
    """Add the heartbeats of the trusted receivers. Without an answer, no source is known."""
    return replace(evidence, origins=beats) if isinstance(beats, Unread) else replace(evidence, vouched=beats)
