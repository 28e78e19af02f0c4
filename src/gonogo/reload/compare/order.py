"""Whether the rules of a group stand in the same order on both sides: it is the order of their evaluation."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from gonogo.model.grouped import Group
from gonogo.reload.compare.placed_rules import PlacedRule, placed

Order = tuple[object, ...]
"""The rules of one group, one after the other."""


def reordered(files: Iterable[Group], loaded: Iterable[Group]) -> tuple[str, ...]:
    """Name the groups that hold the same rules on both sides, and not in the same order.

    Files are not compared, so that of several groups of one name each must have its like on the other side.
    """
    orders, theirs = _orders(files), _orders(loaded)
    return tuple(
        name
        for name, found in orders.items()
        if found != theirs.get(name, found) and _members(found) == _members(theirs[name])
    )


def _orders(groups: Iterable[Group]) -> dict[str, Counter[Order]]:
    found: dict[str, Counter[Order]] = defaultdict(Counter)
    for group in groups:
        found[group.name][_order(placed((group,)))] += 1
    return found


def _order(rules: tuple[PlacedRule, ...]) -> Order:
    """Give who stands where; expressions are read only to tell rules apart that are the same otherwise."""
    times = Counter(one.key for one in rules)
    return tuple((one.key, one.expression if times[one.key] > 1 else "") for one in rules)


def _members(orders: Counter[Order]) -> Counter[frozenset[tuple[object, int]]]:
    found: Counter[frozenset[tuple[object, int]]] = Counter()
    for order, times in orders.items():
        found[frozenset(Counter(order).items())] += times
    return found
