"""``promql-unit``: whether the policy's tests of its rules pass, and really assert something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gonogo.app.inputs import unit_files
from gonogo.app.runs import Run, counted, failed, promtool_version, recorded
from gonogo.app.silent_passes import silent_passes
from gonogo.model.gate import PROMQL_UNIT
from gonogo.model.outcome import Outcome
from gonogo.policy.load import PolicyFile
from gonogo.prometheus.promtool import test_rules


def promql_unit(policy_file: PolicyFile) -> Run:
    """Run every test file below the policy's tests, and record the outcome.

    Raises:
        PolicyError: an input that the policy names is missing.
        MissingTool: promtool is not installed.
        ActionFailed: the journal cannot be written.
    """
    return recorded(policy_file, PROMQL_UNIT, lambda: unit(policy_file))


def unit(policy_file: PolicyFile) -> Run:
    """Run the tests without a record."""
    tools = promtool_version()
    try:
        paths = _test_files(policy_file)
    except OSError as error:
        return failed(PROMQL_UNIT, (f"{error.filename}: {error.strerror}",), "the tests cannot be read", tools)
    if not paths:
        places = ", ".join(map(str, policy_file.tests)) or "the empty list of tests"
        return failed(PROMQL_UNIT, (f"there is no test file in {places}",), "nothing is tested", tools)
    findings = tuple(_findings(paths))
    if findings:
        return failed(PROMQL_UNIT, findings, "the tests of the rules do not pass", tools)
    return Run(PROMQL_UNIT, Outcome.PASS, f"promtool passes {counted(len(paths), 'test file')}", tools=tools)


def _test_files(policy_file: PolicyFile) -> tuple[Path, ...]:
    found = {path for place in policy_file.tests if place.exists() for path in unit_files(place)}
    return tuple(sorted(found))


def _findings(paths: tuple[Path, ...]) -> Iterator[str]:
    for path in paths:
        yield from map(str, silent_passes(path))
    if not (ran := test_rules(paths)).passed:
        yield _failures(ran.output)


def _failures(output: str) -> str:
    """Keep the failures; the files that pass are named as well, but say nothing."""
    lines = [line for line in output.splitlines() if line.strip() and line.strip() not in {"SUCCESS", "FAILED:"}]
    telling = [line for line in lines if not line.startswith("Unit Testing:")]
    return "\n".join(telling) or "promtool test rules failed"
