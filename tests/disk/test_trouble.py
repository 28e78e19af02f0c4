"""A failed write says what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gonogo.disk.trouble import write_failed


@pytest.mark.parametrize(
    ("number", "next_step"),
    [
        (errno.ENOSPC, "make room"),
        (errno.EACCES, "let the user"),
        (errno.EROFS, "mount it writable"),
        (errno.ENOENT, "create the folder"),
        (errno.EMFILE, "raise the limit on open files"),
        (errno.EINVAL, "remove"),
        (errno.EIO, "check the disk"),
    ],
)
def test_every_cause_has_its_next_step(number: int, next_step: str) -> None:
    """The error says what is wrong, where, why and what to do."""
    error = write_failed("no beat", Path("/x/y"), OSError(number, os.strerror(number)))
    assert error.exit_code == 1
    assert error.next_step.startswith(next_step)
    assert str(error).startswith(f"/x/y: no beat\n  why:  {os.strerror(number)}\n  next: ")


def test_a_cause_without_a_number_is_said_as_it_is() -> None:
    """An error that carries only words keeps them."""
    assert write_failed("no beat", Path("x"), OSError("odd")).why == "odd"
