"""The functions of the public interface. Each imports what it needs when it is called: a program pays for no other."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gonogo.lint.run import Linted
    from gonogo.model.evidence import Evidence
    from gonogo.model.policy import Policy
    from gonogo.model.verdict import Judgement, Report
    from gonogo.policy.settings import PolicyFile
    from gonogo.reload.result import ReloadResult
    from gonogo.ruletests.core.report import UnitReport

StrPath = str | PathLike[str]


def load(path: StrPath) -> PolicyFile:
    """Read a policy file.

    Raises:
        PolicyError: the file cannot be read, or has mistakes. The error lists every mistake with its place.
    """
    from pathlib import Path

    from gonogo.policy.load import load as read

    return read(Path(path))


def decide(policy: PolicyFile, *, url: str | None = None) -> Report:
    """Ask the server of a policy, and judge the evidence. Nothing is recorded.

    Args:
        policy: a policy that ``load`` read.
        url: the address of a server that is asked instead of the policy's.

    Returns:
        The verdict with its evidence. A server that does not answer is a HOLD, not an error.

    Raises:
        PolicyError: a rule file of the policy cannot be read.
        UsageError: the address is no URL.
    """
    from gonogo.verdict.decide import decide as decide_now

    return decide_now(policy, url)


def judge(policy: Policy, evidence: Evidence, now: float) -> Judgement:
    """Judge evidence that was read before. The function is pure: the same arguments give the same answer.

    Args:
        policy: the policy without its file (``PolicyFile.policy``).
        evidence: the samples and everything else that was read from a server.
        now: the time of the verdict in Unix seconds, by the clock of the server.
    """
    from gonogo.verdict.core.verdict import judge as judged

    return judged(policy, evidence, now)


def lint(*paths: StrPath, policy: PolicyFile | None = None) -> Linted:
    """Check rules. Nothing is recorded.

    Args:
        paths: rule files, folders, or the configuration of a server. Without paths the rules of the policy are checked.
        policy: the policy that uses the rules, if there is one.

    Raises:
        UsageError: a path does not exist or cannot be read, or there is nothing to check.
        MissingTool: promtool is not installed.
    """
    from pathlib import Path

    from gonogo.errors import UsageError
    from gonogo.lint.request import LintRequest
    from gonogo.lint.run import run_lint

    if not paths and policy is None:
        raise UsageError("there is nothing to lint", next_step="name rule files, or a policy that has rules")
    return run_lint(LintRequest(paths=tuple(map(Path, paths)), policy_file=policy))


def test(*paths: StrPath, policy: PolicyFile | None = None, rules: tuple[StrPath, ...] = ()) -> UnitReport:
    """Run unit tests of rules with promtool, and find the tests that cannot fail. Nothing is recorded.

    Args:
        paths: test files, folders or globs. Without paths the tests of the policy are run.
        policy: the policy whose tests are run, or whose server has the features and the dialect of the tests.
        rules: the files or folders of the rules that tests name by base name. A policy names its own.

    Raises:
        UsageError: there is neither a path nor a policy, or a path does not exist.
        MissingTool: promtool is not installed.
    """
    from pathlib import Path

    from gonogo.errors import UsageError
    from gonogo.ruletests.check import places_report
    from gonogo.ruletests.recorded import policy_report

    if not paths:
        if policy is None:
            raise UsageError("there is nothing to test", next_step="name test files, or a policy that has tests")
        return policy_report(policy)
    named = tuple(map(str, paths))
    if policy is None:
        return places_report(named, tuple(map(Path, rules)))
    from gonogo.policy.inputs import rule_files

    below = tuple(map(Path, rules)) or rule_files(policy.rules)
    return places_report(named, below, features=policy.server.features, dialect=policy.server.dialect)


def reload(policy: PolicyFile, *, staged: StrPath | None = None, only_preview: bool = False) -> ReloadResult:
    """Reload a server and prove the result, or roll back. The journal records every step.

    Args:
        policy: the policy of the server; ``prometheus.config`` names the live configuration.
        staged: the folder with the new configuration. Without one the live folder has the new configuration already.
        only_preview: True to end before anything is changed.

    Raises:
        PolicyError: a secret cannot be read.
        UsageError: an address is no URL.
        ActionFailed: the journal cannot be written. Nothing was changed.
    """
    from pathlib import Path

    from gonogo.reload.place import ReloadRequest
    from gonogo.reload.run import reload as carry_out

    folder = None if staged is None else Path(staged)
    return carry_out(ReloadRequest(policy, staged=folder, only_preview=only_preview))
