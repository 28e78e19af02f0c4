"""Turns every exception into a message on standard error and an exit code."""

from __future__ import annotations

import sys
import tempfile
import traceback

import click

from gonogo.cli.answer import answer
from gonogo.cli.machine_trouble import machine_trouble
from gonogo.cli.mistake import SaidError, mistake_json, mistake_of, mistake_text
from gonogo.errors import GonogoError, ReaderLeft
from gonogo.model.plain import plain
from gonogo.stopping import Stopped, checkpoint, disregard
from gonogo.version import __version__

BUG = 70
INTERRUPTED = 130


def leave(error: BaseException, *, debug: bool, as_json: bool = False) -> int:
    """Write the message of an error and return the exit code.

    A mistake of the user or a failure of a server or a machine gets a message. A bug is
    written to a log file, and the message names the file.

    Args:
        error: the exception.
        debug: True: show its traceback.
        as_json: True: write the error as JSON to standard output too.
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
