"""Reads the bodies of answers within a bound that they share, compressed or not.

The bound holds for the bytes on the wire and for the bytes after decompression, and
it is checked while they arrive: a 2 GB answer and a gzip bomb both end at the bound.
Ten such answers at a time end there as well.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from threading import Lock
from typing import Protocol

CHUNK = 1 << 16
"""How many bytes are asked for at a time."""

_GZIP = 16 + zlib.MAX_WBITS


class Readable(Protocol):
    """What a body is read from."""

    length: int | None
    """How many bytes are still to come, where that is known."""

    def getheader(self, name: str, default: str) -> str:
        """Give a header; one that came more than once is joined by commas."""
        ...

    def readinto(self, buffer: memoryview) -> int:
        """Fill the buffer with bytes as they came; gives how many, none at the end."""
        ...


class BodyTooLarge(Exception):
    """The body is larger than the bound."""


class BodyBroken(Exception):
    """The body ended early, or is not in the encoding that its headers name."""


class Room:
    """How many bytes all the bodies that are being read at one time may hold; threads share it."""

    def __init__(self, max_bytes: int) -> None:
        """Begin with all of it free."""
        self.max_bytes = max_bytes
        self._free = max_bytes
        self._lock = Lock()

    def take(self, size: int) -> None:
        """Take some bytes' room.

        Raises:
            BodyTooLarge: that much is not free.
        """
        with self._lock:
            if size > self._free:
                raise BodyTooLarge
            self._free -= size

    def give(self, size: int) -> None:
        """Give room back."""
        with self._lock:
            self._free += size


def read_body(response: Readable, room: Room) -> bytes:
    """Read the whole body and decompress it; the room it takes is given back with it.

    Raises:
        BodyTooLarge: it is, or decompresses to, more than there is room for.
        BodyBroken: it cannot be decompressed, or is in an encoding nobody asked for.
    """
    _refuse_length(response.getheader("Content-Length", ""), room.max_bytes)
    parts: list[bytes] = []
    try:
        for part in _decoded(response, room.max_bytes):
            room.take(len(part))
            parts.append(part)
        return b"".join(parts)
    finally:
        room.give(sum(map(len, parts)))


def _refuse_length(declared: str, max_bytes: int) -> None:
    lengths = {length.strip() for length in declared.split(",")}
    if len(lengths) > 1:
        raise BodyBroken("it has two lengths, by its headers")
    length = lengths.pop()
    if length.isdecimal() and int(length) > max_bytes:
        raise BodyTooLarge


def _decoded(response: Readable, max_bytes: int) -> Iterator[bytes]:
    encoding = response.getheader("Content-Encoding", "identity").strip().lower()
    if encoding in {"identity", ""}:
        return _bounded(response, max_bytes)
    if encoding in {"gzip", "x-gzip"}:
        return _inflated(_bounded(response, max_bytes))
    raise BodyBroken(f"it is encoded as {encoding!r}, which was not asked for")


def _bounded(response: Readable, max_bytes: int) -> Iterator[bytes]:
    buffer = memoryview(bytearray(min(CHUNK, max_bytes + 1)))  # no read can be larger, whatever a chunk claims to be
    rest = max_bytes
    while size := response.readinto(buffer[: rest + 1]):
        rest -= size
        if rest < 0:
            raise BodyTooLarge
        yield bytes(buffer[:size])
    if response.length:
        raise BodyBroken("it ended early")


def _inflated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    unpack = zlib.decompressobj(_GZIP)
    try:
        for chunk in chunks:
            packed = chunk
            while packed:
                if unpack.eof:  # gzip may come in several members, one after another (RFC 1952, section 2.2)
                    unpack = zlib.decompressobj(_GZIP)
                yield unpack.decompress(packed, CHUNK)
                packed = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
    except zlib.error as error:
        raise BodyBroken("it is no gzip, though its headers say so") from error
    if not unpack.eof:
        raise BodyBroken("its gzip ended early")
