"""Turns every exception into a message on standard error and an exit code, and into JSON (``gonogo/error/v1``)."""

from __future__ import annotations

import sys
import tempfile
import traceback

import click
from msgspec import Struct

from gonogo.cli.door import answer
from gonogo.cli.machine_trouble import machine_trouble
from gonogo.errors import GonogoError, PolicyError, Problem, ReaderLeft
from gonogo.formats.document import document
from gonogo.model.plain import plain
from gonogo.stopping import Stopped, checkpoint, disregard
from gonogo.version import __version__

SCHEMA = "gonogo/error/v1"


class SaidError(Struct, frozen=True):
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


BUG = 70
INTERRUPTED = 130


def leave(error: BaseException, *, debug: bool, as_json: bool = False) -> int:
    """Write the message of an error and return the exit code.

    A mistake of the user or a failure of a server or a machine gets a message. A bug is
    written to a log file, and the message names the file.

    ``debug`` shows its traceback. ``as_json`` writes the error as JSON to standard output too.
    """
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 0
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    error = _signal_before(error)
    disregard()
    if debug:
        _write("".join(traceback.format_exception(error)))
    if isinstance(error, (BrokenPipeError, ReaderLeft)):
        sys.stdout = None  # the reader has left: nobody needs the rest
        return ReaderLeft.exit_code
    if _is_help(error):
        _write(f"{error}\n")
        return 2
    said = _mistake(error)
    _write(mistake_text(said))
    return _answered(said) if as_json else said.exit_code


def _signal_before(error: BaseException) -> BaseException:
    """Return a signal that came and was not handled yet, in place of a mistake: its sender waits for the end only."""
    if not isinstance(error, GonogoError | click.ClickException):
        return error
    try:
        checkpoint()
    except Stopped as stopped:
        return stopped
    return error


def _is_help(error: BaseException) -> bool:
    """Return whether a group was called without a command. click answers such a call with the page of help."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    return context is not None and str(error) == context.get_help()


def _mistake(error: BaseException) -> SaidError:
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return SaidError("interrupted", error.exit_code if isinstance(error, Stopped) else INTERRUPTED)
    if isinstance(error, click.ClickException):
        context = error.ctx if isinstance(error, click.UsageError) else None
        next_step = "" if context is None else f"{context.command_path} --help"
        return SaidError(error.format_message(), 2, next_step=next_step)
    told = error if isinstance(error, GonogoError) else machine_trouble(error)
    if told is not None:
        return mistake_of(told)
    what = f"this is a bug in gonogo: {str(error) or type(error).__name__}"
    return SaidError(what, BUG, next_step=_report(error))


def _answered(said: SaidError) -> int:
    """Write the error as JSON and return its exit code, or the code of the failed writing."""
    try:
        answer(mistake_json(said))
    except GonogoError as lost:
        return lost.exit_code
    return said.exit_code


def _report(error: BaseException) -> str:
    try:
        return f"please report it with the log {_log(error)}"
    except OSError as unwritten:
        return f"please run it again with 'gonogo --debug' and report the output; there is no log: {unwritten}"


def _log(error: BaseException) -> str:
    with tempfile.NamedTemporaryFile("w", prefix="gonogo-bug-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write(f"gonogo {__version__}, Python {sys.version}\n")
        log.write(plain("".join(traceback.format_exception(error))))
    return log.name


def _write(text: str) -> None:
    print(plain(text), end="", file=sys.stderr, flush=True)
