"""Groups that read each other's records: promtool chooses their order anew in every run.

A group that runs before the group whose record it reads sees the record of the step before. Only a run in both orders
shows if the order matters. ``group_eval_order`` fixes the order of the groups that it lists by name. All groups outside
the list share the first place. Groups of one name in several files have no fixed order, so they get unique names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import Struct

from gonogo.errors import Problem
from gonogo.formats.flow import flow, joined, listed, quoted
from gonogo.formats.yaml import parse_documents
from gonogo.model.replacing import replace
from gonogo.model.rule import RuleGroup
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.trial import Trial, rewritten

ORDER = "group_eval_order"


class GroupOrders(Struct, frozen=True):
    """The two orders that together answer every open question: makers first, and readers first.

    Attributes:
        makers_first: the names of the groups, each maker before its readers.
        readers_first: the names of the groups, each reader before its makers.
        maker: a group whose record another group reads.
        reader: that other group.
        names: the unique names of all groups, as loaded. They differ from the names in the files only if several groups
            share one.
    """

    makers_first: tuple[str, ...]
    readers_first: tuple[str, ...]
    maker: str
    reader: str
    names: tuple[str, ...]


def open_orders(loaded: Loaded) -> GroupOrders | None:
    """Return the orders to try; ``None`` if the order of groups is fixed, or if no group reads another."""
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


def in_order(loaded: Loaded, orders: GroupOrders, order: Sequence[str]) -> Trial:
    """Return the trial of the test file with its groups in one of the two orders."""
    trial = rewritten(loaded, ORDER, listed(order))
    return replace(trial, rules=renamed(trial.rules, orders.names))


def order_problem(loaded: Loaded, orders: GroupOrders, passing: Sequence[str]) -> Problem:
    """Return the problem that the outcome depends on the order."""
    groups = dict(zip(orders.names, loaded.groups, strict=True))
    shared = any(own != group.name for own, group in groups.items())
    maker, reader = (
        f"{groups[own].name!r} of {groups[own].file}" if shared else repr(own) for own in (orders.maker, orders.reader)
    )
    first = maker if passing == orders.makers_first else reader
    why = (
        f"the group {reader} reads what the group {maker} records, and the tests pass only when "
        f"{first} is evaluated first; promtool chooses the order anew in each run"
    )
    hint = f"write {ORDER}: {listed(passing)}"
    if shared:
        hint = f"give each group a name of its own, and list them in {ORDER}"
    return Problem(loaded.unit.document.key_position((ORDER,)), why, hint)


def _makers_first(names: Sequence[str], read: set[tuple[str, str]]) -> list[str]:
    """Sort the groups so that each comes after the groups that it reads, as far as cycles permit."""
    left, ordered = list(names), []
    while left:
        free = [name for name in left if not any(maker in left and maker != name for maker, r in read if r == name)]
        ordered += free or left[:1]
        left = [name for name in left if name not in ordered]
    return ordered


def own_names(groups: Sequence[RuleGroup]) -> tuple[str, ...]:
    """Return a unique name for each group: its own name if that is unique, else the name with a number after it."""
    shared = Counter(group.name for group in groups)
    taken = set(shared)
    return tuple(group.name if shared[group.name] == 1 else _numbered(group.name, taken) for group in groups)


def renamed(texts: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Rename the groups in the texts of rule files, in their order. A text stays as it is if no name changes."""
    left = iter(names)
    return tuple(_with_names(text, left) for text in texts)


def _with_names(text: str, names: Iterator[str]) -> str:
    document = next(iter(parse_documents(text, "")), None)
    groups = document.at(("groups",)) if document is not None else None
    if document is None or not isinstance(groups, list):
        return text
    places = range(len(groups))
    given = [document.text(("groups", place, "name")) for place in places]
    wanted = list(islice(names, len(given)))
    if wanted == given:
        return text
    new = (
        joined(flow(document, ("groups", place), ("name",)), f"name: {quoted(name)}")
        for place, name in zip(places, wanted, strict=True)
    )
    return joined(flow(document, (), ("groups",)), f"groups: [{', '.join(new)}]") + "\n"


def _numbered(name: str, taken: set[str]) -> str:
    number = next(number for number in range(1, len(taken) + 2) if f"{name} ({number})" not in taken)
    taken.add(f"{name} ({number})")
    return f"{name} ({number})"
