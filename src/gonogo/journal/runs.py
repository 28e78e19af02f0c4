"""Runs of lint, tests and the like: their results, and their records in the journal."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from gonogo.errors import ActionFailed, Busy, GonogoError, SourceError
from gonogo.journal.records import append
from gonogo.journal.run_key import run_key
from gonogo.model.outcome import Outcome
from gonogo.model.record import Record
from gonogo.policy.settings import PolicyFile
from gonogo.programs.installed_promtool import version_number

KEPT_FINDINGS = 200
"""The number of findings that a record keeps. Further findings are only counted."""


@dataclass(frozen=True, slots=True)
class Run:
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


def recorded(policy_file: PolicyFile, kind: str, run: Callable[[], Run]) -> Run:
    """Call a run, and write its record with the key of its inputs.

    A failed action or an unreachable server makes a failed run. If an input changed during
    the run, the outcome is UNKNOWN, because the run may have read both versions.

    Raises:
        PolicyError: a file that the policy names is missing.
        MissingTool: a program that the run needs is not installed.
        ActionFailed: the journal cannot be written.
    """
    key = run_key(policy_file)
    began = time.monotonic()
    try:
        done = run()
    except (ActionFailed, SourceError, Busy) as error:
        done = failed(kind, (str(error),), f"{kind} could not be run", {})
    done = replace(done, seconds=time.monotonic() - began)
    if _key_now(policy_file) != key:
        why = f"the policy's files changed while {kind} ran; run it again"
        done = replace(done, outcome=Outcome.UNKNOWN, detail=why)
    append(policy_file.journal, _record(done, key))
    return done


def counted(number: int, what: str) -> str:
    """Return a number with its noun: ``1 rule``, ``2 rules``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


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
