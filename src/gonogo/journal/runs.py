"""Runs: something that really happened, what came of it, and its record in the journal."""

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
"""How many findings a record keeps; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a run.

    Attributes:
        kind: what ran; for a run gate, the gate's name.
        outcome: passed, failed, or not known (what it ran on changed meanwhile).
        detail: the sentence that reports repeat.
        seconds: how long it took.
        findings: everything that was found wrong, a piece of text each.
        seen: what else is worth keeping, as JSON can hold it.
        tools: the versions of the programs it used, by name.
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
        """Return whether it passed."""
        return self.outcome is Outcome.PASS


def failed(kind: str, findings: tuple[str, ...], what: str, tools: Mapping[str, str]) -> Run:
    """Make a failed run of its findings; the first line that says something is in its sentence."""
    lines = [line for finding in findings for line in finding.strip().splitlines()[:1]]
    told = f": {lines[0]}" if lines else ""
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return Run(kind, Outcome.FAIL, f"{what}{told}{more}", findings=findings, tools=tools)


def recorded(policy_file: PolicyFile, kind: str, run: Callable[[], Run]) -> Run:
    """Run, and write the record under the key of the inputs that it ran on.

    A failed action or an unreachable server is a failed run. Inputs that changed
    meanwhile make the outcome UNKNOWN: nobody can say which of them were run on.

    Raises:
        PolicyError: an input that the policy names is missing.
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
    """Write a number of things: ``1 rule``, ``2 rules``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def promtool_version() -> Mapping[str, str]:
    """Return promtool's version as records keep it.

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
