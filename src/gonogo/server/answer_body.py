"""Reads the bodies of answers, compressed or not, within a bound that all of them share.

The bound holds for the bytes on the wire and for the bytes after decompression. It is
checked while the bytes arrive: reading a 2 GB answer or a gzip bomb ends at the bound,
and so does reading ten such answers at a time.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from threading import Lock
from typing import Protocol

CHUNK = 1 << 16
"""The number of bytes of one read."""

_GZIP = 16 + zlib.MAX_WBITS


class Readable(Protocol):
    """A response whose body can be read."""

    length: int | None
    """The number of bytes still to come; ``None`` if it is not known."""

    def getheader(self, name: str, default: str) -> str:
        """Return a header. The values of a repeated header are joined by commas."""
        ...

    def readinto(self, buffer: memoryview) -> int:
        """Fill the buffer with raw bytes, and return their number: 0 at the end."""
        ...


class BodyTooLarge(Exception):
    """The body is larger than the bound."""


class BodyBroken(Exception):
    """The body ended early, or is not in the encoding that its headers name."""


class Room:
    """The number of bytes that all bodies read at one time may hold together. Threads share it."""

    def __init__(self, max_bytes: int) -> None:
        """Begin with all bytes free."""
        self.max_bytes = max_bytes
        self._free = max_bytes
        self._lock = Lock()

    def take(self, size: int) -> None:
        """Reserve a number of bytes.

        Raises:
            BodyTooLarge: fewer bytes are free.
        """
        with self._lock:
            if size > self._free:
                raise BodyTooLarge
            self._free -= size

    def give(self, size: int) -> None:
        """Release a number of bytes."""
        with self._lock:
            self._free += size


def read_body(response: Readable, room: Room) -> bytes:
    """Read the whole body and decompress it. The room that it used is released at the end.

    The bytes are kept in a mapping, which is gone before its room is free: the allocator would keep
    memory that a thread frees, and an error would keep every object of this frame.

    Raises:
        BodyTooLarge: the body, compressed or not, is larger than the free room.
        BodyBroken: the body cannot be decompressed, or has an encoding that gonogo did not ask for.
    """
    _refuse_length(response.getheader("Content-Length", ""), room.max_bytes)
    size = 0
    try:
        with mmap(-1, CHUNK, MAP_PRIVATE | MAP_ANONYMOUS) as body:
            for part in _decoded(response, room.max_bytes):
                room.take(len(part))
                size += len(part)
                if size > len(body):
                    body.resize(2 * len(body))
                body[size - len(part) : size] = part
            return body[:size]
    finally:
        room.give(size)


def _refuse_length(declared: str, max_bytes: int) -> None:
    lengths = {length.strip() for length in declared.split(",")}
    if len(lengths) > 1:
        raise BodyBroken("its headers give two lengths")
    length = lengths.pop()
    if length.isdecimal() and int(length) > max_bytes:
        raise BodyTooLarge


def _decoded(response: Readable, max_bytes: int) -> Iterator[bytes]:
    encoding = response.getheader("Content-Encoding", "identity").strip().lower()
    if encoding in {"identity", ""}:
        return _bounded(response, max_bytes)
    if encoding in {"gzip", "x-gzip"}:
        return _inflated(_bounded(response, max_bytes))
    raise BodyBroken(f"its encoding is {encoding!r}, which gonogo did not ask for")


def _bounded(response: Readable, max_bytes: int) -> Iterator[bytes]:
    buffer = memoryview(bytearray(min(CHUNK, max_bytes + 1)))  # no read is larger, whatever size a chunk declares
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
        raise BodyBroken("its headers say gzip, but its bytes are not gzip") from error
    if not unpack.eof:
        raise BodyBroken("its gzip ended early")
