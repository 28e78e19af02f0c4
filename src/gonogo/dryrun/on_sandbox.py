"""Runs a dry run on the sandbox, with a fault if one is named. Only the sources of the sandbox are scripted."""

from __future__ import annotations

from datetime import timedelta

from gonogo.dryrun.run import DryRunResult, Moment, dry_run
from gonogo.model.progress import Listener, Progress, note
from gonogo.sandbox.faults import EntryPoint, fault_named
from gonogo.sandbox.launch import INTERVAL, sandbox
from gonogo.sandbox.story import HEALTHY

SCRIPTED = "the sandbox: real servers, rules, scrapes and beats; the sources are scripted, in the realm 'sandbox'"

_ENTRIES = {Moment.DECISION: EntryPoint.DECISION, Moment.WATCH: EntryPoint.WATCH}


def dry_run_in_sandbox(
    fault_name: str | None, duration: timedelta | None, progress: Listener, interval: timedelta = INTERVAL
) -> DryRunResult:
    """Start the sandbox, make a dry run on it, and stop the sandbox.

    The watch after GO lasts ``duration``, or as long as the policy says. ``interval`` is that of scrapes and rules.

    Raises:
        UsageError: there is no such fault. The error lists all faults.
        MissingTool: a server or promtool is not installed.
        ActionFailed: the sandbox did not start.
    """
    fault = fault_named(fault_name) if fault_name is not None else None
    progress(note(SCRIPTED))
    if fault is not None:
        progress(note(f"injecting {fault.name} {fault.entry}: {fault.explanation}"))
    progress(Progress("starting the sandbox"))
    with sandbox(fault.story(HEALTHY) if fault else HEALTHY, interval, say=lambda line: progress(note(line))) as stack:

        def reached(moment: Moment) -> None:
            if fault is not None and fault.entry is _ENTRIES[moment]:
                fault.inject(stack)
                progress(note(f"injected: {fault.explanation}"))

        if fault is not None and fault.entry is EntryPoint.CHECKS:
            fault.inject(stack)
        length = duration or stack.policy_file.policy.dry_run.duration
        return dry_run(stack.policy_file, None, length, progress, reached)
