"""Runs inputs in a process that may hang or die, and reports each input that broke a law."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

HANGING = 60.0
"""Seconds without a word after which an input counts as hanging, on a machine that has other things to do."""
MOST_BROKEN = 20
"""So many broken inputs are enough to begin with."""

WORKER = (sys.executable, "-m", "tests.soak.fuzz.worker")
_ROOT = Path(__file__).parents[3]


@dataclass(slots=True)
class Outcome:
    """The outcome of a run.

    Attributes:
        begun: how many inputs were tried.
        broken: for each input that broke a law, its number, why, and its text.
        peak: the most memory that a process took, in bytes.
    """

    begun: int = 0
    broken: list[str] = field(default_factory=list)
    peak: int = 0


def run(first: int, count: int, worker: tuple[str, ...] = WORKER, hanging: float = HANGING) -> Outcome:
    """Try inputs. If one input ends the process, continue with the next."""
    outcome = Outcome()
    end, at = first + count, first
    while at < end and len(outcome.broken) < MOST_BROKEN:
        at = _until_it_ends([*worker, str(at), str(end - at)], at, outcome, hanging)
    return outcome


def _until_it_ends(command: list[str], first: int, outcome: Outcome, hanging: float) -> int:
    """Run one process. Return the number of the first input that it did not try."""
    number, finished = first, False
    with TemporaryFile() as errors:
        with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=errors) as process:
            for line in _lines(process, hanging):
                told = json.loads(line)
                if "begun" in told:
                    number, outcome.begun = told["begun"], outcome.begun + 1
                elif "broken" in told:
                    outcome.broken.append(f"input {told['broken']}: {told['why']}\n{told['input'][:2000]!r}")
                    if len(outcome.broken) >= MOST_BROKEN:
                        process.kill()
                        return number + 1
                else:
                    outcome.peak, finished = max(outcome.peak, told["peak"]), True
        if not finished:
            outcome.broken.append(f"input {number} ended the process with {process.returncode}:\n{_tail(errors)}")
    return number + 1


def _lines(process: subprocess.Popen[bytes], hanging: float) -> Iterator[bytes]:
    """Yield the lines of a process. A process that hangs is aborted, so that it prints its stack."""
    assert process.stdout is not None
    buffered = b""
    while True:
        if not select.select([process.stdout], [], [], hanging)[0]:
            process.send_signal(signal.SIGABRT)
            return
        received = os.read(process.stdout.fileno(), 1 << 16)
        if not received:
            return
        *lines, buffered = (buffered + received).split(b"\n")
        yield from lines


def _tail(errors: IO[bytes]) -> str:
    errors.seek(0)
    return errors.read()[-4000:].decode(errors="replace")
