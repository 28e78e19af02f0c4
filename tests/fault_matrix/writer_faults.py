"""Faults of the heartbeat's writer: it stops, its clock is wrong, or what it writes is spoiled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

from gonogo.model.outcome import Reason
from gonogo.model.replacing import replace
from gonogo.model.verdict import Verdict
from tests.fault_matrix.exposed import Change, both, plus, relabelled, twice, valued, without
from tests.fault_matrix.fault import Fault
from tests.fault_matrix.sources_stage import Enter, forget, forgotten
from tests.fault_matrix.stage import Stage

SEQ, TS = "duri_textfile_heartbeat_seq", "duri_textfile_heartbeat_ts"
REALM, DEV, VIA = 'metric_realm="sandbox"', 'metric_realm="dev"', 'via="textfile"'
UPTIME_MEMORY = ("duri_heartbeat_fresh_120s", "duri_green_uptime_ratio")
"""What remembers for a day that a heartbeat had other labels."""


def fault(name: str, mechanism: str, enter: Enter, reason: Reason | None, kind: str = "writer") -> Fault:
    """Make a fault of the heartbeat."""
    verdict = Verdict.NO_GO if reason is None else Verdict.HOLD
    return Fault(
        name, mechanism, kind, "heartbeat", "heartbeat", verdict, reason, enter, stage="sources", group="writers"
    )


def file_of(place: Stage) -> Path:
    """Name the file that the writer writes."""
    return place.stack.layout.textfile_dir / f"{place.prefix}_textfile_heartbeat.prom"


@contextmanager
def silent(place: Stage) -> Iterator[None]:
    """Keep the writer from beating."""
    place.stack.traffic.pause_beats()
    try:
        yield
    finally:
        place.stack.restore()
        place.stack.traffic.resume_beats()


def written(change: Change) -> Enter:
    """Change what the writer wrote last, and let it write no more."""

    @contextmanager
    def enter(place: Stage) -> Iterator[None]:
        with silent(place):
            text = file_of(place).read_text(encoding="utf-8")
            place.stack.write(file_of(place), change(text))
            yield

    return enter


def at(when: Callable[[], float]) -> Change:
    """Write a time of the beat."""
    return valued(lambda _: when(), TS)


def beating(ahead: timedelta) -> Enter:
    """Beat over and over with a clock that is ahead, or behind by less than nothing."""

    @contextmanager
    def enter(place: Stage) -> Iterator[None]:
        stop = Event()

        def beat() -> None:
            while not stop.wait(0.3):
                place.stack.traffic.beat(lag=-ahead)

        with silent(place):
            thread = Thread(target=beat, name="wrong clock", daemon=True)
            thread.start()
            try:
                yield
            finally:
                stop.set()
                thread.join()

    return enter


@contextmanager
def stalled(place: Stage) -> Iterator[None]:
    """Beat once as if 110 s ago, and never again."""
    with silent(place):
        place.stack.traffic.beat(lag=timedelta(seconds=110))
        yield


@contextmanager
def counting_with_a_stopped_clock(place: Stage) -> Iterator[None]:
    """Raise the sequence over and over under one time."""
    stop = Event()
    stopped_at = time.time() - 115

    def count() -> None:
        while not stop.wait(0.3):
            text = file_of(place).read_text(encoding="utf-8")
            place.stack.write(file_of(place), both(valued(plus(1), SEQ), at(lambda: stopped_at))(text))

    with silent(place):
        thread = Thread(target=count, name="stopped clock", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


@contextmanager
def repeating_itself(place: Stage) -> Iterator[None]:
    """Write the same sequence number for over six minutes, so long that nothing else is remembered."""
    with silent(place):
        forget(place, SEQ, since=time.time() - 400)
        yield


@contextmanager
def deleted(place: Stage) -> Iterator[None]:
    """Delete the writer's file."""
    with silent(place):
        file_of(place).unlink()
        yield


@contextmanager
def a_folder(place: Stage) -> Iterator[None]:
    """Put a folder in the file's place."""
    with silent(place):
        file_of(place).unlink()
        file_of(place).mkdir()
        try:
            yield
        finally:
            file_of(place).rmdir()


@contextmanager
def a_loop_of_links(place: Stage) -> Iterator[None]:
    """Put a link to itself in the file's place."""
    with silent(place):
        file_of(place).unlink()
        file_of(place).symlink_to(file_of(place).name)
        try:
            yield
        finally:
            file_of(place).unlink()


def second_file(change: Change) -> Enter:
    """Export a second file beside the writer's, made from a copy of it."""

    @contextmanager
    def enter(place: Stage) -> Iterator[None]:
        place.stack.write(
            place.stack.layout.textfile_dir / "another_writer.prom", change(file_of(place).read_text(encoding="utf-8"))
        )
        try:
            yield
        finally:
            place.stack.restore()

    return enter


def other_host(text: str) -> str:
    """Bear the label of another host."""
    return text.replace(REALM, f'host="b",{REALM}')


def dev_alive(text: str) -> str:
    """Put a healthy time of realm dev before ours."""
    return twice(REALM, DEV, TS, amount=repr(time.time() + 3))(text)


def spoiled_clock(name: str, mechanism: str, when: Callable[[], float], reason: Reason | None) -> Fault:
    """Make a fault in which the last beat bears an impossible time."""
    return fault(name, mechanism, written(at(when)), reason, "clock")


CLOCKS = (
    replace(
        fault(
            "one-of-two-writers-stalled",
            "of two hosts that beat in one realm one has stalled, and V has half of an uptime",
            forgotten(
                second_file(lambda text: other_host(at(lambda: time.time() - 600)(text))),
                *(f'{name}{{host="b"}}' for name in UPTIME_MEMORY),
                whole=True,
            ),
            None,
        ),
        gate="stability",
    ),
    fault("writer-stalled", "the last beat was 110 s ago, and none follows", stalled, None),
    fault("clock-behind", "the writer's clock is ten minutes behind", beating(-timedelta(minutes=10)), None, "clock"),
    fault(
        "clock-seconds-ahead",
        "the writer's clock is nine seconds ahead",
        beating(timedelta(seconds=9)),
        Reason.FUTURE,
        "clock",
    ),
    fault(
        "clock-an-hour-ahead",
        "the writer's clock is an hour ahead",
        beating(timedelta(hours=1)),
        Reason.FUTURE,
        "clock",
    ),
    fault(
        "clock-stopped",
        "the sequence counts on under a clock that stands",
        counting_with_a_stopped_clock,
        None,
        "clock",
    ),
    fault("sequence-stands", "the time goes on over a sequence that stands", repeating_itself, None),
    spoiled_clock("beat-at-infinity", "the time of the beat is +Inf", lambda: float("inf"), Reason.FUTURE),
    spoiled_clock("beat-before-all-time", "the time of the beat is -Inf", lambda: float("-inf"), None),
    spoiled_clock("beat-at-nan", "the time of the beat is NaN", lambda: float("nan"), None),
    spoiled_clock("beat-at-zero", "the time of the beat is 0", lambda: 0.0, None),
    spoiled_clock(
        "beat-in-milliseconds", "the time of the beat is in milliseconds", lambda: time.time() * 1000, Reason.FUTURE
    ),
    spoiled_clock("beat-of-yesterday", "the clock was set back by a day", lambda: time.time() - 86_400, None),
    fault(
        "old-copy-restored",
        "yesterday's copy of the file was restored over it",
        written(both(valued(plus(-1920), SEQ), at(lambda: time.time() - 86_400))),
        None,
    ),
)

FILES = (
    fault("file-deleted", "the writer's file is deleted", deleted, Reason.SOURCE_SILENT),
    fault("file-empty", "the writer's file is empty", written(lambda _: ""), Reason.SOURCE_SILENT),
    fault(
        "file-cut",
        "the writer's file ends in the middle of a line",
        written(lambda text: text[:-20]),
        Reason.SOURCE_SILENT,
    ),
    fault(
        "no-final-newline",
        "the writer's file lacks its final line feed",
        written(lambda text: text.removesuffix("\n")),
        Reason.SOURCE_SILENT,
    ),
    fault(
        "html-in-the-file",
        "a web page is in the writer's file",
        written(lambda _: "<html><body>It works!</body></html>\n"),
        Reason.SOURCE_SILENT,
    ),
    fault(
        "lines-end-in-cr",
        "lines end as on Windows",
        written(lambda text: text.replace("\n", "\r\n")),
        Reason.SOURCE_SILENT,
    ),
    fault(
        "byte-order-mark",
        "the file begins with a byte order mark",
        written(lambda text: f"\ufeff{text}"),
        Reason.SOURCE_SILENT,
    ),
    fault(
        "file-of-zeros",
        "after a power cut the file holds zero bytes",
        written(lambda text: "\0" * len(text)),
        Reason.SOURCE_SILENT,
    ),
    fault("sequence-of-text", "the sequence is a word", written(valued("seven", SEQ)), Reason.SOURCE_SILENT),
    fault("value-left-out", "the sequence has no value", written(valued("", SEQ)), Reason.SOURCE_SILENT),
    fault(
        "exporter-time-in-the-file",
        "samples bear times of their own",
        written(
            lambda text: "".join(
                f"{line} 1700000000000\n" if line[:1] != "#" else f"{line}\n" for line in text.splitlines()
            )
        ),
        Reason.SOURCE_SILENT,
    ),
    fault("a-folder-for-the-file", "there is a folder in the file's place", a_folder, Reason.SOURCE_SILENT),
    fault("a-loop-of-links", "there is a link to itself in the file's place", a_loop_of_links, Reason.SOURCE_SILENT),
    fault(
        "hidden-by-an-old-copy",
        "an old copy of the file lies beside it, and the exporter drops the second of two",
        second_file(at(lambda: time.time() - 115)),
        None,
    ),
)

LABELS = (
    fault("only-the-time", "the writer writes no sequence", written(without(SEQ)), Reason.SOURCE_SILENT),
    fault("only-the-sequence", "the writer writes no time", written(without(TS)), Reason.SOURCE_SILENT),
    fault(
        "heartbeat-of-dev",
        "the writer beats for realm dev",
        written(relabelled(REALM, DEV, SEQ, TS)),
        Reason.SOURCE_UNKNOWN,
    ),
    fault(
        "heartbeat-without-realm",
        "the writer writes no realm",
        written(relabelled(f"{REALM},", "", SEQ, TS)),
        Reason.SOURCE_UNKNOWN,
    ),
    fault(
        "realm-in-capitals",
        "the writer writes the realm in capitals",
        written(relabelled(REALM, REALM.replace("sandbox", "SANDBOX"), SEQ, TS)),
        Reason.SOURCE_UNKNOWN,
    ),
    fault(
        "dev-first-ours-stalled",
        "a healthy writer of realm dev comes first, ours has stalled",
        written(both(at(lambda: time.time() - 115), dev_alive)),
        None,
    ),
    fault(
        "via-another-way",
        "the heartbeat comes by a way that the rules do not read",
        written(relabelled(VIA, 'via="push"', SEQ, TS)),
        Reason.SOURCE_UNKNOWN,
    ),
    fault(
        "heartbeat-of-smoke",
        "the writer marks its beats as smoke",
        forgotten(
            written(relabelled(REALM, f'{REALM},mode="smoke"', SEQ, TS)),
            *(f'{name}{{mode="smoke"}}' for name in UPTIME_MEMORY),
            whole=True,
        ),
        Reason.SYNTHETIC,
    ),
    fault(
        "second-writer",
        "a second host beats in the same realm",
        forgotten(second_file(other_host), *(f'{name}{{host="b"}}' for name in UPTIME_MEMORY), whole=True),
        Reason.AMBIGUOUS,
    ),
)


FAULTS = (*CLOCKS, *FILES, *LABELS)
