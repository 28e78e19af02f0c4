"""Faults of series: real exporters that export what no measurement can be, or what should refuse."""

from __future__ import annotations

import time
from datetime import timedelta

from gonogo.model.outcome import Reason
from gonogo.model.verdict import Verdict
from tests.fault_matrix.exposed import Change, both, plus, relabelled, twice, valued, valued_in, without
from tests.fault_matrix.fault import Fault
from tests.fault_matrix.sources_stage import Enter, exported, forgotten, from_gateway, pushed

BAD, TOTAL = "duri_slo_bad_total", "duri_slo_events_total"
EVENTS, ROLLBACKS, PROMOTIONS = "duri_canary_events_total", "duri_canary_rollback_total", "duri_canary_promote_total"
UNIQUE = "duri_p_unique_ratio"
ALERTS, MTTR, CREATED = "duri_alert_rate_per_hour", "duri_mttr_seconds", "duri_ev_created_total"
LAST = "duri_dr_rehearsal_last_success_timestamp_seconds"
DURATION = "duri_dr_rehearsal_duration_seconds"
COUNT, BUCKETS, SUM = f"{DURATION}_count", f"{DURATION}_bucket", f"{DURATION}_sum"
SUCCEEDED, FAILED = "duri_dr_rehearsal_success_total", "duri_dr_rehearsal_failure_total"
GATES = {
    "budget": "error-budget-burn-ok",
    "canary": "canary-quorum-pass",
    "rehearsal": "dr-rehearsal-24h-pass",
    "stability": "stability",
}
REALM, DEV = 'metric_realm="sandbox"', 'metric_realm="dev"'


def fault(name: str, mechanism: str, signal: str, enter: Enter, reason: Reason | None) -> Fault:
    """Make a fault of a class of signal: one that is known to be bad, or one that is unknown."""
    verdict = Verdict.NO_GO if reason is None else Verdict.HOLD
    return Fault(
        name, mechanism, "series", signal, GATES[signal], verdict, reason, enter, stage="sources", group="series"
    )


def counter(change: Change, *metrics: str) -> Enter:
    """Change counters, whose increase would remember it for days."""
    return forgotten(exported(change), *metrics)


def pushed_counter(change: Change, *metrics: str) -> Enter:
    """Change pushed counters, whose increase would remember it for days."""
    return forgotten(pushed(change), *metrics)


def ago(age: timedelta) -> Change:
    """Let the last rehearsal have succeeded so long ago."""
    return valued(lambda _: time.time() - age.total_seconds(), LAST)


STABILITY = (
    fault(
        "alerts-a-thousand-an-hour",
        "a thousand alerts an hour fire",
        "stability",
        exported(valued("1000", ALERTS)),
        None,
    ),
    fault("recovery-takes-hours", "recovery takes two hours", "stability", exported(valued("7200", MTTR)), None),
    fault("alert-rate-infinite", "the alert rate is +Inf", "stability", exported(valued("+Inf", ALERTS)), Reason.STALE),
    fault(
        "second-instance-alerts",
        "a second instance counts the alerts of a bad hour",
        "stability",
        exported(twice(REALM, f'{REALM},host="b"', ALERTS, amount="40")),
        None,
    ),
    fault(
        "mttr-gone", "no mean time to recover is exported", "stability", exported(without(MTTR)), Reason.SOURCE_SILENT
    ),
    fault(
        "evidence-counter-gone",
        "the counter of evidence is gone",
        "stability",
        exported(without(CREATED)),
        Reason.SOURCE_SILENT,
    ),
    fault(
        "alert-rate-of-dev",
        "the alert rate comes from realm dev",
        "stability",
        exported(relabelled(REALM, DEV, ALERTS)),
        Reason.SOURCE_UNKNOWN,
    ),
    fault("alert-rate-negative", "the alert rate is -5", "stability", exported(valued("-5", ALERTS)), Reason.STALE),
    fault(
        "mttr-negative", "the mean time to recover is -60 s", "stability", exported(valued("-60", MTTR)), Reason.STALE
    ),
    fault("mttr-nan", "the mean time to recover is NaN", "stability", exported(valued("NaN", MTTR)), Reason.STALE),
    fault(
        "evidence-counter-nan",
        "the counter of evidence is NaN",
        "stability",
        counter(valued("NaN", CREATED), CREATED),
        Reason.STALE,
    ),
    fault(
        "evidence-counter-infinite",
        "the counter of evidence is +Inf",
        "stability",
        counter(valued("+Inf", CREATED), CREATED),
        Reason.STALE,
    ),
    fault(
        "success-counter-gone",
        "the counter of successful rehearsals is gone",
        "stability",
        pushed(without(SUCCEEDED)),
        Reason.SOURCE_UNKNOWN,
    ),
    fault(
        "success-counter-infinite",
        "the counter of successful rehearsals is +Inf",
        "stability",
        pushed_counter(valued("+Inf", SUCCEEDED), SUCCEEDED),
        Reason.STALE,
    ),
)

BUDGET = (
    fault(
        "bad-events-jump",
        "a hundred thousand events go bad at once",
        "budget",
        counter(valued(plus(100_000), BAD), BAD),
        None,
    ),
    fault(
        "bad-counter-gone", "the counter of bad events is gone", "budget", exported(without(BAD)), Reason.SOURCE_SILENT
    ),
    fault("total-gone", "the counter of all events is gone", "budget", exported(without(TOTAL)), Reason.SOURCE_SILENT),
    fault(
        "bad-counter-of-dev",
        "the counter of bad events comes from realm dev",
        "budget",
        exported(relabelled(REALM, DEV, BAD)),
        Reason.SOURCE_UNKNOWN,
    ),
    fault(
        "slo-renamed",
        "the counters bear the name of another objective",
        "budget",
        exported(relabelled('slo="green"', 'slo="blue"', BAD, TOTAL)),
        Reason.SOURCE_UNKNOWN,
    ),
    fault(
        "bad-counter-nan",
        "the counter of bad events is NaN",
        "budget",
        counter(valued("NaN", BAD), BAD),
        Reason.NOT_FINITE,
    ),
    fault(
        "bad-counter-infinite",
        "the counter of bad events is +Inf",
        "budget",
        counter(valued("+Inf", BAD), BAD),
        Reason.NOT_FINITE,
    ),
    fault(
        "bad-counter-negative",
        "the counter of bad events fell below zero",
        "budget",
        counter(valued("-1e9", BAD), BAD),
        Reason.OUT_OF_RANGE,
    ),
    fault(
        "total-nan", "the counter of all events is NaN", "budget", counter(valued("NaN", TOTAL), TOTAL), Reason.STALE
    ),
    fault(
        "total-infinite",
        "the counter of all events is +Inf, so that any burn reads 0",
        "budget",
        counter(valued("+Inf", TOTAL), TOTAL),
        Reason.STALE,
    ),
    fault(
        "total-minus-infinite",
        "the counter of all events is -Inf",
        "budget",
        counter(valued("-Inf", TOTAL), TOTAL),
        Reason.STALE,
    ),
    fault(
        "counters-of-text",
        "a counter's value is a word, so the whole file is refused",
        "budget",
        exported(valued("many", BAD)),
        Reason.SOURCE_SILENT,
    ),
    fault(
        "type-nobody-knows",
        "a TYPE line names a type that does not exist",
        "budget",
        exported(lambda text: text.replace(f"# TYPE {BAD} counter", f"# TYPE {BAD} meter")),
        Reason.SOURCE_SILENT,
    ),
)

CANARY = (
    fault("unique-ratio-low", "half of the p-values repeat", "canary", exported(valued("0.5", UNIQUE)), None),
    fault(
        "dev-first-ours-low",
        "a good ratio of realm dev comes first, ours is bad",
        "canary",
        exported(both(twice(REALM, DEV, UNIQUE), valued_in(REALM, "0.5", UNIQUE))),
        None,
    ),
    fault(
        "rollbacks-jump",
        "a hundred canaries are rolled back at once",
        "canary",
        counter(valued(plus(100), ROLLBACKS), ROLLBACKS),
        None,
    ),
    fault("unique-ratio-nan", "the unique ratio is NaN", "canary", exported(valued("NaN", UNIQUE)), Reason.NOT_FINITE),
    fault(
        "unique-ratio-infinite",
        "the unique ratio is +Inf",
        "canary",
        exported(valued("+Inf", UNIQUE)),
        Reason.NOT_FINITE,
    ),
    fault(
        "unique-ratio-minus-infinite",
        "the unique ratio is -Inf",
        "canary",
        exported(valued("-Inf", UNIQUE)),
        Reason.NOT_FINITE,
    ),
    fault(
        "unique-ratio-above-one",
        "the unique ratio is 1.5",
        "canary",
        exported(valued("1.5", UNIQUE)),
        Reason.OUT_OF_RANGE,
    ),
    fault(
        "unique-ratio-in-percent",
        "the unique ratio is exported as 97",
        "canary",
        exported(valued(lambda ratio: ratio * 100, UNIQUE)),
        Reason.OUT_OF_RANGE,
    ),
    fault(
        "unique-ratio-negative",
        "the unique ratio is -0.1",
        "canary",
        exported(valued("-0.1", UNIQUE)),
        Reason.OUT_OF_RANGE,
    ),
    fault("unique-ratio-gone", "the unique ratio is gone", "canary", exported(without(UNIQUE)), Reason.SOURCE_SILENT),
    fault(
        "unique-ratio-of-dev",
        "the unique ratio comes from realm dev",
        "canary",
        exported(relabelled(REALM, DEV, UNIQUE)),
        Reason.SOURCE_UNKNOWN,
    ),
    fault(
        "unique-ratio-of-a-day",
        "the unique ratio is that of another window",
        "canary",
        exported(relabelled('window="2h"', 'window="24h"', UNIQUE)),
        Reason.SOURCE_UNKNOWN,
    ),
    fault(
        "unique-ratio-of-smoke",
        "the unique ratio bears mode=smoke",
        "canary",
        exported(relabelled(REALM, f'{REALM},mode="smoke"', UNIQUE)),
        Reason.SYNTHETIC,
    ),
    fault(
        "unique-ratio-twice",
        "two instances export a unique ratio, one of them bad",
        "canary",
        exported(twice(REALM, f'{REALM},host="b"', UNIQUE, amount="0.1")),
        Reason.AMBIGUOUS,
    ),
    fault(
        "canary-events-nan",
        "the counter of canary events is NaN",
        "canary",
        counter(valued("NaN", EVENTS), EVENTS),
        Reason.NOT_FINITE,
    ),
    fault(
        "canary-events-infinite",
        "the counter of canary events is +Inf, more than any quorum",
        "canary",
        counter(valued("+Inf", EVENTS), EVENTS),
        Reason.NOT_FINITE,
    ),
    fault(
        "canary-events-negative",
        "the counter of canary events fell below zero",
        "canary",
        counter(valued("-1e9", EVENTS), EVENTS),
        Reason.OUT_OF_RANGE,
    ),
    fault(
        "promotions-gone",
        "the counter of promotions is gone",
        "canary",
        exported(without(PROMOTIONS)),
        Reason.SOURCE_SILENT,
    ),
    fault(
        "promotions-nan",
        "the counter of promotions is NaN",
        "canary",
        counter(valued("NaN", PROMOTIONS), PROMOTIONS),
        Reason.STALE,
    ),
    fault(
        "promotions-infinite",
        "the counter of promotions is +Inf, so that no canary fails",
        "canary",
        counter(valued("+Inf", PROMOTIONS), PROMOTIONS),
        Reason.STALE,
    ),
    fault(
        "rollbacks-negative",
        "the counter of rollbacks fell below zero",
        "canary",
        counter(valued("-1e9", ROLLBACKS), ROLLBACKS),
        Reason.STALE,
    ),
)

REHEARSAL = (
    fault(
        "rehearsal-a-day-and-an-hour-old",
        "the last rehearsal succeeded 25 hours ago",
        "rehearsal",
        pushed(ago(timedelta(hours=25))),
        None,
    ),
    fault("rehearsal-never", "the time of the last rehearsal is 0", "rehearsal", pushed(valued("0", LAST)), None),
    fault(
        "rehearsals-slow",
        "ten rehearsals took an hour",
        "rehearsal",
        pushed_counter(both(valued_in('le="+Inf"', plus(10), BUCKETS), valued(plus(10), COUNT)), BUCKETS, COUNT),
        None,
    ),
    fault(
        "rehearsal-in-the-future",
        "the last rehearsal succeeds an hour from now",
        "rehearsal",
        pushed(ago(timedelta(hours=-1))),
        Reason.FUTURE,
    ),
    fault(
        "rehearsal-in-milliseconds",
        "the time of the last rehearsal is in milliseconds",
        "rehearsal",
        pushed(valued(lambda seconds: seconds * 1000, LAST)),
        Reason.FUTURE,
    ),
    fault(
        "rehearsal-time-nan",
        "the time of the last rehearsal is NaN",
        "rehearsal",
        pushed(valued("NaN", LAST)),
        Reason.NOT_FINITE,
    ),
    fault(
        "rehearsal-time-infinite",
        "the time of the last rehearsal is +Inf",
        "rehearsal",
        pushed(valued("+Inf", LAST)),
        Reason.FUTURE,
    ),
    fault(
        "rehearsal-time-minus-infinite",
        "the time of the last rehearsal is -Inf",
        "rehearsal",
        pushed(valued("-Inf", LAST)),
        Reason.NOT_FINITE,
    ),
    fault(
        "rehearsal-time-gone",
        "no time of the last rehearsal is pushed",
        "rehearsal",
        pushed(without(LAST)),
        Reason.SOURCE_UNKNOWN,
    ),
    fault(
        "rehearsal-of-dev",
        "the rehearsals are those of realm dev",
        "rehearsal",
        pushed(lambda text: text.replace(REALM, DEV)),
        Reason.SOURCE_UNKNOWN,
    ),
    fault(
        "rehearsal-of-smoke",
        "the last rehearsal was a smoke run",
        "rehearsal",
        pushed(relabelled(REALM, f'{REALM},mode="smoke"', LAST)),
        Reason.SYNTHETIC,
    ),
    fault(
        "durations-gone",
        "no durations of rehearsals are pushed",
        "rehearsal",
        pushed(without(COUNT, BUCKETS, SUM)),
        Reason.SOURCE_UNKNOWN,
    ),
    fault(
        "durations-nan",
        "the histogram of durations is NaN",
        "rehearsal",
        forgotten(from_gateway(valued("NaN", BUCKETS)), BUCKETS),
        None,
    ),
)

FAULTS = (*STABILITY, *BUDGET, *CANARY, *REHEARSAL)
