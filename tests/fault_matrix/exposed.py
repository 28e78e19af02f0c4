"""Changes to exported text: a value, a series or a label that is not what it should be."""

from __future__ import annotations

from collections.abc import Callable

Change = Callable[[str], str]
Amount = str | Callable[[float], float]
"""A value as it will be written, or made from the one that is there."""


def valued(amount: Amount, *metrics: str) -> Change:
    """Give every series of the metrics another value."""

    def value(line: str) -> str:
        series, _, old = line.rpartition(" ")
        return f"{series} {amount if isinstance(amount, str) else repr(amount(float(old)))}"

    return _each(metrics, lambda line: (value(line),))


def valued_in(piece: str, amount: Amount, *metrics: str) -> Change:
    """Give another value to those series of the metrics whose labels hold a piece of text."""
    change = valued(amount, *metrics)
    return lambda text: "".join(change(line) if piece in line else line for line in text.splitlines(keepends=True))


def without(*metrics: str) -> Change:
    """Leave the series of the metrics out."""
    return _each(metrics, lambda _: ())


def relabelled(old: str, new: str, *metrics: str) -> Change:
    """Replace a piece of the labels of the metrics' series."""
    return _each(metrics, lambda line: (line.replace(old, new),))


def twice(old: str, new: str, *metrics: str, amount: Amount | None = None) -> Change:
    """Put beside every series of the metrics a second, first in order, with a piece of its labels replaced."""

    def doubled(line: str) -> tuple[str, str]:
        other = line.replace(old, new)
        return (valued(amount, *metrics)(other) if amount is not None else other), line

    return _each(metrics, doubled)


def both(first: Change, second: Change) -> Change:
    """Make one change after another."""
    return lambda text: second(first(text))


def plus(number: float) -> Callable[[float], float]:
    """Add a number to the value that is there."""
    return lambda value: value + number


def _each(metrics: tuple[str, ...], change: Callable[[str], tuple[str, ...]]) -> Change:
    starts = tuple(f"{metric}{{" for metric in metrics)

    def changed(text: str) -> str:
        lines = text.removesuffix("\n").split("\n")
        new = (one for line in lines for one in (change(line) if line.startswith(starts) else (line,)))
        return "\n".join(new) + "\n"

    return changed
