"""Silent passes: promtool reports SUCCESS, but tested nothing, or something else than it seems."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded


@dataclass(frozen=True, slots=True)
class SilentPass:
    """A way to pass in silence. The docstring of its module explains the way.

    Attributes:
        id: the name that ``--allow`` takes.
        find: the function that yields the places of this silent pass in a test file.
    """

    id: str
    find: Callable[[Loaded], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class SilentFinding:
    """A silent pass in a file: its name and its place.

    ``allowed`` is the user's reason to allow it; empty if the user did not.
    """

    silent_pass: str
    problem: Problem
    allowed: str = ""
