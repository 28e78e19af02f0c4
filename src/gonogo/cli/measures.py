"""The measures of ``gonogo test`` beyond passing: coverage and mutants."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import click

from gonogo.durations import parse_duration

_PERCENTAGE = re.compile(r"[0-9]{1,3}(\.[0-9]+)?")
_HUNDRED = 100


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
