"""Asks several questions at once: each one gives an answer later, or the reason why there is no answer."""

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
    """Ask a question in a daemon thread, so that an interrupt ends the command at once.

    Args:
        question: the name of the question in a report.
        read: the function that asks. Its ``SourceError`` becomes ``Unread``. Any other error is raised in the
            thread that waits for the answer.
    """
    answer: Future[Answer | Unread] = Future()

    def run() -> None:
        try:
            answer.set_result(read())
        except SourceError as error:
            answer.set_result(Unread(question, _why(error), error.next_step, isinstance(error, PartialAnswer)))
        except BaseException as error:  # noqa: BLE001 - a bug is raised in the thread that waits for the answer
            answer.set_exception(error)

    try:
        Thread(target=run, daemon=True, name="gonogo-ask").start()
    except RuntimeError as error:
        answer.set_result(Unread(question, f"no thread can be started: {error}", _THREADS))
    return answer


def _why(error: SourceError) -> str:
    return f"{error.what}: {error.why}" if error.why else error.what
