"""The run gate ``promql-unit``: the policy's tests of its rules must pass, and must really assert something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gonogo.disk.naming import shown
from gonogo.journal.runs import Recording, Run, failed
from gonogo.model.outcome import Outcome
from gonogo.model.plain import counted
from gonogo.model.policy import PROMQL_UNIT
from gonogo.model.replacing import replace
from gonogo.policy.inputs import rule_files, unit_files
from gonogo.policy.load import PolicyFile
from gonogo.programs.promtool import installed_promtool
from gonogo.ruletests.check import DEFAULTS, UnitOptions, report_on
from gonogo.ruletests.core.report import FileReport, SilentFinding, UnitReport
from gonogo.ruletests.find import RulePlaces, no_tests_found
from gonogo.ruletests.silent.passes import under


def promql_unit(policy_file: PolicyFile) -> Run:
    """Run every test file below the policy's tests, and record the outcome.

    Raises:
        PolicyError: an input that the policy names is missing.
        MissingTool: promtool is not installed.
        ActionFailed: the journal cannot be written.
    """
    with Recording(policy_file, PROMQL_UNIT) as record:
        record.finish(unit(policy_file))
    return record.run


def unit(policy_file: PolicyFile) -> Run:
    """Run the tests without a record."""
    try:
        report = policy_report(policy_file)
    except OSError as error:
        return failed(PROMQL_UNIT, (f"{error.filename}: {error.strerror}",), "the tests cannot be read", {})
    return run_of(report, policy_file)


def recorded_report(policy_file: PolicyFile, options: UnitOptions = DEFAULTS) -> tuple[UnitReport, Run]:
    """Run like ``promql_unit``, and return the report of every file beside the recorded run.

    Raises:
        PolicyError: an input that the policy names is missing.
        MissingTool: promtool is not installed.
        ActionFailed: the journal cannot be written.
    """
    report = UnitReport(())
    with Recording(policy_file, PROMQL_UNIT) as record:
        report = policy_report(policy_file, options)
        record.finish(run_of(report, policy_file))
    return report, record.run


def policy_report(policy_file: PolicyFile, options: UnitOptions = DEFAULTS) -> UnitReport:
    """Run every YAML file below the policy's tests. Rule files are found by base name among the policy's rules.

    Raises:
        OSError: a folder of tests cannot be listed.
        MissingTool: promtool is not installed.
        UsageError: promtool is too old for a feature of the policy's server.
    """
    below = {place: unit_files(place) if place.exists() else () for place in policy_file.tests}
    paths = sorted({path for found in below.values() for path in found})
    rules = rule_files(policy_file.rules)
    promtool = installed_promtool(policy_file.server.features)
    places = RulePlaces(rules, policy_file.server.dialect, only=True)
    report = report_on(paths, places, promtool, options)
    nowhere = (no_tests_found(str(shown(place))) for place, found in below.items() if not found)
    return replace(report, nowhere=under(options.allowed, nowhere))


def run_of(report: UnitReport, policy_file: PolicyFile) -> Run:
    """Return the run of the gate that a report amounts to."""
    if not report.files:
        places = ", ".join(str(shown(place)) for place in policy_file.tests) or "the empty list of tests"
        return failed(PROMQL_UNIT, (f"there is no test file in {places}",), "nothing is tested", report.tools)
    findings = (*map(_finding, report.nowhere), *_findings(report.files))
    if report.outcome is Outcome.FAIL:
        return failed(PROMQL_UNIT, findings, "the tests of the rules do not pass", report.tools)
    if report.outcome is Outcome.UNKNOWN:
        unknown = failed(PROMQL_UNIT, findings, "promtool cannot run all tests of the rules", report.tools)
        return replace(unknown, outcome=Outcome.UNKNOWN)
    if any(one.allowed for one in (*report.nowhere, *(one for file in report.files for one in file.findings))):
        return failed(PROMQL_UNIT, findings, "silent passes were allowed, and for the gate nothing is", report.tools)
    passed = f"promtool passes {counted(len(report.files), 'test file')}"
    return Run(PROMQL_UNIT, Outcome.PASS, passed, findings=findings, tools=report.tools)


def _findings(files: Iterable[FileReport]) -> Iterator[str]:
    for file in files:
        yield from map(_finding, sorted(file.findings, key=lambda one: not one.allowed))
        if file.outcome is not Outcome.PASS and file.words:
            yield file.words


def _finding(one: SilentFinding) -> str:
    return f"{one.problem} [{one.silent_pass}, allowed: {one.allowed}]" if one.allowed else str(one.problem)
