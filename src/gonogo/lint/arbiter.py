"""A promtool as arbiter of validity: its version, what it accepts, and what it refuses and where."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gonogo.lint.finding import Span


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a promtool says against a file, and against which rule of it, where it names one."""

    where: Span
    message: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Arbiter:
    """One promtool's word on every file; each is either in ``accepted`` or in ``refusals``.

    Attributes:
        name: the command that runs it.
        version: as it says, such as ``2.42.0``.
        accepted: the files, as findings name them.
        refusals: what it says against the others.
        excused: whether it may be of another version than the first one.
    """

    name: str
    version: str
    accepted: frozenset[str] = frozenset()
    refusals: tuple[Refusal, ...] = ()
    excused: bool = False


def release(version: str) -> tuple[int, int] | None:
    """Give major and minor of a version such as ``2.42.0+ds``; ``None`` where it has none."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else None
