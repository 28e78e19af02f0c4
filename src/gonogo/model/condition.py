"""Conditions: the comparisons that a gate makes with its signals, and their grammar.

::

    condition = term { "or" term }
    term      = signal op number [ "for" duration ] | "falling(" signal "," duration ")"
              | "unknown(" signal ") for" duration
    op        = == != < <= > >=

``for`` belongs to its own term. ``unknown`` is allowed only in the lists ``abort`` and ``warn`` of a gate.
There is no ``and``, because a gate lists conditions. There are no parentheses. Numbers are IEEE doubles
and are compared exactly.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from gonogo.durations import format_duration, parse_duration

FALLING_TOLERANCE = 0.01
"""``falling``: a sample may exceed an earlier one by this much, and the last must be below the first by more."""

SIGNAL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_:]*")
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_COMPARISON = re.compile(rf"\s*({SIGNAL_NAME.pattern})\s*(==|!=|<=|>=|<|>)\s*({_NUMBER})(?:\s+for\s+([0-9a-z]+))?\s*")
_FALLING = re.compile(rf"\s*falling\(\s*({SIGNAL_NAME.pattern})\s*,\s*([0-9a-z]+)\s*\)\s*")
_UNKNOWN = re.compile(rf"\s*unknown\(\s*({SIGNAL_NAME.pattern})\s*\)\s+for\s+([0-9a-z]+)\s*")
_OR = re.compile(r"\bor\b")
_AND = re.compile(r"\band\b")


class Operator(StrEnum):
    """A comparison, written as in PromQL."""

    EQ = "=="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


_COMPARE: dict[Operator, Callable[[float, float], bool]] = dict(
    zip(Operator, (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge), strict=True)
)


class Comparison(Struct, frozen=True):
    """``signal op bound``: the newest sample compares, or with ``held`` every sample of an unbroken time."""

    signal: str
    op: Operator
    bound: float
    held: timedelta | None = None

    @property
    def window(self) -> timedelta | None:
        """Return how far back the term looks; ``None`` for the newest sample alone."""
        return self.held

    def holds(self, value: float) -> bool:
        """Return whether one finite value meets the bound, compared exactly."""
        return _COMPARE[self.op](value, self.bound)

    def __str__(self) -> str:
        """Return the term as the grammar reads it."""
        bound = f"{self.bound:g}" if float(f"{self.bound:g}") == self.bound else repr(self.bound)
        held = f" for {format_duration(self.held)}" if self.held is not None else ""
        return f"{self.signal} {self.op} {bound}{held}"


class Falling(Struct, frozen=True):
    """``falling(signal, over)``: no sample is above an earlier one, and the last sample is below the first."""

    signal: str
    over: timedelta

    @property
    def window(self) -> timedelta:
        """Return how far back the term looks."""
        return self.over

    def __str__(self) -> str:
        """Return the term as the grammar reads it."""
        return f"falling({self.signal}, {format_duration(self.over)})"


class Unknown(Struct, frozen=True):
    """``unknown(signal) for held``: the signal has been UNKNOWN, for any reason, for that long without a break."""

    signal: str
    held: timedelta

    @property
    def window(self) -> timedelta | None:
        """Return None: the term counts the steps of a watch, and needs no samples of the past."""
        return None

    def __str__(self) -> str:
        """Return the term as the grammar reads it."""
        return f"unknown({self.signal}) for {format_duration(self.held)}"


Term = Comparison | Falling | Unknown


class Condition(Struct, frozen=True):
    """Terms joined by ``or``, with the text from which they were read."""

    terms: tuple[Term, ...]
    text: str

    @property
    def signals(self) -> tuple[str, ...]:
        """Return the names of the signals that the terms read."""
        return tuple(term.signal for term in self.terms)

    def __str__(self) -> str:
        """Return the text as the policy writes it."""
        return self.text


def parse_condition(text: str) -> Condition:
    """Read a condition.

    Raises:
        ValueError: the text does not follow the grammar. The message names the part.
    """
    return Condition(tuple(_parse_term(part) for part in _OR.split(text)), " ".join(text.split()))


def _parse_term(text: str) -> Term:
    if match := _FALLING.fullmatch(text):
        return Falling(match[1], _positive(match[2]))
    if match := _UNKNOWN.fullmatch(text):
        return Unknown(match[1], _positive(match[2]))
    if match := _COMPARISON.fullmatch(text):
        bound = float(match[3])
        if not math.isfinite(bound):
            message = f"{match[3]} is too large for a number"
            raise ValueError(message)
        held = _positive(match[4]) if match[4] else None
        return Comparison(match[1], Operator(match[2]), bound, held)
    message = (
        f"{text.strip()!r} is not a condition; write 'signal <= 0.5', 'signal == 1 for 5m', 'falling(signal, 30m)' "
        "or 'unknown(signal) for 5m'"
    )
    if _AND.search(text):
        message += "; there is no 'and': under require write two conditions, under abort a signal whose expr has both"
    raise ValueError(message)


def _positive(text: str) -> timedelta:
    duration = parse_duration(text)
    if not duration:
        message = f"the duration {text!r} must be greater than zero"
        raise ValueError(message)
    return duration


_FORM = re.compile(r"\s*(share|mean|rises)\((.*)\)\s*((?:==|!=|<=|>=|<|>).*)")
_RISES = re.compile(rf"\s*({SIGNAL_NAME.pattern})\s*,\s*([0-9.]+)\s*")


class Share(Struct, frozen=True):
    """The share of the run's time in which the condition was PASS. UNKNOWN time counts as not PASS."""

    condition: Condition


class Mean(Struct, frozen=True):
    """The time-weighted mean of a signal, over the time in which the signal was known."""

    signal: str


class Rises(Struct, frozen=True):
    """The number of times that a signal climbed by more than ``by`` above its lowest value so far."""

    signal: str
    by: float


Statistic = Share | Mean | Rises


class Criterion(Struct, frozen=True):
    """A statistic of the whole run and the bound that the statistic must meet."""

    statistic: Statistic
    bound: Comparison
    text: str

    @property
    def signals(self) -> tuple[str, ...]:
        """Return the names of the signals that the statistic reads."""
        statistic = self.statistic
        return statistic.condition.signals if isinstance(statistic, Share) else (statistic.signal,)


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
