"""Runs of lint, tests and the like: their results, and their records in the journal."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Self

from msgspec import Struct, field

from gonogo.errors import ActionFailed, Busy, GonogoError, SourceError
from gonogo.journal.records import append
from gonogo.journal.run_key import run_key
from gonogo.model.outcome import Outcome
from gonogo.model.record import Record
from gonogo.model.replacing import replace
from gonogo.policy.settings import PolicyFile
from gonogo.programs.promtool import version_number

KEPT_FINDINGS = 200
"""The number of findings that a record keeps. Further findings are only counted."""


class Run(Struct, frozen=True):
    """The result of a run.

    Attributes:
        kind: the kind of run; for a run gate, the name of the gate.
        outcome: PASS, FAIL, or UNKNOWN (the files changed during the run).
        detail: the sentence that reports repeat.
        seconds: the duration of the run.
        findings: all faults that were found, each a text.
        seen: further values to keep, as JSON can store them.
        tools: the versions of the programs that the run used, by name.
    """

    kind: str
    outcome: Outcome
    detail: str
    seconds: float = 0.0
    findings: tuple[str, ...] = ()
    seen: Mapping[str, object] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Return whether the run passed."""
        return self.outcome is Outcome.PASS


def failed(kind: str, findings: tuple[str, ...], what: str, tools: Mapping[str, str]) -> Run:
    """Return a failed run with its findings. Its sentence has the first line of the findings."""
    lines = [line for finding in findings for line in finding.strip().splitlines()[:1]]
    told = f": {lines[0]}" if lines else ""
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return Run(kind, Outcome.FAIL, f"{what}{told}{more}", findings=findings, tools=tools)


class Recording:
    """The record of a run that is under way. The run ends with ``finish``, which writes the record.

    In a ``with`` block, a failed action or an unreachable server ends the run as failed, and the block ends without
    an error. Any other error leaves no record, because nothing is known about the run.

    Attributes:
        run: the run as it was recorded. It is not set before the end of the run.
    """

    run: Run

    def __init__(self, policy_file: PolicyFile, kind: str) -> None:
        """Begin a run: note the key of its inputs, and the time.

        Raises:
            PolicyError: a file that the policy names is missing.
        """
        self._policy_file = policy_file
        self._kind = kind
        self._key = run_key(policy_file)
        self._began = time.monotonic()
        self._is_open = True

    def finish(self, run: Run) -> Run:
        """End the run, write its record, and return the run with its duration.

        If an input changed during the run, the outcome is UNKNOWN, because the run may have read both versions.

        Raises:
            ActionFailed: the journal cannot be written.
        """
        self._is_open = False
        self.run = replace(run, seconds=time.monotonic() - self._began)
        if _key_now(self._policy_file) != self._key:
            why = f"the policy's files changed while {self._kind} ran; run it again"
            self.run = replace(self.run, outcome=Outcome.UNKNOWN, detail=why)
        append(self._policy_file.journal, _record(self.run, self._key))
        return self.run

    def __enter__(self) -> Self:
        """Return the recording."""
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        """End the run as failed if it could not be run. A journal that cannot be written stays an error."""
        if not self._is_open or not isinstance(error, (ActionFailed, SourceError, Busy)):
            return False
        self.finish(failed(self._kind, (str(error),), f"{self._kind} could not be run", {}))
        return True


def promtool_version() -> Mapping[str, str]:
    """Return the version of promtool in the form of a record.

    Raises:
        MissingTool: promtool is not installed.
    """
    return {"promtool": version_number()}


def _key_now(policy_file: PolicyFile) -> str | None:
    try:
        return run_key(policy_file)
    except GonogoError:
        return None


def _record(run: Run, key: str) -> Record:
    left = len(run.findings) - KEPT_FINDINGS
    findings = [*run.findings[:KEPT_FINDINGS], *([f"and {left} more"] if left > 0 else [])]
    detail = {"detail": run.detail, "seconds": round(run.seconds, 3), "findings": findings, **run.seen}
    return Record(run.kind, key, run.outcome, time.time(), detail, tools=run.tools)
