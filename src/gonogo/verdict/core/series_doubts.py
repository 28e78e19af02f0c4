"""Doubts about the series of a subject: absent, ambiguous, made up, ended or old."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from gonogo.model.outcome import Doubt, Reason
from gonogo.model.policy import Policy, Scope, Signal
from gonogo.model.series import METRIC_LABEL, REALM_LABEL, Series, is_classic_label, is_classic_metric, subject_key
from gonogo.model.versions import UTF8_FLAG, UTF8_FLAG_EXISTS, UTF8_NAMES, reaches, release
from gonogo.promql.matchers import label, quoted
from gonogo.verdict.core.answers import Key
from gonogo.verdict.core.tolerances import AGE_INTERVALS, FUTURE_SECONDS

Found = Sequence[Series]
Marks = Mapping[str, tuple[str, ...]]


def looks_sound(ranges: Found, instant: Found, marks: Marks, now: float, max_age: float) -> bool:
    """Check quickly for the usual case: if this is true, ``series_doubts`` yields no doubt."""
    if len(ranges) != 1 or len(instant) != 1:
        return False
    labels, times = ranges[0].labels, ranges[0].times
    if not times or labels != instant[0].labels or not ranges[0].has_one_value_a_time:
        return False
    if ranges[0].histogram_at is not None or not instant[0].times:
        return False
    for name, values in marks.items():
        if labels.get(name) in values:
            return False
    return -FUTURE_SECONDS <= now - times[-1] <= max_age


def series_doubts(
    name: str, ranges: Found, instant: Found, marks: Marks, now: float, max_age: float, hint: str = ""
) -> Iterator[Doubt]:
    """Yield the doubts about the series of a signal for a subject.

    A series is history if its newest sample is older than ``max_age`` seconds, or if it ended, or fell silent, before
    its successor began. History does not make a signal ambiguous. A label of made-up data counts on every series with a
    younger sample. ``name`` is the metric with the labels that its series must have. ``hint`` is the reason why the
    server cannot have the series, empty if none is known.
    """
    living = tuple(series for series in ranges if alive(series, now, max_age))
    yield from _presence(name, ranges, instant, living, hint, now)
    yield from _made_up((*living, *instant), marks)
    series = freshest(ranges)
    if histogram := next((one for one in (*living, *instant) if _is_histogram(one, now, max_age)), None):
        yield Doubt(Reason.HISTOGRAM, histogram_detail(histogram.metric))
    if series is not None and series.newest is not None:
        yield from _freshness(series, series.newest, instant, now, max_age)
    elif instant:
        yield Doubt(
            Reason.STALE,
            f"the newest sample of {instant[0].metric} is older than the window that was read; "
            "make its source write a fresh sample",
        )
    elif series is not None:
        yield Doubt(Reason.STALE, f"{series.metric} has ended; bring back what exports it")


def alive(series: Series, now: float, max_age: float) -> bool:
    """Return whether a series of the range answer has a sample young enough to count."""
    return _newest(series) >= now - max_age


def freshest(ranges: Found) -> Series | None:
    """Return the series with the newest sample. If there are several series, a doubt says so anyway."""
    return ranges[0] if len(ranges) == 1 else max(ranges, key=_newest, default=None)


def _newest(series: Series) -> float:
    return 0.0 if series.newest is None else series.newest


def _is_histogram(series: Series, now: float, max_age: float) -> bool:
    at = series.histogram_at
    return at is not None and (not series.times or at >= now - max_age)


def histogram_detail(metric: str) -> str:
    """Say why a native histogram cannot be compared, and what to do."""
    return (
        f"{metric} is a native histogram, and a condition can compare only a number; record a number "
        "by a rule with histogram_quantile, histogram_fraction, histogram_count or histogram_sum, "
        "and let the policy read what that rule records"
    )


def _presence(name: str, ranges: Found, instant: Found, living: Found, hint: str, now: float) -> Iterator[Doubt]:
    if not ranges and not instant:
        advice = hint or "; start what exports it, or load the rule that records it"
        yield Doubt(Reason.ABSENT, f"the server has no series {name}{advice}")
    for answer in (ranges, instant):
        if len(set(map(_label_set, answer))) < len(answer):
            yield Doubt(
                Reason.AMBIGUOUS,
                f"the server's answer has the same series {name} more than once; "
                "check the proxy that merges answers between gonogo and the server",
            )
    if not all(series.has_one_value_a_time for series in living):
        yield Doubt(
            Reason.AMBIGUOUS,
            f"{name} has two values at the same time, so two programs write it; find the second one, such as another "
            "vmalert or vmagent, and stop it or give its series another label",
        )
    rivals = _rivals(instant, living, now)
    if len(rivals) > 1:
        yield Doubt(
            Reason.AMBIGUOUS,
            f"{len(rivals)} series match {name}, and the policy does not say which one to read; "
            "remove the others, or name the labels of the series in the policy",
        )


def _rivals(instant: Found, living: Found, now: float) -> set[tuple[tuple[str, str], ...]]:
    """Return the label sets of the series that the signal could be, more than one if the signal is ambiguous.

    A series that has ended before another began is its predecessor. So is a series without a staleness marker that is
    still in the instant answer although its newest sample is too old, or although its next samples did not come.
    """
    at_once = {_label_set(series) for series in instant}
    current = [series for series in living if _label_set(series) in at_once]
    if not current:
        return at_once.union(map(_label_set, living))
    first = max((series.times[0] for series in current if series.times), default=0.0)
    return {
        _label_set(series)
        for series in living
        if _newest(series) >= first or (_label_set(series) in at_once and not _is_overdue(series, now))
    }


def _is_overdue(series: Series, now: float) -> bool:
    """Return whether a series has been silent for two of the longest times between its samples."""
    times = series.times
    longest = max((after - before for before, after in pairwise(times)), default=None)
    return longest is not None and now - times[-1] > AGE_INTERVALS * longest


def _label_set(series: Series) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(series.labels.items()))


def _made_up(found: Found, marks: Marks) -> Iterator[Doubt]:
    for name, values in marks.items():
        for series in found:
            if series.labels.get(name) in values:
                yield Doubt(
                    Reason.SYNTHETIC,
                    f"{series.metric} has the label {label(name)}={series.labels[name]!r}, which marks "
                    "made-up data; keep such series out of the policy's realm",
                )


def wrong_realm(signal: Signal, name: str, realm: str | None) -> Doubt:
    """Return the doubt about a signal whose series are in other realms only."""
    step = "let its source write that label"
    if signal.is_evaluated:
        step = f"keep the label in the expression, such as sum by ({REALM_LABEL}) (...), and {step}"
    return Doubt(Reason.WRONG_REALM, f"{name} exists, but not with {REALM_LABEL}={realm!r}; {step}")


def _freshness(series: Series, newest: float, instant: Found, now: float, max_age: float) -> Iterator[Doubt]:
    age = now - newest
    if age < -FUTURE_SECONDS:
        yield Doubt(
            Reason.FUTURE,
            f"the newest sample of {series.metric} is {-age:.1f} s ahead of the server's clock; set the clocks right",
        )
    if age > max_age:
        yield Doubt(
            Reason.STALE,
            f"the newest sample of {series.metric} is {age:.1f} s old, over the {max_age:g} s allowed; "
            "make its source write a fresh sample",
        )
    elif all(other.labels != series.labels for other in instant):
        yield Doubt(Reason.STALE, f"{series.metric} ended {age:.1f} s ago; bring back what exports it")


def nameless_doubts(nameless: Found, subjects: tuple[str, ...]) -> tuple[Doubt, ...]:
    """Return a doubt if a series of a signal lacks a label of the subject, so that it could be any subject's."""
    if not nameless:
        return ()
    labels = nameless[0].labels
    missing = next(name for name in subjects if not labels.get(name))
    shown = ", ".join(f"{label(name)}={value!r}" for name, value in sorted(labels.items()) if name != METRIC_LABEL)
    more = f" (and {len(nameless) - 1} more)" if len(nameless) > 1 else ""
    why = f"{nameless[0].metric} has a series without the subject label {label(missing)}: {{{shown}}}{more}"
    step = "let its source write the label, or name labels in the policy that this series does not have"
    return (Doubt(Reason.AMBIGUOUS, f"{why}; {step}"),)


def written(policy: Policy, signal: Signal, instant: Mapping[str, Sequence[Series]]) -> dict[Key, float]:
    """Map each subject to the latest unix time that a writer of the policy's realm put in the signal's metric of times.

    ``instant`` has the series of the instant answer by the name of their metric.
    """
    latest: dict[Key, float] = {}
    for series in instant.get(signal.written_at, ()) if signal.written_at else ():
        key = subject_key(series.labels, policy.subjects if signal.scope is Scope.SUBJECT else ())
        if key is not None and series.values and policy.realm in (None, series.labels.get(REALM_LABEL)):
            latest[key] = max(latest.get(key, series.values[-1]), series.values[-1])
    return latest


def writer_doubts(metric: str | None, latest: float | None, now: float) -> tuple[Doubt, ...]:
    """Return a doubt if the writer's clock is ahead. A missing time has a doubt of its own, ``absent``."""
    if latest is None or not latest - now > FUTURE_SECONDS:
        return ()
    ahead = f"{metric} is {latest - now:.1f} s ahead of the server's clock"
    return (Doubt(Reason.FUTURE, f"{ahead}; set the clocks of the writer and the server right"),)


def selector_of(signal: Signal, subjects: tuple[str, ...], key: Key, member: Mapping[str, str]) -> str:
    """Write the selector of the judged series without the realm. A missing subject is named in it."""
    subject = dict(zip(subjects, key, strict=True)) if key else {}
    labels = {**signal.labels, **subject, **member}
    asked = [f"{label(name)}={value!r}" if value else f"{label(name)}=~'.+'" for name, value in labels.items()]
    if not is_classic_metric(signal.metric) and not signal.is_evaluated:
        return f"{{{', '.join((quoted(signal.metric), *asked))}}}"
    return f"{signal.metric}{{{', '.join(asked)}}}" if asked else signal.metric


VANISHED = (
    ", but its subject was there within 24 h; bring back what exported it, or, if it was taken away on purpose, delete "
    "its series on the server, or wait until they are 24 h old"
)
"""The advice for a subject that has vanished."""


def name_hint(signal: Signal, subjects: tuple[str, ...], version: str | None) -> str:
    """Say why the server cannot have a series of the signal. The text is empty unless that is known."""
    if signal.is_evaluated:
        return _no_result(signal.expression)
    labels = (*signal.labels, *(subjects if signal.scope is Scope.SUBJECT else ()))
    if is_classic_metric(signal.metric) and all(map(is_classic_label, labels)):
        return ""
    return f"; {old}" if (old := too_old(version)) else ""


def _no_result(expression: str) -> str:
    from gonogo.promql.result import is_filter  # noqa: PLC0415 - a verdict without expressions does not pay for it

    if is_filter(expression):
        return (
            "; its expression gives a result only while its comparison holds, so move the comparison into the condition"
        )
    return "; its expression gives no result, so see what each of its selectors finds"


def too_old(version: str | None) -> str:
    """Say that the server is too old for UTF-8 names. The text is empty unless that is known."""
    if version is None or reaches(release(version), UTF8_NAMES):
        return ""
    since = ".".join(map(str, UTF8_NAMES))
    if reaches(release(version), UTF8_FLAG_EXISTS):
        flag = f"--enable-feature={UTF8_FLAG}"
        return f"Prometheus {version} takes such names only with {flag}: turn it on, or upgrade to {since} or later"
    return (
        f"Prometheus {version} does not take such names: upgrade it to {since} or later, or rename the metric "
        "and its labels"
    )
