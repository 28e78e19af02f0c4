"""Groups that read one another's records, whose order promtool chooses anew in every run.

A reader that comes before its maker sees the record of the step before. Whether that
matters, only running the tests in both orders shows. ``group_eval_order`` settles it
for the groups it lists, by name: groups of one name in several files stay in no order,
and all that it does not list share the first place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gonogo.errors import Problem
from gonogo.formats.flow import flow, joined, listed
from gonogo.ruletests.core.group_names import own_names
from gonogo.ruletests.core.loaded import Loaded

ORDER = "group_eval_order"


@dataclass(frozen=True, slots=True)
class GroupOrders:
    """The two orders that settle every open question: makers first, and readers first.

    Attributes:
        makers_first: names of groups.
        readers_first: the same, every open question answered the other way.
        maker: a group whose record another one reads.
        reader: that other group.
        names: the names of all groups, as loaded, each its own: with others than in the files only where several
            have one.
    """

    makers_first: tuple[str, ...]
    readers_first: tuple[str, ...]
    maker: str
    reader: str
    names: tuple[str, ...]


def open_orders(loaded: Loaded) -> GroupOrders | None:
    """Give the orders to try; ``None`` where the order of groups is settled, or no group reads another."""
    listed_at = {name: place for place, name in reversed(list(enumerate(loaded.unit.group_eval_order)))}
    names = own_names(loaded.groups)
    rank = {own: listed_at.get(group.name, 0) for own, group in zip(names, loaded.groups, strict=True)}
    home = {id(rule): own for own, group in zip(names, loaded.groups, strict=True) for rule in group.rules}
    read = {(home[id(maker)], home[id(rule)]) for rule in loaded.rules for maker in loaded.graph.upstream(rule)}
    still_open = sorted((m, r) for m, r in read if m != r and rank[m] == rank[r])
    if not still_open:
        return None
    order = {name: place for place, name in enumerate(_makers_first(names, set(still_open)))}
    forward = sorted(names, key=lambda name: (rank[name], order[name]))
    backward = sorted(names, key=lambda name: (rank[name], -order[name]))
    return GroupOrders(tuple(forward), tuple(backward), *still_open[0], names)


def in_order(loaded: Loaded, order: Sequence[str]) -> str:
    """Write the test file with its groups in an order."""
    document = loaded.unit.document
    return joined(flow(document, (), (ORDER,)), f"{ORDER}: {listed(order)}") + "\n"


def order_problem(loaded: Loaded, orders: GroupOrders, passing: Sequence[str]) -> Problem:
    """Say that the outcome depends on the order."""
    groups = dict(zip(orders.names, loaded.groups, strict=True))
    shared = any(own != group.name for own, group in groups.items())
    maker, reader = (
        f"{groups[own].name!r} of {groups[own].file}" if shared else repr(own) for own in (orders.maker, orders.reader)
    )
    first = maker if passing == orders.makers_first else reader
    why = (
        f"the group {reader} reads what the group {maker} records, and the tests pass only when "
        f"{first} is evaluated first; promtool chooses anew each time"
    )
    hint = f"write {ORDER}: {listed(passing)}"
    if shared:
        hint = f"give each group a name of its own, and list them in {ORDER}"
    return Problem(loaded.unit.document.key_position((ORDER,)), why, hint)


def _makers_first(names: Sequence[str], read: set[tuple[str, str]]) -> list[str]:
    """Put groups after those they read from, as far as cycles allow."""
    left, ordered = list(names), []
    while left:
        free = [name for name in left if not any(maker in left and maker != name for maker, r in read if r == name)]
        ordered += free or left[:1]
        left = [name for name in left if name not in ordered]
    return ordered
