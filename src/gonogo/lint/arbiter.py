"""A promtool as arbiter of validity: its version, what it accepts, and what it refuses and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gonogo.lint.finding import Span
from gonogo.model.versions import release


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


def newest(arbiters: Sequence[Arbiter]) -> Arbiter:
    """Return the arbiter of the highest version; the first of those of one version."""
    return max(arbiters, key=lambda one: release(one.version) or (0, 0))
