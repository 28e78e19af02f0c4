"""The errors that a user can meet, as one tree.

::

    GonogoError                 exit 2 unless a subclass says otherwise
    ├── PolicyError             every mistake of a policy, all at once
    ├── UsageError              a command line that gonogo cannot run
    ├── MissingTool             a program that is not installed, or cannot be run
    ├── SourceError             a server or a file without a valid answer       exit 3
    ├── ActionFailed            an action that was tried and failed             exit 1
    │   └── NoRoom              the machine has no more disk, memory or threads  exit 3
    ├── Busy                    a lock that another process holds               exit 3
    ├── AnswerLost              standard output could not be written            exit 74
    └── ReaderLeft              nobody reads standard output any more           exit 141

An error says *what* is wrong, *where* (``file:line:col`` or a URL), *why*, and the
*next* step. Missing or bad data is never an error. Such data make the outcome UNKNOWN,
with a reason (see ``gonogo.model.outcome``).
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct


class Position(Struct, frozen=True, order=True):
    """A place in a file. Lines and columns are counted from 1, as in editors."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        """Return the place in the form of editors and compilers, so that terminals link it."""
        return f"{self.path}:{self.line}:{self.column}"


class Problem(Struct, frozen=True):
    """A mistake, its place, and the next step."""

    where: Position | None
    message: str
    next_step: str = ""

    def __str__(self) -> str:
        """Return the mistake as one line."""
        place = f"{self.where}: " if self.where else ""
        hint = f" ({self.next_step})" if self.next_step else ""
        return f"{place}{self.message}{hint}"


def cause_of(error: BaseException) -> str:
    """Return the system's words for an error, or the error's own words."""
    return str(getattr(error, "strerror", None) or error)


class GonogoError(Exception):
    """An error that a user can fix. It has the exit code of the command."""

    exit_code: ClassVar[int] = 2

    def __init__(self, what: str, *, where: str = "", why: str = "", next_step: str = "") -> None:
        """Keep the fault, its place, its cause and the next step."""
        super().__init__(what)
        self.what = what
        self.where = where
        self.why = why
        self.next_step = next_step

    def __str__(self) -> str:
        """Return all four parts. The cause and the next step are on lines of their own."""
        first = f"{self.where}: {self.what}" if self.where else self.what
        lines = [first]
        if self.why:
            lines.append(f"  why:  {self.why}")
        if self.next_step:
            lines.append(f"  next: {self.next_step}")
        return "\n".join(lines)


class PolicyError(GonogoError):
    """A policy that cannot be used, with all its mistakes."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep all problems, sorted by their places."""
        ordered = sorted(problems, key=lambda p: (p.where is None, p.where or Position("", 0, 0), p.message))
        self.problems = tuple(ordered)
        count = len(self.problems)
        super().__init__(f"the policy has {count} mistake{'' if count == 1 else 's'}")

    def __str__(self) -> str:
        """Return the headline and every mistake, one a line."""
        return "\n".join([f"{self.what}:", *(f"  {problem}" for problem in self.problems)])


class UsageError(GonogoError):
    """A command line that gonogo cannot run."""


class MissingTool(GonogoError):
    """A program that gonogo needs and that is not installed, or cannot be run."""


class SourceError(GonogoError):
    """A server or a file without a valid answer."""

    exit_code = 3


class ActionFailed(GonogoError):
    """An action that was tried and failed. The text says what state it left."""

    exit_code = 1


class NoRoom(ActionFailed):
    """An action that failed because the machine has no more disk, memory or threads."""

    exit_code = 3


class Busy(GonogoError):
    """A lock that another process held during the whole time of waiting."""

    exit_code = 3


class AnswerLost(GonogoError):
    """An answer that could not be written, so that nobody has the verdict. The code is EX_IOERR of sysexits.h."""

    exit_code = 74


class ReaderLeft(GonogoError):
    """An answer whose reader has left. Shells show this code for a program that SIGPIPE ended."""

    exit_code = 141
