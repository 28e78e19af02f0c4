"""Gives unique names to groups that share one in several files, because ``group_eval_order`` knows only names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from gonogo.formats.flow import flow, joined, quoted
from gonogo.formats.yaml import parse_documents
from gonogo.model.rule import RuleGroup


def own_names(groups: Sequence[RuleGroup]) -> tuple[str, ...]:
    """Return a unique name for each group: its own name if that is unique, else the name with a number after it."""
    shared = Counter(group.name for group in groups)
    taken = set(shared)
    return tuple(group.name if shared[group.name] == 1 else _new(group.name, taken) for group in groups)


def renamed(texts: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Rename the groups in the texts of rule files, in their order. A text stays as it is if no name changes."""
    left = iter(names)
    return tuple(_renamed(text, left) for text in texts)


def _renamed(text: str, names: Iterator[str]) -> str:
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


def _new(name: str, taken: set[str]) -> str:
    number = next(number for number in range(1, len(taken) + 2) if f"{name} ({number})" not in taken)
    taken.add(f"{name} ({number})")
    return f"{name} ({number})"
