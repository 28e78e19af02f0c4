"""The watched period: the times of its steps, and the renewal of records."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.dryrun.watching import Renewal, ticks, watch
from gonogo.journal.records import records
from gonogo.model.evidence import RunState
from gonogo.model.outcome import Reason
from gonogo.model.verdict import Verdict
from tests.heard import Heard
from tests.policy_folder import policy_folder
from tests.waiting import await_true

STEP = timedelta(seconds=15)


class Clock:
    """A clock that only sleep and work move."""

    def __init__(self) -> None:
        self.now = 5000.0

    def sleep(self, seconds: float) -> None:
        """Wake a little late, as a process does."""
        self.now += seconds + 0.001

    def fall(self, duration: float, *work: float) -> list[float]:
        """Return the times of the steps of a watch, if judging takes so long at each."""
        taken = [*work, *[0.1] * 100]
        at = []
        for place, tick in enumerate(ticks(timedelta(seconds=duration), STEP, lambda: self.now, self.sleep)):
            at.append(round(tick, 1))
            self.now += taken[place]
        return at


@pytest.fixture
def clock() -> Clock:
    """A clock of the test."""
    return Clock()


def test_steps_are_on_a_grid_and_at_the_end(clock: Clock) -> None:
    """Steps do not drift, even if the process wakes late."""
    assert clock.fall(60) == [0, 15, 30, 45, 60]


def test_an_end_off_the_grid_has_a_step_of_its_own(clock: Clock) -> None:
    """The last verdict is that of the end."""
    assert clock.fall(20) == [0, 15, 20]
    assert clock.fall(5) == [0, 5]


def test_missed_steps_are_left_out(clock: Clock) -> None:
    """Judging took 40 s, or the machine slept. The next step is on the grid again."""
    assert clock.fall(75, 40) == [0, 45, 60, 75]


def test_a_long_sleep_ends_the_watch_with_one_last_step(clock: Clock) -> None:
    """The step is late. Other checks judge the gap in the evidence."""
    assert clock.fall(60, 0.1, 500) == [0, 15, 515]


def test_an_unreachable_server_is_watched_as_unknown(tmp_path: Path) -> None:
    """Every step is HOLD, and the watch goes on. A journal that cannot be read is HOLD too."""
    policy_file = policy_folder(tmp_path)
    policy_file.journal.write_text("this is no journal", encoding="utf-8")
    heard, begun = Heard(), []
    seen = watch(policy_file, "http://127.0.0.1:1", timedelta(milliseconds=50), heard, lambda: begun.append(True))
    assert begun == [True]
    assert heard.verdicts == [Verdict.HOLD, Verdict.HOLD]
    assert seen.abort is None
    assert seen.ledger.steps == 2
    reasons = {c.doubts[0].reason for s in seen.last.judgement.subjects for g in s.gates for c in g.checks}
    assert reasons == {Reason.UNREACHABLE, Reason.NO_RECORD}
    assert all("the records of the runs cannot be looked up" in text for text in heard.said)


def renewed(folder: Path, age: timedelta, change: Callable[[], object] = lambda: None) -> tuple[list[str], int]:
    """Consider an obs-lint record of some age. Return the lines of progress and the number of records after that."""
    policy_file = policy_folder(folder)
    heard = Heard()
    with Renewal(policy_file, heard) as renewal:
        change()
        renewal.consider({"obs-lint": RunState(time.time() - age.total_seconds(), last_passed=True)})
        if renewal.under_way is not None:
            renewal.under_way.result()
    return heard.said, len(records(policy_file.journal))


def test_a_fresh_record_is_not_renewed(tmp_path: Path) -> None:
    """A record is renewed only after half of ``runs.max_age``."""
    assert renewed(tmp_path, timedelta(hours=11)) == ([], 0)


def test_changed_inputs_are_not_renewed(tmp_path: Path) -> None:
    """Changed inputs belong to another dry run. This one has no record of them, and is HOLD."""
    rules = tmp_path / "rules" / "duri.yml"
    assert renewed(tmp_path, timedelta(hours=13), lambda: rules.write_text("groups: []\n")) == ([], 0)


def test_missing_inputs_are_reported(tmp_path: Path) -> None:
    """The watch goes on."""
    said, kept = renewed(tmp_path, timedelta(hours=13), (tmp_path / "rules" / "duri.yml").unlink)
    assert kept == 0
    assert said[0].startswith("obs-lint could not be repeated: the policy has 1 mistake")


def test_an_old_record_is_renewed(tmp_path: Path) -> None:
    """A real run renews the record."""
    (said, ended), kept = renewed(tmp_path, timedelta(hours=13))
    assert said == "obs-lint runs again, because its record is getting old"
    assert ended.startswith("PASS    obs-lint: ")
    assert kept == 1


def test_a_long_run_does_not_delay_the_end(tmp_path: Path) -> None:
    """The end of the watch stops a smoke run that is under way. Only one run goes on at a time."""
    policy_file = policy_folder(tmp_path)
    old = RunState(time.time() - 86_000, last_passed=True)
    heard = Heard()
    with Renewal(policy_file, heard) as renewal:
        renewal.consider({"sandbox-smoke-60s": old})
        await_true(lambda: heard.said)
        renewal.consider({"obs-lint": old})
        began = time.monotonic()
    assert time.monotonic() - began < 15
    assert heard.said == ["sandbox-smoke-60s runs again, because its record is getting old"]
    assert records(policy_file.journal) == ()
