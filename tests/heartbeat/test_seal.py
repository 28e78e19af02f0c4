"""The seal of a state file: it shows that the file is the one that the last beat wrote."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.heartbeat.seal import (
    LIMIT,
    PLAUSIBLE,
    Seal,
    highest,
    identity,
    next_number,
    read_seal,
    read_state,
    state_line,
    write_seal,
)
from tests.waiting import await_true


def put_back(state: Path) -> None:
    """Restore a file from a copy, with its times."""
    shutil.copy2(state, state.with_name("backup"))
    shutil.copy2(state.with_name("backup"), state)


def touch(state: Path) -> None:
    """Set a file's times."""
    os.utime(state, (0, 0))


@pytest.mark.parametrize("content", [b"", b"1 2 3\n", b"1 2 3 4 5 6\n", b"1 2 3 x\n", b"-1 2 3 4\n", b"\0" * 300])
def test_an_invalid_seal_is_none(tmp_path: Path, content: bytes) -> None:
    """A note that is empty, torn or damaged is not a seal."""
    (tmp_path / "lock").write_bytes(content)
    assert read_seal(tmp_path / "lock") is None


def test_a_seal_that_cannot_be_written_or_read_is_none(tmp_path: Path) -> None:
    """The file is missing, or a folder is in its place."""
    write_seal(tmp_path / "lock", Seal(1, 2, 3, 4))
    assert read_seal(tmp_path / "lock") is None
    (tmp_path / "lock").mkdir()
    write_seal(tmp_path / "lock", Seal(1, 2, 3, 4))
    assert read_seal(tmp_path / "lock") is None


def test_a_seal_is_read_back_unchanged(tmp_path: Path) -> None:
    """A seal is read back also if it is shorter than the seal before."""
    (tmp_path / "lock").touch()
    for seal in (Seal(1_700_000_000, 1_700_000_000_123, 4711, 10**18), Seal(7, 8), Seal(7, 8, 9, 10, 11)):
        write_seal(tmp_path / "lock", seal)
        assert read_seal(tmp_path / "lock") == seal


@pytest.mark.parametrize("change", [put_back, touch, Path.unlink])
def test_a_restored_touched_or_lost_file_does_not_match_its_seal(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    """Content and times may be the same. The kernel's clock needs a tick between the two files."""
    state = tmp_path / "state"
    state.write_bytes(b"41\n")
    seal = Seal(41, 0, *identity(state))
    assert seal.vouches_for(41, state)
    assert not seal.vouches_for(42, state)

    def changed() -> bool:
        change(state)
        return not seal.vouches_for(41, state)

    await_true(changed)


NUMBERS = st.integers(1, LIMIT - 2)
UNVOUCHED = st.integers(1, PLAUSIBLE - 1)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\n", b"\0\0\0", b"-5\n", b"NaN\n", b"1.5\n", b"1e9\n", b"12 13\n", b"12\n13\n", b"0x10\n", b"0\n"),
        *(
            b"+7\n",
            b"1_000\n",
            b"7 unsure\n",
            b"7 uncertain\n",
            b"\xff\xfe",
            "\u0661\n".encode(),
            b"9" * 4096,
            b"%d\n" % LIMIT,
            b"%d\n" % (LIMIT - 1),
        ),
    ],
)
def test_a_state_that_is_not_exactly_one_possible_number_is_refused(content: bytes) -> None:
    """A damaged state is never guessed."""
    assert read_state(content) is None


@given(NUMBERS)
def test_a_state_is_read_back_unchanged(number: int) -> None:
    """Every possible number is read back from its file."""
    assert read_state(state_line(number)) == number


def test_impossible_published_numbers_are_ignored() -> None:
    """NaN, infinities, fractions, zero, negative and inexact numbers do not count."""
    impossible = [math.nan, math.inf, -math.inf, 1.5, 0.0, -7.0, float(PLAUSIBLE), 9007199254740990.0, 1e300]
    assert highest(impossible) is None
    assert highest([*impossible, 12.0, 17.0, 3.0]) == 17


def test_a_sequence_without_an_earlier_number_starts_from_the_time() -> None:
    """The sequence starts at 1 only if the clock shows no positive time."""
    assert next_number(None, 1_700_000_000) == 1_700_000_000
    assert next_number(None, -5) == 1


@given(UNVOUCHED)
def test_a_sequence_from_a_published_number_never_leaves_the_valid_range(number: int) -> None:
    """After as many beats as there are plausible numbers, the state is still valid."""
    assert highest([float(number)]) == number
    assert read_state(state_line(number + PLAUSIBLE - 2)) == number + PLAUSIBLE - 2


@given(NUMBERS, st.integers(-(10**10), 10**10))
def test_the_next_number_is_one_higher_and_an_exact_sample(last: int, now: int) -> None:
    """The clock does not change the next number. The samples of two numbers differ."""
    number = next_number(last, now)
    assert number == last + 1
    assert float(number) > float(last)
