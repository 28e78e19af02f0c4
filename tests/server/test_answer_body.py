"""Bodies of answers: all bodies share one bound."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from gonogo.server.answer_body import BodyBroken, BodyTooLarge, Room, read_body


@dataclass
class Body:
    """A body that comes in pieces. Before each piece except the first, ``meanwhile`` is called."""

    pieces: list[bytes]
    headers: Mapping[str, str] = field(default_factory=dict)
    meanwhile: Callable[[], object] = lambda: None
    begun: bool = False
    length: int | None = None

    def getheader(self, name: str, default: str) -> str:
        """Return a header."""
        return self.headers.get(name, default)

    def readinto(self, buffer: memoryview) -> int:
        """Copy the next piece into the buffer, and nothing at the end."""
        if self.begun:
            self.meanwhile()
        self.begun = True
        piece = self.pieces.pop(0) if self.pieces else b""
        size = min(len(piece), len(buffer))
        buffer[:size] = piece[:size]
        if size < len(piece):
            self.pieces.insert(0, piece[size:])
        return size


def test_answers_that_are_read_at_the_same_time_share_the_room() -> None:
    """Together they stay within the bound."""
    room = Room(1000)

    def another() -> None:
        assert read_body(Body([b"y" * 400]), room) == b"y" * 400
        with pytest.raises(BodyTooLarge):
            read_body(Body([b"y" * 401]), room)

    assert read_body(Body([b"x" * 600], meanwhile=another), room) == b"x" * 600


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (Body([b"x" * 600, b"x" * 401]), BodyTooLarge),
        (Body([b"x" * 500], {"Content-Length": "1001"}), BodyTooLarge),
        (Body([gzip.compress(b"x" * 1001)], {"Content-Encoding": "gzip"}), BodyTooLarge),
        (Body([gzip.compress(b"x" * 500)[:-1]], {"Content-Encoding": "gzip"}), BodyBroken),
        (Body([gzip.compress(b"x") + b"garbage"], {"Content-Encoding": "gzip"}), BodyBroken),
        (Body([gzip.compress(b"x") + gzip.compress(b"y" * 500)[:-1]], {"Content-Encoding": "gzip"}), BodyBroken),
        (Body([gzip.compress(b"x" * 900) + gzip.compress(b"x" * 101)], {"Content-Encoding": "gzip"}), BodyTooLarge),
        (Body([b"x"], {"Content-Encoding": "br"}), BodyBroken),
        (Body([b"x"], {"Content-Length": "1, 2"}), BodyBroken),
        (Body([b"x"], length=1), BodyBroken),
    ],
)
def test_a_failed_answer_gives_its_room_back(body: Body, error: type[Exception]) -> None:
    """After an answer that could not be read, the next answer can use all the room."""
    room = Room(1000)
    with pytest.raises(error):
        read_body(body, room)
    assert read_body(Body([b"x" * 1000]), room) == b"x" * 1000


def test_a_kept_error_keeps_no_bytes() -> None:
    """The error does not keep the bytes of the answer in memory, because their room is free again."""
    size = 4_000_000
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLarge) as refused:
            read_body(Body([b"x" * 1000] * (size // 1000)), Room(size - 1))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refused.traceback
    assert held < size / 4


def test_a_gzip_in_pieces_is_unpacked_whole() -> None:
    """The pieces may have any size."""
    text = bytes(range(256)) * 20_000
    packed = gzip.compress(text)
    for size in (7, 4096, len(packed)):
        pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
        assert read_body(Body(pieces, {"Content-Encoding": "gzip"}), Room(len(text))) == text


def test_a_gzip_of_several_members_is_unpacked_whole() -> None:
    """A program that compresses piece by piece writes several members."""
    packed = gzip.compress(b"x" * 70_000) + gzip.compress(b"") + gzip.compress(b"y")
    for size in (1, 7, len(packed)):
        pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
        assert read_body(Body(pieces, {"Content-Encoding": "gzip"}), Room(70_001)) == b"x" * 70_000 + b"y"
