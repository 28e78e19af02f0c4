"""Turns whatever was raised into words on standard error and an exit code."""

from __future__ import annotations

import sys
import tempfile
import traceback

import click

from gonogo import __version__
from gonogo.errors import GonogoError
from gonogo.render.plain import plain

BUG = 70
INTERRUPTED = 130


def leave(  # noqa: PLR0911 - one return a kind of error, in one look
    error: BaseException, *, debug: bool
) -> int:
    """Say what happened and give the exit code.

    Users' mistakes and the world's failures are said in words; a bug is written to
    a log file whose path is said; a traceback is shown only with ``debug``.
    """
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 0
    if debug:
        _write("".join(traceback.format_exception(error)))
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        _say("interrupted")
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        sys.stdout = None  # the reader is gone: nothing is left to flush
        return 1
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.ClickException):
        return _usage(error)
    if isinstance(error, GonogoError):
        _say(str(error))
        return error.exit_code
    _say(f"this is a bug in gonogo: {str(error) or type(error).__name__}")
    _say(f"  next: {_report(error)}")
    return BUG


def _usage(error: click.ClickException) -> int:
    context = error.ctx if isinstance(error, click.UsageError) else None
    message = error.format_message()
    if context is not None and message == context.get_help():
        _write(f"{message}\n")
        return 2
    _say(message)
    if context is not None:
        _say(f"  next: {context.command_path} --help")
    return 2


def _report(error: BaseException) -> str:
    try:
        return f"please report it with the log {_log(error)}"
    except OSError as unwritten:
        return f"please run it again with 'gonogo --debug' and report what it shows; there is no log: {unwritten}"


def _log(error: BaseException) -> str:
    with tempfile.NamedTemporaryFile("w", prefix="gonogo-bug-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write(f"gonogo {__version__}, Python {sys.version}\n")
        log.write(plain("".join(traceback.format_exception(error))))
    return log.name


def _say(text: str) -> None:
    _write(f"{text if text.startswith('  ') else f'gonogo: {text}'}\n")


def _write(text: str) -> None:
    """Write to standard error what is safe to show; where nobody can read it, the exit code still tells."""
    try:
        print(plain(text), end="", file=sys.stderr, flush=True)
    except OSError:
        sys.stderr = None  # what is left in its buffer must not change the exit code either
