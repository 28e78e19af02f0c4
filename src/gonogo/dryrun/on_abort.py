"""Runs the policy's ``on_abort``: a program that receives the verdict and the cause as JSON after an abort.

``on_abort`` is an argv, never a line for a shell. The program reads the JSON from standard input and has
a limited time. The outcome quotes the program's output and reports its failure. The program cannot undo
the abort.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from gonogo.dryrun.print import abort_value
from gonogo.errors import MissingTool, cause_of
from gonogo.formats.document import document
from gonogo.journal.runs import Run
from gonogo.model.outcome import Outcome
from gonogo.model.verdict import Report
from gonogo.programs.running import has_ended, memory_file, output_of, readable_whatever_comes, start, stop
from gonogo.stopping import undone_at_worst, whole
from gonogo.verdict.core.abort import Abort
from gonogo.verdict.print import report_value

ON_ABORT = "on-abort"
"""The name of the program's run in reports and in the journal."""

SCHEMA = "gonogo/on-abort/v1"

DEADLINE = timedelta(seconds=60)
"""The longest time that the program may take."""

QUOTED = 2000
"""The number of characters quoted from the end of the program's output."""

_KEPT = 4 * QUOTED
"""The number of bytes kept from the end of the output. A character has four bytes at most."""


def abort_json(report: Report, abort: Abort) -> str:
    """Return the document for the program: the last verdict, and the cause of the abort."""
    return document({"schema": SCHEMA, "verdict": report_value(report), "abort": abort_value(abort)}).decode()


def on_abort(argv: Sequence[str], given: str, folder: Path, deadline: timedelta = DEADLINE) -> Run:
    """Run the program in the policy's folder. A failure of the program is an outcome, never an error."""
    began = time.monotonic()
    outcome, ended = _ended(argv, given, folder, deadline)
    return Run(ON_ABORT, outcome, f"{argv[0]} {ended}", time.monotonic() - began)


def _ended(argv: Sequence[str], text: str, folder: Path, deadline: timedelta) -> tuple[Outcome, str]:
    """Run the program and return its outcome, and a clause about its end."""
    try:
        with memory_file(text.encode()) as given:
            process = start(argv, folder=folder, given=given)
    except (MissingTool, OSError) as error:
        why = error.why if isinstance(error, MissingTool) else cause_of(error)
        return Outcome.FAIL, f"could not be run: {why}"
    kept = bytearray()
    with process, whole(), undone_at_worst(partial(os.killpg, process.pid, signal.SIGKILL)):
        for chunk in output_of(process, deadline.total_seconds(), readable_whatever_comes):
            kept += chunk
            del kept[:-_KEPT]
        late = not has_ended(process)
        if late:
            stop(process)
    output = kept.decode("utf-8", "replace").strip()[-QUOTED:]
    quoted = f"; its output: {output}" if output else ""
    if late:
        return Outcome.FAIL, f"had not ended after {deadline.total_seconds():.0f} s{quoted}"
    if process.returncode:
        return Outcome.FAIL, f"ended with exit code {process.returncode}{quoted}"
    return Outcome.PASS, f"ran and ended with exit code 0{quoted}"
