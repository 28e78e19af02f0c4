"""Decide again and again while the server is killed, restarted, paused and reloaded."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from gonogo.errors import ActionFailed
from gonogo.model.outcome import Outcome
from gonogo.model.verdict import Report, Verdict
from gonogo.verdict.print import report_json
from tests.command import gonogo
from tests.live.running_demo import Demo, demo

pytestmark = pytest.mark.live

INTERVAL = timedelta(seconds=1)
MAX_AGE = 7.0
"""Seconds that a recorded sample may be old here: two intervals and 5 s (docs/policy.md, ``max_age``)."""

SOON = 5.0
"""Seconds that a sample may lie ahead (docs/reasons.md)."""

ONE_ANSWER = 2.0
"""Seconds that an answer is waited for: what stops the server for less may only make a verdict late."""

BETWEEN = 0.1
"""Seconds between two verdicts of one thread. The server and gonogo share the machine."""

CODES = {0: "GO", 1: "NO-GO", 3: "HOLD"}


@dataclass(frozen=True)
class Decided:
    """One verdict: from when to when it was being made, in unix seconds, and its JSON."""

    began: float
    ended: float
    report: dict[str, object]

    @property
    def verdict(self) -> object:
        """GO, HOLD or NO-GO."""
        return self.report["verdict"]


@dataclass
class Recorder:
    """All verdicts, and the times at which there could be no GO."""

    running: Demo
    decided: list[Decided] = field(default_factory=list)
    dead: list[tuple[str, float, float]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @contextmanager
    def without_go(self, why: str) -> Iterator[None]:
        """Note the time of the block: what is decided wholly within it is no GO."""
        began = time.time()
        yield
        self.dead.append((why, began, time.time()))

    def in_process(self) -> None:
        """Decide once."""
        began = time.time()
        report: Report = self.running.decide()
        self.decided.append(Decided(began, time.time(), json.loads(report_json(report))))

    def as_command(self) -> None:
        """Run the command once."""
        began = time.time()
        policy = self.running.stack.layout.policy
        ended = gonogo("decide", "--policy", str(policy), "--format", "json", cwd=policy.parent)
        if ended.code not in CODES or ended.err:
            self.wrong.append(f"exit {ended.code}: {ended.err}")
            return
        report = json.loads(ended.out)
        if report["verdict"] != CODES[ended.code]:
            self.wrong.append(f"exit {ended.code} with {report['verdict']}")
        self.decided.append(Decided(began, time.time(), report))


@contextmanager
def again_and_again(act: Callable[[], None]) -> Iterator[None]:
    """Act in a thread of its own, with short pauses, until the block ends; what it raises is raised here."""
    stop = threading.Event()
    raised: list[BaseException] = []

    def run() -> None:
        try:
            while not stop.wait(BETWEEN):
                act()
        except BaseException as error:  # noqa: BLE001 - raised below, in the test
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    for error in raised:
        raise error


def hurt(recorder: Recorder, last: Callable[[float], object]) -> None:
    """Do to the server what happens to servers."""
    running = recorder.running
    server = running.stack.prometheus
    for down in (0.0, 2.0):
        server.kill()
        with recorder.without_go("killed"):
            last(down)
        server.launch()
        healthy(running, last)
    for held in (1.0, 3.0):
        server.pause()
        with recorder.without_go("paused"):
            last(held)
        server.resume()
        healthy(running, last)
    for _ in range(3):
        running.stack.reload()
        server.process.send_signal(signal.SIGHUP)
    healthy(running, last)
    rules = running.stack.rules_path.read_text(encoding="utf-8")
    running.stack.write(running.stack.rules_path, rules.replace("< bool 120", "< bool 121"))
    running.stack.reload()
    running.stack.restore()
    with recorder.without_go("reloaded with another rule"):
        last(2.0)
    running.stack.write(running.stack.layout.configuration, "global: [")
    with pytest.raises(ActionFailed):
        running.stack.reload()
    with recorder.without_go("refused to reload, and keeps the other rule"):
        last(1.0)
    running.stack.restore()
    running.stack.reload()
    healthy(running, last)


def healthy(running: Demo, last: Callable[[float], object]) -> None:
    """Wait for GO, and let it be decided for a moment."""
    running.until_go()
    last(1.0)


def test_no_go_that_the_contract_does_not_allow() -> None:
    """No verdict but GO, HOLD and NO-GO, and no GO without a server that answered, freshly and by the right rules.

    A GO is allowed when the server could answer at some moment between question and
    verdict, told the time of that moment, and all that every gate needs was PASS, by samples
    that were not older than ``max_age``.
    """
    pause = threading.Event()
    with demo(INTERVAL, timeout=f"{ONE_ANSWER:g}s") as running:
        running.until_go()
        recorder = Recorder(running)
        with again_and_again(recorder.in_process), again_and_again(recorder.as_command):
            hurt(recorder, pause.wait)
    assert recorder.wrong == []
    assert {decided.verdict for decided in recorder.decided} <= set(CODES.values())
    goes = [decided for decided in recorder.decided if decided.verdict == "GO"]
    for go in goes:
        allowed(go)
        for why, began, ended in recorder.dead:
            assert not began <= go.began <= go.ended <= ended, f"GO while {why}"
    held = [decided for decided in recorder.decided if decided.verdict == "HOLD"]
    assert min(len(goes), len(held)) > 10
    assert_each_outage_was_seen(recorder)


def allowed(go: Decided) -> None:
    """Check a GO's own evidence."""
    at = datetime.fromisoformat(str(go.report["at"])).timestamp()
    assert go.began - 0.1 <= at <= go.ended + 0.1
    assert go.report["source"]["version"]  # type: ignore[index]  # the JSON's shape is the contract's
    for subject in go.report["subjects"]:  # type: ignore[attr-defined]
        assert subject["verdict"] == Verdict.GO
        assert subject["gates"]
        for gate in subject["gates"]:
            assert gate["outcome"] == Outcome.PASS
            assert gate["checks"]
            for check in gate["checks"]:
                assert check["outcome"] == Outcome.PASS
                assert check["reasons"] == []
                sampled = datetime.fromisoformat(check["sampled_at"]).timestamp()
                assert check["age_seconds"] == pytest.approx(at - sampled, abs=0.002)
                assert -SOON <= check["age_seconds"] <= MAX_AGE


def assert_each_outage_was_seen(recorder: Recorder) -> None:
    """Each long time without a server had a verdict of its own: otherwise nothing was shown of it."""
    for why, began, ended in recorder.dead:
        if ended - began >= ONE_ANSWER:
            assert any(d.began < ended and d.ended > began and d.verdict == "HOLD" for d in recorder.decided), why
