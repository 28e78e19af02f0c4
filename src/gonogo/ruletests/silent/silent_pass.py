"""What a silent pass is: promtool says SUCCESS, and nothing, or not what it seems, was tested."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded


@dataclass(frozen=True, slots=True)
class SilentPass:
    """One way to pass in silence; its module's docstring says how it comes about.

    Attributes:
        id: what ``--allow`` calls it.
        find: lists where a test file does it.
    """

    id: str
    find: Callable[[Loaded], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class SilentFinding:
    """A silent pass in a file: which, and where.

    ``allowed`` is the reason for which it is tolerated, if it is.
    """

    silent_pass: str
    problem: Problem
    allowed: str = ""
