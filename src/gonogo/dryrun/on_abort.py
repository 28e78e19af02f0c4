"""Runs the policy's ``on_abort``: a program that is told of an abort, by the verdict as JSON.

It is an argv, never a line for a shell. It gets the JSON on standard input and a
bounded time; what it writes is quoted, and that it failed is said. It cannot undo
the abort.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from gonogo.journal.runs import Run
from gonogo.model.outcome import Outcome
from gonogo.programs.program_output import has_ended, output_of, readable_whatever_comes
from gonogo.programs.promtool import stop
from gonogo.stopping import whole

ON_ABORT = "on-abort"
"""The kind of its record."""

DEADLINE = timedelta(seconds=60)
"""How long the program may take."""

QUOTED = 2000
"""Characters of its output that are quoted, from the end."""

_KEPT = 4 * QUOTED
"""Bytes of the end of its output: a character has four at most."""


def on_abort(argv: Sequence[str], verdict: str, folder: Path, deadline: timedelta = DEADLINE) -> Run:
    """Run the program in the policy's folder; its failure is an outcome, never an error."""
    try:
        with _holding(verdict) as told_of:
            process = subprocess.Popen(
                argv,
                stdin=told_of,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,
            )
    except OSError as error:
        return Run(ON_ABORT, Outcome.FAIL, f"{argv[0]} could not be run: {error.strerror}")
    kept = bytearray()
    with process, whole():
        for chunk in output_of(process, deadline.total_seconds(), readable_whatever_comes):
            kept += chunk
            del kept[:-_KEPT]
        late = not has_ended(process)
        if late:
            stop(process)
    said = kept.decode("utf-8", "replace").strip()[-QUOTED:]
    told = f"; it said: {said}" if said else ""
    if late:
        return Run(ON_ABORT, Outcome.FAIL, f"{argv[0]} had not ended after {deadline.total_seconds():.0f} s{told}")
    if process.returncode:
        return Run(ON_ABORT, Outcome.FAIL, f"{argv[0]} ended with exit code {process.returncode}{told}")
    return Run(ON_ABORT, Outcome.PASS, f"{argv[0]} was told{told}")


@contextmanager
def _holding(verdict: str) -> Iterator[int]:
    """Give a file in memory that holds the verdict: whoever reads it slowly, or not at all, keeps nobody waiting."""
    descriptor = os.memfd_create("verdict")
    try:
        with os.fdopen(os.dup(descriptor), "wb") as memory:
            memory.write(verdict.encode())
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)
