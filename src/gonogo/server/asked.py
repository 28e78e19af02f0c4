"""One question among several at once: its answer later, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

from gonogo.errors import SourceError
from gonogo.model.evidence import Unread
from gonogo.server.envelope import PartialAnswer

Answer = TypeVar("Answer")

_THREADS = "raise the limits on processes and memory (ulimit -u, ulimit -v)"


def asked(question: str, read: Callable[[], Answer]) -> Future[Answer | Unread]:
    """Ask in a thread that nothing waits for at the end: an interrupt is an interrupt at once.

    Args:
        question: what is asked for, as a report names it.
        read: asks; a ``SourceError`` becomes ``Unread``, anything else is raised in the
            thread that waits for the answer.
    """
    told: Future[Answer | Unread] = Future()

    def run() -> None:
        try:
            told.set_result(read())
        except SourceError as error:
            told.set_result(Unread(question, _why(error), error.next_step, isinstance(error, PartialAnswer)))
        except BaseException as error:  # noqa: BLE001 - a bug is raised in the thread that waits for the answer
            told.set_exception(error)

    try:
        Thread(target=run, daemon=True, name="gonogo-ask").start()
    except RuntimeError as error:
        told.set_result(Unread(question, f"no thread can be started: {error}", _THREADS))
    return told


def _why(error: SourceError) -> str:
    return f"{error.what}: {error.why}" if error.why else error.what
