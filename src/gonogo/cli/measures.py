"""The measures of ``gonogo test`` beyond passing: coverage and mutants."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gonogo.durations import parse_duration

if TYPE_CHECKING:
    from gonogo.formats.dialect import Dialect
    from gonogo.ruletests.core.report import UnitReport

_PERCENTAGE = re.compile(r"[0-9]{1,3}(\.[0-9]+)?")
_HUNDRED = 100
_TIMES = 10


def percentage(_: click.Context, __: click.Parameter, text: str | None) -> Decimal | None:
    """Read a percentage without rounding it."""
    if text is None:
        return None
    plain = text.removesuffix("%").strip()
    if not _PERCENTAGE.fullmatch(plain) or Decimal(plain) > _HUNDRED:
        raise click.BadParameter("must be a percentage from 0 to 100, such as 99.5")
    return Decimal(plain)


def duration(_: click.Context, __: click.Parameter, text: str | None) -> timedelta | None:
    """Read a duration in the form of Prometheus."""
    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def measured_report(
    report: UnitReport,
    code: int,
    rules: Sequence[Path],
    asked: tuple[Decimal | None, bool, timedelta | None, int],
    features: Sequence[str],
    says: Callable[[str], None],
    dialect: Dialect,
) -> tuple[UnitReport, int]:
    """Measure tests that were run. The exit code becomes 1 if they do not reach the required coverage."""
    from gonogo.programs.promtool import installed_promtool
    from gonogo.ruletests.measure import Measures, measured
    from gonogo.ruletests.mutants import Budget

    minimum, mutants, lasting, seed = asked
    measures = Measures(minimum, Budget(lasting, seed) if mutants else None)
    said = 0

    def progress(done: int, of: int) -> None:
        nonlocal said
        if (now := done * _TIMES // of) != said:
            said = now
            says(f"{done} of {of} changes tried")

    report = measured(report, rules, measures, installed_promtool(features), progress, dialect)
    return report, int(report.outlived or report.uncovered) or code
