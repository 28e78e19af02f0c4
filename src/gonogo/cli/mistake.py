"""Writes the error that ends a command, as text and as JSON (schema ``gonogo/error/v1``)."""

from __future__ import annotations

from dataclasses import dataclass

from gonogo.errors import GonogoError, PolicyError, Problem
from gonogo.formats.document import document

SCHEMA = "gonogo/error/v1"


@dataclass(frozen=True, slots=True)
class SaidError:
    """An error in the form in which it is written.

    Attributes:
        what: the error in one clause.
        exit_code: the exit code of its command.
        where: the place: a file or a URL.
        why: the cause.
        next_step: the next step.
        problems: every mistake of a policy.
    """

    what: str
    exit_code: int
    where: str = ""
    why: str = ""
    next_step: str = ""
    problems: tuple[Problem, ...] = ()


def mistake_of(error: GonogoError) -> SaidError:
    """Return the written form of an error of gonogo."""
    problems = error.problems if isinstance(error, PolicyError) else ()
    return SaidError(error.what, error.exit_code, error.where, error.why, error.next_step, problems)


def mistake_text(mistake: SaidError) -> str:
    """Return the error as lines of text."""
    first = f"{mistake.where}: {mistake.what}" if mistake.where else mistake.what
    lines = [f"gonogo: {first}{':' if mistake.problems else ''}", *(f"  {problem}" for problem in mistake.problems)]
    if mistake.why:
        lines.append(f"  why:  {mistake.why}")
    if mistake.next_step:
        lines.append(f"  next: {mistake.next_step}")
    return "".join(f"{line}\n" for line in lines)


def mistake_json(mistake: SaidError) -> bytes:
    """Return the error as one line of JSON. A part that is not known is null."""
    return document(
        {
            "schema": SCHEMA,
            "error": mistake.what,
            "where": mistake.where or None,
            "why": mistake.why or None,
            "next": mistake.next_step or None,
            "mistakes": [_problem(problem) for problem in mistake.problems],
            "exit_code": mistake.exit_code,
        },
    )


def _problem(problem: Problem) -> dict[str, object]:
    where = problem.where
    return {
        "path": where.path if where else None,
        "line": where.line if where else None,
        "column": where.column if where else None,
        "message": problem.message,
        "next": problem.next_step or None,
    }
