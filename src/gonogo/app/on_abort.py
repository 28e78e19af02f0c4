"""Runs the policy's ``on_abort``: a program that is told of an abort, by the verdict as JSON.

It is an argv, never a line for a shell. It gets the JSON on standard input and a
bounded time; what it writes is quoted, and that it failed is said. It cannot undo
the abort.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from gonogo.app.runs import Run
from gonogo.model.outcome import Outcome
from gonogo.stopping import whole

ON_ABORT = "on-abort"
"""The kind of its record."""

DEADLINE = timedelta(seconds=60)
"""How long the program may take."""

QUOTED = 2000
"""Characters of its output that are quoted, from the end."""


def on_abort(argv: Sequence[str], verdict: str, folder: Path, deadline: timedelta = DEADLINE) -> Run:
    """Run the program in the policy's folder; its failure is an outcome, never an error."""
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            start_new_session=True,
        )
    except OSError as error:
        return Run(ON_ABORT, Outcome.FAIL, f"{argv[0]} could not be run: {error.strerror}")
    with process, whole():
        late = False
        try:
            output, _ = process.communicate(verdict.encode(), deadline.total_seconds())
        except subprocess.TimeoutExpired:
            late = True
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
    said = output.decode("utf-8", "replace").strip()[-QUOTED:]
    told = f"; it said: {said}" if said else ""
    if late:
        return Run(ON_ABORT, Outcome.FAIL, f"{argv[0]} had not ended after {deadline.total_seconds():.0f} s{told}")
    if process.returncode:
        return Run(ON_ABORT, Outcome.FAIL, f"{argv[0]} ended with exit code {process.returncode}{told}")
    return Run(ON_ABORT, Outcome.PASS, f"{argv[0]} was told{told}")
