"""What ends a dry run on real servers, and what does not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gonogo.cli.dryrun import ABORTED, exit_code
from gonogo.dryrun.run import DryRunResult, Moment, dry_run
from gonogo.dryrun.watching import watch
from gonogo.journal.records import records, steps_of
from gonogo.model.outcome import Outcome, Reason
from gonogo.model.record import Record
from gonogo.model.replacing import replace
from gonogo.model.verdict import Verdict
from gonogo.policy.load import PolicyFile
from gonogo.server.api import query
from gonogo.server.http import Client
from gonogo.verdict.core.violations import Because
from gonogo.verdict.print import report_text
from tests.heard import Heard
from tests.live.proxy import Passing, Replay, proxy
from tests.live.two_services import TwoServices, two_services
from tests.waiting import await_true, crowded

pytestmark = [pytest.mark.live]

LONG = timedelta(minutes=3)

LOST_READER = 141
"""The exit code of a command whose answer nobody reads."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TwoServices]:
    """Run two healthy services."""
    with two_services(tmp_path) as running:
        running.known_for(9)
        yield running


@dataclass(frozen=True)
class Death:
    """An aborted dry run during which both instances of one service were killed: its result, and its records."""

    result: DryRunResult
    told: dict[str, Any]
    story: tuple[Record, ...]
    logged: list[str]

    def verdicts(self) -> dict[str, Verdict]:
        """Return the last verdict of each service."""
        return {one.labels["service"]: one.verdict for one in self.result.last.judgement.subjects}

    def step(self, name: str, outcome: str | None = None) -> Record:
        """Return the first record of a step, with an outcome if one is given."""
        return next(one for one in self.story if one.detail.get("step") == name and outcome in {None, one.outcome})


def death(world: TwoServices, policy_file: PolicyFile) -> Death:
    """Make a dry run, and kill the service ``checkout`` when the watch has begun."""
    heard = Heard()

    def kill(moment: Moment) -> None:
        if moment is Moment.WATCH:
            for instance in world.instances["checkout"]:
                instance.kill()

    result = dry_run(policy_file, None, LONG, heard, kill)
    assert result.decided.judgement.verdict is Verdict.GO, report_text(result.decided)
    assert exit_code(result) == ABORTED
    told = json.loads(world.told.read_text(encoding="utf-8"))
    last = records(policy_file.journal, kind="dry-run", limit=1)[0]
    assert (last.outcome, last.detail["outcome"]) == ("ABORTED", "aborted")
    return Death(result, told, steps_of(policy_file.journal, last), heard.logged)


def test_a_service_that_dies_ends_the_run_and_the_journal_tells_why(world: TwoServices) -> None:
    """Only its own metrics are read, so its signal is UNKNOWN. The other service stays GO to the end."""
    policy_file = world.policy(abort="['errors > 0.5 for 3s', 'unknown(errors) for 6s']")
    ended = death(world, policy_file)
    abort = ended.result.abort
    assert abort is not None
    assert (abort.because, abort.condition) == (Because.UNKNOWN, "unknown(errors) for 6s")
    assert abort.subject == {"service": "checkout"}
    assert ended.verdicts() == {"checkout": Verdict.HOLD, "payments": Verdict.GO}
    assert ended.told["verdict"]["verdict"] == "HOLD"
    assert {name: ended.told["abort"][name] for name in ("because", "gate", "condition", "subject")} == {
        "because": "unknown",
        "gate": "g",
        "condition": "unknown(errors) for 6s",
        "subject": {"service": "checkout"},
    }
    assert re.search(r"\[source-down[],]", ended.told["abort"]["detail"])
    assert [one.detail.get("step") for one in ended.story][:5] == [
        None,
        "obs-lint",
        "promql-unit",
        "loaded",
        "two-beats",
    ]
    turned, aborts = ended.step("watch", "HOLD"), ended.step("abort")
    assert re.search(r"service=checkout g UNKNOWN \[source-down[],]", turned.sentence)
    assert aborts.detail["subject"] == {"service": "checkout"}
    assert "rolled back" in ended.step("on-abort").sentence
    assert any("service=checkout errors is unknown for" in line for line in ended.logged)
    step = policy_file.policy.dry_run.step.total_seconds()
    lasted = aborts.at - turned.at
    assert lasted <= 6 + 2 * step + 3 * crowded(), f"the abort took {lasted:.1f} s"


def test_a_service_that_is_down_violates_a_gate_on_up(world: TwoServices) -> None:
    """``up`` is measured by the server itself: 0 is a value. The other service stays GO to the end."""
    policy_file = world.policy(require="up == 1", abort="['up < 0.5 for 6s', 'unknown(up) for 2m']")
    ended = death(world, policy_file)
    abort = ended.result.abort
    assert abort is not None
    assert (abort.because, abort.condition) == (Because.VIOLATED, "up < 0.5 for 6s")
    assert abort.subject == {"service": "checkout"}
    assert ended.verdicts() == {"checkout": Verdict.NO_GO, "payments": Verdict.GO}
    assert ended.told["abort"]["because"] == "violated"
    turned, aborts = ended.step("watch", "NO-GO"), ended.step("abort")
    assert "service:up:ratio is 0" in turned.sentence
    step = policy_file.policy.dry_run.step.total_seconds()
    lasted = aborts.at - turned.at
    assert lasted <= 6 + 2 * step + 3 * crowded(), f"the abort took {lasted:.1f} s"


def test_a_replayed_server_is_never_certified(world: TwoServices) -> None:
    """From the beginning of the watch a proxy repeats its answers, the time included. The server itself goes bad."""
    old = Replay()

    def replay(moment: Moment) -> None:
        if moment is Moment.WATCH:
            old.on = True
            for place in range(4):
                world.expose(place, "checkout" if place < 2 else "payments", 1.0)

    heard = Heard()
    with proxy(world.server.url) as between:
        between.spoil = old
        result = dry_run(world.policy(blind="8s", url=between.url), None, LONG, heard, replay)
    assert result.decided.judgement.verdict is Verdict.GO
    assert result.certificate is None
    assert result.abort is not None
    assert result.abort.because is Because.UNKNOWN
    reasons = {
        check.doubts[0].reason
        for subject in result.last.judgement.subjects
        for gate in subject.gates
        for check in gate.checks
        if check.outcome is Outcome.UNKNOWN
    }
    assert reasons == {Reason.UNREACHABLE}


def test_new_services_one_after_another_do_not_end_the_run(world: TwoServices) -> None:
    """Each new service has no history for its ``for``. The verdict is HOLD for longer than ``blind``, and then GO."""
    policy_file = world.policy(require="errors <= 0.1 for 5s", blind="7s", abort="['unknown(errors) for 6s']")
    heard = Heard()

    births = EveryStep({step: partial(world.expose, 3, f"new-{step}") for step in (2, 6, 10)})
    seen = watch(policy_file, None, timedelta(seconds=26), heard, lambda: None, births)
    held = heard.verdicts.count(Verdict.HOLD)
    assert held > 7
    assert seen.abort is None
    assert seen.last.judgement.verdict is Verdict.GO
    assert len(seen.last.judgement.subjects) == 5


class EveryStep:
    """Acts at some steps of a watch, by their numbers."""

    def __init__(self, at: Mapping[int, Callable[[], None]]) -> None:
        self._at = at
        self._steps = 0

    def __call__(self, _: object) -> None:
        """Count a step."""
        self._steps += 1
        self._at.get(self._steps, lambda: None)()


def test_two_deploys_that_change_the_label_of_a_pod_do_not_end_the_run(world: TwoServices) -> None:
    """A new series has no history, and the old one is not history yet. That is HOLD for longer than ``blind``."""
    world.deploy("a")
    await_true(lambda: query(Client(), world.server.url, "count_over_time(pod_errors[9s]) >= 9").series)
    policy_file = world.policy(require="pod_errors <= 0.1 for 5s", blind="6s", subjects="[]")
    heard = Heard()
    deploys = EveryStep({2: partial(world.deploy, "b"), 5: partial(world.deploy, "c")})
    seen = watch(policy_file, None, timedelta(seconds=18), heard, lambda: None, deploys)
    assert heard.verdicts.count(Verdict.HOLD) > 7
    assert seen.abort is None
    assert seen.last.judgement.verdict is Verdict.GO


def test_one_lost_answer_in_the_last_step_is_asked_again(world: TwoServices) -> None:
    """The proxy fails once, in the last of three steps."""
    steps: list[object] = []
    failed: list[str] = []

    def spoil(passing: Passing) -> Passing:
        if len(steps) == 2 and not failed and "/query" in passing.path:
            failed.append(passing.path)
            return replace(passing, status=500, body=b"lost")
        return passing

    heard = Heard()
    with proxy(world.server.url) as between:
        between.spoil = spoil
        seen = watch(world.policy(url=between.url), None, timedelta(seconds=2), heard, lambda: None, steps.append)
    assert failed
    assert heard.verdicts == [Verdict.GO] * 3
    assert seen.last.judgement.verdict is Verdict.GO
    assert seen.ledger.steps == 3


def test_readers_that_leave_change_no_verdict(world: TwoServices) -> None:
    """One dry run loses the reader of its progress, the other one that of its answer. Both watch to the end."""
    policy_file = world.policy()
    argv = [sys.executable, "-m", "gonogo", "dryrun", "--for", "2s", "--policy", str(policy_file.path)]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(argv, stdout=pipe, stderr=pipe) as unwatched,
        subprocess.Popen(argv, stdout=pipe, stderr=subprocess.DEVNULL) as unread,
    ):
        for stream in (unwatched.stderr, unread.stdout):
            assert stream is not None
            stream.close()
        assert unwatched.stdout is not None
        answer = unwatched.stdout.read()
        assert (unwatched.wait(), unread.wait()) == (0, LOST_READER)
    assert answer.startswith(b"GO by ")
    ends = records(policy_file.journal, kind="dry-run", folded=True)
    assert [(one.outcome, one.detail["outcome"]) for one in ends] == [("GO", "certified")] * 2
