"""Checks of signals, gates and conditions. The message of each ValueError says in words what is wrong."""

from __future__ import annotations

import math
import re

from gonogo.model.certificate import Criterion, parse_criterion
from gonogo.model.condition import SIGNAL_NAME, Condition, parse_condition
from gonogo.model.gate import RUN_GATES
from gonogo.model.signal import ValueRange
from gonogo.policy.values import text
from gonogo.rulepack.selector import parse_selector

_GATE_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")


def signal_name(value: object) -> str:
    """Check the name of a signal.

    Raises:
        ValueError: the grammar of conditions cannot read the name.
    """
    if not SIGNAL_NAME.fullmatch(name := text(value)) or name == "or":
        raise ValueError(
            "is not a valid signal name: use letters, digits, _ and :, no digit at the beginning, and not 'or'"
        )
    return name


def gate_name(value: object) -> str:
    """Check the name of a gate.

    Raises:
        ValueError: the text is not a valid name, or is the name of a run gate.
    """
    if not _GATE_NAME.fullmatch(name := text(value)):
        raise ValueError(
            "is not a valid gate name: use letters, digits, _, - and ., with a letter or digit at the beginning"
        )
    if name in RUN_GATES:
        raise ValueError("is the name of a run gate, which needs a record; list it under runs.required")
    return name


def counter(value: object) -> str:
    """Check the selector of a counter.

    Raises:
        ValueError: the text is not a plain selector.
    """
    parse_selector(selector := text(value))
    return selector


def condition(value: object) -> Condition:
    """Read a condition.

    Raises:
        ValueError: the text does not follow the grammar.
    """
    return parse_condition(text(value))


def criterion(value: object) -> Criterion:
    """Read an entry of ``dry_run.certify``.

    Raises:
        ValueError: the text does not follow the grammar.
    """
    return parse_criterion(text(value))


def bounds(value: object) -> ValueRange:
    """Read ``[low, high]``. The value ``null`` means an open end.

    Raises:
        ValueError: the value is not such a pair.
    """
    if not isinstance(value, list) or len(value) != 2 or not all(_is_end(end) for end in value):  # noqa: PLR2004 - a pair
        raise ValueError("must be [low, high], each a number or null")
    low, high = (-math.inf if value[0] is None else value[0]), (math.inf if value[1] is None else value[1])
    if low > high:
        raise ValueError("must have its lower end first")
    return ValueRange(float(low), float(high))


def _is_end(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value))
