"""Reads the arguments in test files for mutants that may survive: ``# gonogo: survives ALERT:for:1a2b3c because…``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gonogo.errors import Position, Problem

_COMMENT = re.compile(r"(?P<lead>[ \t]*#[ \t]*gonogo:[ \t]*survives\b)[ \t]*(?P<mutant>\S*)[ \t]*(?P<reason>.*)")


@dataclass(frozen=True, slots=True)
class Argument:
    """A line that says why a mutant may survive."""

    mutant: str
    reason: str
    where: Position


def arguments(text: str, path: str) -> Iterator[Argument]:
    """Yield the arguments of a test file. Each is a comment on a line of its own."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := _COMMENT.fullmatch(line):
            column = line.index("#") + 1
            yield Argument(found["mutant"], found["reason"].strip(), Position(path, number, column))


def wrong_arguments(
    given: Iterable[Argument], fates: Mapping[str, bool | None], *, whole: bool = True
) -> Iterator[Problem]:
    """Yield a problem for each argument that does not hold.

    Args:
        given: the arguments.
        fates: for each mutant, True if it survives, False if a test kills it, ``None`` if that is unknown.
        whole: True if every rule was mutated, so that a mutant without a fate does not exist.
    """
    seen: set[str] = set()
    for one in given:
        name = one.mutant
        if not name:
            yield Problem(one.where, "this line names no mutant", "write '# gonogo: survives MUTANT reason'")
        elif name in seen:
            yield Problem(one.where, f"there are two arguments for {name}", "remove one of them")
        elif not one.reason:
            yield Problem(one.where, f"there is no reason why {name} may survive", "write it after the mutant's name")
        elif name not in fates and whole:
            yield Problem(one.where, f"there is no mutant {name}", "remove this line: the rule has changed")
        elif fates.get(name) is False:
            yield Problem(one.where, f"{name} does not survive: a test kills it", "remove this line")
        seen.add(name)
