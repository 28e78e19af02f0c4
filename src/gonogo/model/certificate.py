"""The criteria that a dry run must meet to earn its certificate: ``share``, ``mean`` and ``rises``.

::

    certify = "share(" condition ")" op number | "mean(" signal ")" op number
            | "rises(" signal "," number ")" op number
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gonogo.model.condition import SIGNAL_NAME, Comparison, Condition, parse_condition

_FORM = re.compile(r"\s*(share|mean|rises)\((.*)\)\s*((?:==|!=|<=|>=|<|>).*)")
_RISES = re.compile(rf"\s*({SIGNAL_NAME.pattern})\s*,\s*([0-9.]+)\s*")


@dataclass(frozen=True, slots=True)
class Share:
    """The share of the run's time in which the condition was PASS. UNKNOWN time counts as not PASS."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Mean:
    """The time-weighted mean of a signal, over the time in which the signal was known."""

    signal: str


@dataclass(frozen=True, slots=True)
class Rises:
    """The number of times that a signal climbed by more than ``by`` above its lowest value so far."""

    signal: str
    by: float


Statistic = Share | Mean | Rises


@dataclass(frozen=True, slots=True)
class Criterion:
    """A statistic of the whole run and the bound that the statistic must meet."""

    statistic: Statistic
    bound: Comparison
    text: str


def parse_criterion(text: str) -> Criterion:
    """Read one entry of ``dry_run.certify``.

    Raises:
        ValueError: the text does not follow the grammar.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        message = (
            f"{text!r} is not a criterion; write 'share(signal == 1) >= 0.99', 'mean(signal) <= 0.2' "
            "or 'rises(signal, 0.2) <= 0'"
        )
        raise ValueError(message)
    kind, inner, bound = match.groups()
    compared = parse_condition(f"{kind} {bound}").terms
    if len(compared) != 1 or not isinstance(compared[0], Comparison) or compared[0].held is not None:
        message = f"{text!r} must end in one comparison with a number"
        raise ValueError(message)
    return Criterion(_statistic(kind, inner, text), compared[0], " ".join(text.split()))


def _statistic(kind: str, inner: str, text: str) -> Statistic:
    if kind == "share":
        return Share(parse_condition(inner))
    if kind == "mean" and SIGNAL_NAME.fullmatch(inner.strip()):
        return Mean(inner.strip())
    if kind == "rises" and (match := _RISES.fullmatch(inner)):
        return Rises(match[1], float(match[2]))
    message = f"{text!r}: {kind} needs {'a signal' if kind == 'mean' else 'a signal and a number'}"
    raise ValueError(message)
