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
        traceback.print_exception(error)
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
        _say(plain(str(error)))
        return error.exit_code
    _say(f"this is a bug in gonogo: {plain(str(error)) or type(error).__name__}")
    _say(f"  next: please report it with the log {_log(error)}")
    return BUG


def _usage(error: click.ClickException) -> int:
    _say(plain(error.format_message()))
    if isinstance(error, click.UsageError) and error.ctx is not None:
        _say(f"  next: {error.ctx.command_path} --help")
    return 2


def _log(error: BaseException) -> str:
    with tempfile.NamedTemporaryFile("w", prefix="gonogo-bug-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write(f"gonogo {__version__}, Python {sys.version}\n")
        log.writelines(traceback.format_exception(error))
    return log.name


def _say(text: str) -> None:
    print(text if text.startswith("  ") else f"gonogo: {text}", file=sys.stderr)
