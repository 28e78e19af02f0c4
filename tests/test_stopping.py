"""A signal stops the process only at a checkpoint or a wait of ``gonogo.stopping``."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from gonogo import stopping
from gonogo.programs.running import has_ended
from gonogo.stopping import Stopped
from tests.noted_signals import noted

LONG = 30.0


@pytest.fixture
def _noted() -> Iterator[None]:
    """Note the signals of this process."""
    with noted():
        yield


def soon(act: Callable[[], object], after: float = 0.05) -> threading.Timer:
    """Do something a little later, in another thread."""
    timer = threading.Timer(after, act)
    timer.start()
    return timer


def asleep() -> subprocess.Popen[bytes]:
    """Start a program that runs for longer than any test."""
    return subprocess.Popen(("/bin/sleep", "60"))


def wait_for_a_program() -> None:
    """Wait for the end of a program."""
    with asleep() as process:
        try:
            has_ended(process, LONG)
        finally:
            process.kill()


def wait_for_a_pipe() -> None:
    """Wait until a pipe can be read."""
    reader, writer = os.pipe()
    try:
        stopping.readable(reader, LONG)
    finally:
        os.close(reader)
        os.close(writer)


DOORS: dict[str, Callable[[], object]] = {
    "pause": lambda: stopping.pause(LONG),
    "outcome": lambda: stopping.outcome(Future[None](), LONG),
    "outcome for ever": lambda: stopping.outcome(Future[None]()),
    "readable": wait_for_a_pipe,
    "ended": wait_for_a_program,
}


@pytest.mark.usefixtures("_noted")
@pytest.mark.parametrize("number", stopping.WATCHED)
def test_a_signal_raises_nothing_before_a_checkpoint(number: signal.Signals) -> None:
    """A library that holds a lock, or a file that is half written, is not interrupted."""
    reached = []
    lock = threading.Lock()
    with lock:
        signal.raise_signal(number)
        reached.append("end")
    assert reached == ["end"]
    with pytest.raises(Stopped) as stopped:
        stopping.checkpoint()
    assert (stopped.value.number, stopped.value.exit_code) == (number, 128 + number)
    stopping.checkpoint()
    stopping.pause(0)


@pytest.mark.usefixtures("_noted")
@pytest.mark.parametrize("door", DOORS)
def test_a_signal_ends_every_wait_at_once(door: str) -> None:
    """The signal may also reach another thread."""
    sent = soon(partial(os.kill, os.getpid(), signal.SIGTERM))
    began = time.monotonic()
    with pytest.raises(Stopped):
        DOORS[door]()
    assert time.monotonic() - began < LONG / 3
    sent.join()


@pytest.mark.usefixtures("_noted")
@pytest.mark.parametrize("door", DOORS)
def test_an_earlier_signal_ends_every_wait_too(door: str) -> None:
    """The wait does not begin."""
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(Stopped):
        DOORS[door]()


@pytest.mark.usefixtures("_noted")
def test_a_second_signal_does_not_interrupt_the_clean_up() -> None:
    """The end of a session sends SIGHUP and then SIGTERM. The second signal does not stop the clean-up."""
    signal.raise_signal(signal.SIGHUP)
    with pytest.raises(Stopped):
        stopping.checkpoint()
    signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGINT)  # within SECOND_PRESS of the first
    stopping.pause(0.01)
    stopping.checkpoint()


@pytest.mark.usefixtures("_noted")
def test_a_signal_after_the_result_is_disregarded() -> None:
    """The answer and its exit code stay."""
    signal.raise_signal(signal.SIGINT)
    stopping.disregard()
    stopping.checkpoint()
    stopping.pause(0.01)
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


@pytest.mark.usefixtures("_noted")
def test_a_signal_stops_other_threads_except_in_a_whole_section() -> None:
    """A pool that the main thread waits for ends. The rollback of a reload keeps its threads."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(stopping.pause, LONG)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Stopped):
            waiting.result(LONG / 3)
        with stopping.whole():
            pool.submit(stopping.pause, 0.01).result(LONG)
            pool.submit(stopping.checkpoint).result(LONG)
        with pytest.raises(Stopped):
            pool.submit(stopping.checkpoint).result(LONG)


@pytest.mark.parametrize("installed", [True, False])
def test_without_a_signal_the_waits_are_plain_waits(*, installed: bool) -> None:
    """This also holds in a program that only imports gonogo."""

    def told() -> None:
        done = Future[int]()
        timer = soon(lambda: done.set_result(7))
        assert stopping.outcome(done, LONG) == 7
        timer.join()
        with pytest.raises(TimeoutError):
            stopping.outcome(Future[int](), 0.01)
        with subprocess.Popen(("/bin/true",)) as process:
            assert has_ended(process, LONG)
            assert has_ended(process, LONG)
        with asleep() as process:
            assert not has_ended(process, 0.01)
            process.kill()
        reader, writer = os.pipe()
        assert not stopping.readable(reader, 0.01)
        soon(partial(os.write, writer, b"x")).join()
        assert stopping.readable(reader, LONG)
        for past in (0.01, 0, -5):
            stopping.pause(past)

    if not installed:
        told()
        stopping.disregard()
        return
    with noted():
        told()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(told).result(LONG)


def test_an_ignored_signal_stays_ignored() -> None:
    """The command nohup ignores SIGHUP, and a script in the background ignores SIGINT."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with noted():
            stopping.install()
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert callable(signal.getsignal(signal.SIGINT))
    finally:
        signal.signal(signal.SIGHUP, before)


def test_every_long_wait_can_be_interrupted() -> None:
    """No module except ``stopping`` uses a plain wait of Python, which would delay a signal."""
    source = Path(stopping.__file__).parent
    closed = re.compile(r"time\.sleep\(|from time import sleep|[^.]Event\(\)\.wait\(|signal\.signal\(")
    found = [
        f"{path.relative_to(source)}:{number}"
        for path in source.rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if closed.search(line) and path.name != "stopping.py"
    ]
    assert found == []


BUSY = """
import os, signal, sys, time
from contextlib import suppress
from gonogo import stopping
stopping.install()
folder, shelter = sys.argv[1], sys.argv[2] == "whole"
def work(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
def undo():
    os.rmdir(folder)
def broken():
    raise OSError
with stopping.undone_at_worst(undo), stopping.undone_at_worst(broken):
    os.mkdir(folder)
    print("ready", flush=True)
    if shelter:
        with stopping.whole():
            work(3)
        print("whole", flush=True)
    work(30)
"""


@pytest.mark.parametrize(("shelter", "said"), [("bare", b"ready\n"), ("whole", b"ready\nwhole\n")])
def test_code_without_a_checkpoint_is_ended_after_a_while(tmp_path: object, shelter: str, said: bytes) -> None:
    """The clean-up runs before the end, and a whole section is finished."""
    argv = (sys.executable, "-c", BUSY, f"{tmp_path}/made", shelter)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=LONG)
    assert time.monotonic() - began < LONG / 2
    assert (process.returncode, b"ready\n" + out, err) == (143, said, b"gonogo: interrupted\n")
    assert not os.path.exists(f"{tmp_path}/made")  # noqa: PTH110 - a path as the process was given it


def test_a_second_press_ends_the_process_at_once(tmp_path: object) -> None:
    """A whole section is not finished. Two signals at once are one press."""
    argv = (sys.executable, "-c", BUSY, f"{tmp_path}/made", "whole")
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        time.sleep(stopping.SECOND_PRESS * 1.2)  # the press of a key that is no second one of the first
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=LONG)
    assert (process.returncode, out) == (130, b"")


def test_looks_come_at_once_after_each_pause_and_at_the_end() -> None:
    """A change during the last pause is seen. Without time there is one look."""
    assert len(list(stopping.looks(0, LONG))) == 1
    assert len(list(stopping.looks(-1, LONG))) == 1
    assert len(list(stopping.looks(0.05, 0.2))) == 2
    assert next(number for number, _ in enumerate(stopping.looks(LONG, 0.01)) if number == 3) == 3
