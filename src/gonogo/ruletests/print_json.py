"""A run of rule tests as JSON: schema ``gonogo/unit/v1``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from gonogo.errors import Position, Problem
from gonogo.formats.document import document
from gonogo.ruletests.core.measures import Coverage, MutantReport, Survivor, UnprovenRule
from gonogo.ruletests.core.report import FileReport, SilentFinding, UnitReport
from gonogo.ruletests.core.rule_text import TestedRule

SCHEMA = "gonogo/unit/v1"


def unit_json(report: UnitReport) -> str:
    """Write the report as one JSON document, indented, ending in a line feed."""
    return document(unit_value(report), indented=True).decode()


def unit_value(report: UnitReport) -> Mapping[str, object]:
    """Return the document as plain values."""
    return {
        "schema": SCHEMA,
        "outcome": report.outcome,
        "files": [_file(file) for file in report.files],
        "findings": [_finding(one) for one in report.nowhere],
        "coverage": None if report.coverage is None else _coverage(report.coverage, report.minimum),
        "mutants": None if report.mutants is None else _mutants(report.mutants),
        "tools": dict(report.tools),
        "seconds": round(report.seconds, 3),
    }


def _file(file: FileReport) -> Mapping[str, object]:
    return {
        "path": file.path,
        "outcome": file.outcome,
        "reason": file.reason or None,
        "detail": file.detail,
        "seconds": round(file.seconds, 3),
        "promtool": None if file.promtool is None else "PASS" if file.promtool else "FAIL",
        "tests": file.tests,
        "assertions": file.assertions,
        "cached": file.cached,
        "findings": [_finding(one) for one in file.findings],
    }


def _finding(one: SilentFinding) -> Mapping[str, object]:
    return {
        "pass": one.silent_pass,
        **_place(one.problem.where),
        "message": one.problem.message,
        "next_step": one.problem.next_step or None,
        "allowed": one.allowed or None,
    }


def _coverage(coverage: Coverage, minimum: Decimal | None) -> Mapping[str, object]:
    return {
        "rules": coverage.rules,
        "covered": coverage.covered,
        "percent": coverage.percent,
        "minimum": None if minimum is None else f"{minimum:f}",
        "uncovered": [_unproven(one) for one in coverage.uncovered],
        "duplicates": [[_rule(rule) for rule in twins] for twins in coverage.duplicates],
        "alerts_without_firing": [_rule(rule) for rule in coverage.alerts_without_firing],
        "alerts_without_quiet": [_rule(rule) for rule in coverage.alerts_without_quiet],
        "flaky": coverage.flaky,
        "failing": coverage.failing,
        "unread": [_problem(one) for one in coverage.unread],
        "unread_expressions": [_unproven(one) for one in coverage.unread_expressions],
        "seconds": round(coverage.seconds, 3),
    }


def _mutants(mutants: MutantReport) -> Mapping[str, object]:
    return {
        "made": mutants.made,
        "killed": mutants.killed,
        "survived": [_survivor(one) for one in mutants.survived],
        "argued": [_survivor(one) for one in mutants.argued],
        "not_run": mutants.not_run,
        "stillborn": mutants.stillborn,
        "untried": mutants.untried or None,
        "uncovered": [_rule(rule) for rule in mutants.uncovered],
        "problems": [_problem(one) for one in mutants.problems],
        "unread_expressions": [_unproven(one) for one in mutants.unread],
        "seed": mutants.seed,
        "seconds": round(mutants.seconds, 3),
    }


def _unproven(one: UnprovenRule) -> Mapping[str, object]:
    return {**_rule(one.rule), "why": one.why}


def _survivor(one: Survivor) -> Mapping[str, object]:
    return {
        **_rule(one.rule),
        "mutant": one.mutant,
        "change": one.change,
        "old": one.old,
        "new": one.new,
        "kill": one.kill,
        "argument": one.argument or None,
    }


def _rule(rule: TestedRule) -> Mapping[str, object]:
    return {**_place(rule.where), "group": rule.group, "kind": rule.kind, "rule": rule.name}


def _problem(one: Problem) -> Mapping[str, object]:
    return {**_place(one.where), "message": one.message}


def _place(where: Position | None) -> Mapping[str, object]:
    return {name: getattr(where, name, None) for name in ("path", "line", "column")}
