"""Makes the runs that the sandbox's policy requires, and waits until the verdict is GO."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from gonogo.errors import ActionFailed
from gonogo.journal.runs import Run
from gonogo.lint.recorded import obs_lint
from gonogo.model.verdict import Report, Verdict
from gonogo.reload.place import ReloadRequest
from gonogo.reload.run import as_run, reload
from gonogo.ruletests.recorded import promql_unit
from gonogo.sandbox.stack import Stack
from gonogo.smoke.run import smoke
from gonogo.verdict.decide import decide
from gonogo.verdict.print import report_text

GO_WITHIN = timedelta(seconds=60)


def make_ready(stack: Stack, say: Callable[[str], None]) -> Report:
    """Run lint, unit tests, smoke and reload for real, then wait for GO.

    Raises:
        ActionFailed: a run did not pass, or the verdict did not become GO in time.
    """
    policy_file = stack.policy_file
    asked = ReloadRequest(policy_file, even_unchanged=True, beat=False)
    steps: tuple[tuple[str, Callable[[], Run]], ...] = (
        ("linting the rules", lambda: obs_lint(policy_file)),
        ("running the rules' unit tests", lambda: promql_unit(policy_file)),
        ("running the rules on a second server (smoke)", lambda: smoke(policy_file)),
        ("reloading", lambda: as_run(reload(asked))),
    )
    for what, run in steps:
        say(what)
        _passed(run())
    say("deciding")
    reports: list[Report] = []
    stack.until(lambda: _is_go(stack, reports), "GO", GO_WITHIN, lambda: report_text(reports[-1]))
    return reports[-1]


def _is_go(stack: Stack, reports: list[Report]) -> bool:
    reports.append(decide(stack.policy_file))
    return reports[-1].judgement.verdict is Verdict.GO


def _passed(run: Run) -> None:
    if not run.passed:
        raise ActionFailed(
            f"{run.kind} did not pass in the sandbox",
            why="\n".join((run.detail, *run.findings)),
            next_step="this is a fault of gonogo: please report it",
        )
