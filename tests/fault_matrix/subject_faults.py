"""Faults of one subject among several: it alone is refused, and with it the whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gonogo.model.outcome import Reason
from gonogo.model.verdict import Verdict
from tests.fault_matrix.exposed import Change, plus, valued_in
from tests.fault_matrix.fault import Fault
from tests.fault_matrix.fleet_stage import SERVICES, fleet_of
from tests.fault_matrix.run_faults import clock_apart
from tests.fault_matrix.sources_stage import Enter, forgotten
from tests.fault_matrix.stage import Stage

HURT = "mail"
SERVICE = f'service="{HURT}"'
REALM, DEV = 'metric_realm="sandbox"', 'metric_realm="dev"'
UNIQUE, SATURATION, EVENTS, TS = (
    "duri_p_unique_ratio",
    "duri_saturation",
    "duri_canary_events_total",
    "duri_textfile_heartbeat_ts",
)
GATES = {"heartbeat": "heartbeat", "canary": "canary-quorum-pass", "saturation": "saturation"}


def fault(name: str, mechanism: str, signal: str, enter: Enter, reason: Reason | None) -> Fault:
    """Make a fault of a service."""
    verdict = Verdict.NO_GO if reason is None else Verdict.HOLD
    return Fault(
        name, mechanism, "subject", signal, GATES[signal], verdict, reason, enter, stage="subjects", group="subjects"
    )


def of_one(change: Change) -> Enter:
    """Change what the services export, and see that the others are still GO while one is hurt."""

    @contextmanager
    def enter(place: Stage) -> Iterator[None]:
        with of_all(change)(place):
            yield
            subjects = place.decide().judgement.subjects
            go = {subject.labels["service"] for subject in subjects if subject.verdict is Verdict.GO}
            assert go >= set(SERVICES) - {HURT}, "a healthy service was refused with the other"

    return enter


def two_days_ahead(enter: Enter) -> Enter:
    """Let the machine that decides live two days ahead while another fault lasts."""

    @contextmanager
    def entered(place: Stage) -> Iterator[None]:
        with enter(place), clock_apart(2 * 86_400.0)(place):
            yield

    return entered


def of_all(change: Change) -> Enter:
    """Change what the services export."""

    @contextmanager
    def enter(place: Stage) -> Iterator[None]:
        fleet = fleet_of(place)
        healthy, fleet.change = fleet.change, change
        try:
            yield
        finally:
            fleet.change = healthy

    return enter


def replaced(old: str, new: str, *metrics: str) -> Change:
    """Replace a piece of the hurt service's labels, in some or all of its series."""
    return lines(lambda line: line.replace(old, new) if line.startswith(metrics or ("duri_",)) else line)


def lines(change: Change) -> Change:
    """Change the lines of the hurt service."""
    return lambda text: "".join(change(line) if SERVICE in line else line for line in text.splitlines(keepends=True))


def second(*metrics: str) -> Change:
    """Let another host export the hurt service's series as well."""
    return lines(lambda line: line + (line.replace(REALM, f'host="b",{REALM}') if line.startswith(metrics) else ""))


FAULTS = (
    fault(
        "one-canary-repeats-itself",
        "the p-values of one service repeat",
        "canary",
        of_one(valued_in(SERVICE, "0.5", UNIQUE)),
        None,
    ),
    fault(
        "one-writer-stalled",
        "the writer of one service has stalled",
        "heartbeat",
        of_one(valued_in(SERVICE, plus(-130), TS)),
        None,
    ),
    fault(
        "one-saturated", "one service is saturated", "saturation", of_one(valued_in(SERVICE, "0.95", SATURATION)), None
    ),
    fault("one-vanished", "one service vanished", "heartbeat", of_one(lines(lambda _: "")), Reason.ABSENT),
    Fault(
        "one-moved-to-dev",
        "one service left the realm, and goes on in realm dev",
        "subject",
        "all",
        "heartbeat",
        Verdict.HOLD,
        Reason.ABSENT,
        of_one(replaced(REALM, DEV)),
        stage="subjects",
        group="subjects",
    ),
    Fault(
        "one-vanished-by-a-clock-of-another-day",
        "one service vanished, and the clock of the machine that decides is two days ahead",
        "clock",
        "all",
        "heartbeat",
        Verdict.HOLD,
        Reason.ABSENT,
        two_days_ahead(of_one(lines(lambda _: ""))),
        stage="subjects",
        group="subjects",
    ),
    fault("all-vanished", "all services vanished at once", "heartbeat", of_all(lambda _: ""), Reason.ABSENT),
    fault(
        "one-renamed",
        "one service bears another name",
        "heartbeat",
        forgotten(of_one(replaced(SERVICE, 'service="post"')), '{service="post"}', whole=True),
        Reason.ABSENT,
    ),
    fault(
        "one-without-a-name",
        "one service's name is empty, so its series could be those of any service",
        "canary",
        of_all(replaced(SERVICE, 'service=""')),
        Reason.AMBIGUOUS,
    ),
    fault(
        "one-without-its-canary",
        "one service exports everything but its unique ratio",
        "canary",
        of_one(lines(lambda line: "" if line.startswith(UNIQUE) else line)),
        Reason.STALE,
    ),
    fault(
        "a-new-half",
        "a new service appears with a heartbeat and nothing else",
        "canary",
        forgotten(
            of_one(
                lines(lambda line: line + (line.replace(SERVICE, 'service="new"') if "_heartbeat_" in line else ""))
            ),
            '{service="new"}',
            whole=True,
        ),
        Reason.ABSENT,
    ),
    fault(
        "one-in-dev",
        "one service's raw signal comes from realm dev",
        "saturation",
        of_one(replaced(REALM, DEV, SATURATION)),
        Reason.WRONG_REALM,
    ),
    fault(
        "one-exported-twice",
        "two hosts export one service's signal",
        "saturation",
        of_one(second(SATURATION)),
        Reason.AMBIGUOUS,
    ),
    fault(
        "one-canary-twice",
        "two hosts export one service's unique ratio",
        "canary",
        of_one(second(UNIQUE)),
        Reason.AMBIGUOUS,
    ),
    fault(
        "one-of-smoke",
        "one service's raw signal bears mode=smoke",
        "saturation",
        of_one(replaced(REALM, f'{REALM},mode="smoke"', SATURATION)),
        Reason.SYNTHETIC,
    ),
    fault(
        "one-nan",
        "one service's raw signal is NaN",
        "saturation",
        of_one(valued_in(SERVICE, "NaN", SATURATION)),
        Reason.NOT_FINITE,
    ),
    fault(
        "one-out-of-range",
        "one service's raw signal is 1.7",
        "saturation",
        of_one(valued_in(SERVICE, "1.7", SATURATION)),
        Reason.OUT_OF_RANGE,
    ),
    fault(
        "one-clock-ahead",
        "the clock of one service's writer is an hour ahead",
        "heartbeat",
        of_one(valued_in(SERVICE, lambda at: at + 3600, TS)),
        Reason.FUTURE,
    ),
)
