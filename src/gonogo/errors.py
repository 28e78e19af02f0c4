"""Every error a user can meet, as one tree, and what each must say.

::

    GonogoError                 exit 2 unless a subclass says otherwise
    ├── PolicyError             every mistake of a policy, all at once
    ├── UsageError              a command line that cannot be meant
    ├── MissingTool             a program that is not there, or cannot be run
    ├── SourceError             a server or file that gave no valid answer      exit 3
    ├── ActionFailed            something was tried and did not work            exit 1
    │   └── NoRoom              the machine has no more disk, memory or threads  exit 3
    ├── Busy                    somebody else holds the lock                    exit 3
    ├── AnswerLost              standard output could not be written            exit 74
    └── ReaderLeft              nobody reads standard output any more           exit 141

An error says *what* is wrong, *where* (``file:line:col`` or a URL), *why*, and
what to do *next*. Missing or bad data is never an error: it is the outcome
UNKNOWN with a reason (see ``gonogo.model.outcome``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file, counted from 1 as editors do."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        """Write it as editors and compilers do, so that terminals link it."""
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake, where it stands, and the way out of it."""

    where: Position | None
    message: str
    next_step: str = ""

    def __str__(self) -> str:
        """Write the mistake as one line."""
        place = f"{self.where}: " if self.where else ""
        hint = f" ({self.next_step})" if self.next_step else ""
        return f"{place}{self.message}{hint}"


class GonogoError(Exception):
    """Something a user can mend; carries the exit code its command ends with."""

    exit_code: ClassVar[int] = 2

    def __init__(self, what: str, *, where: str = "", why: str = "", next_step: str = "") -> None:
        """Say what went wrong, where, why, and what to do next."""
        super().__init__(what)
        self.what = what
        self.where = where
        self.why = why
        self.next_step = next_step

    def __str__(self) -> str:
        """Write all four parts, each on a line of its own where there is more than one."""
        first = f"{self.where}: {self.what}" if self.where else self.what
        lines = [first]
        if self.why:
            lines.append(f"  why:  {self.why}")
        if self.next_step:
            lines.append(f"  next: {self.next_step}")
        return "\n".join(lines)


class PolicyError(GonogoError):
    """A policy that cannot be used, with every mistake in it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep all the problems, sorted by where they stand."""
        ordered = sorted(problems, key=lambda p: (p.where is None, p.where or Position("", 0, 0), p.message))
        self.problems = tuple(ordered)
        count = len(self.problems)
        super().__init__(f"the policy has {count} mistake{'' if count == 1 else 's'}")

    def __str__(self) -> str:
        """List every mistake under the headline."""
        return "\n".join([f"{self.what}:", *(f"  {problem}" for problem in self.problems)])


class UsageError(GonogoError):
    """A command line that asks for something that cannot be meant."""


class MissingTool(GonogoError):
    """A program that gonogo runs and that is not there, or that cannot be run."""


class SourceError(GonogoError):
    """A server or a file that gave no valid answer."""

    exit_code = 3


class ActionFailed(GonogoError):
    """An action that was tried and failed; the text says what state is left."""

    exit_code = 1


class NoRoom(ActionFailed):
    """An action for which the machine has no more of something: room on a disk, memory, threads."""

    exit_code = 3


class Busy(GonogoError):
    """A lock that somebody else held for as long as was waited."""

    exit_code = 3


class AnswerLost(GonogoError):
    """An answer that could not be written: no verdict, whatever it was. The code is EX_IOERR of sysexits.h."""

    exit_code = 74


class ReaderLeft(GonogoError):
    """An answer whose reader has left; shells show this code for a program that a lost pipe ended."""

    exit_code = 141
