"""Reads an answer's body within a bound, compressed or not.

The bound holds for the bytes on the wire and for the bytes after decompression, and
it is checked while they arrive: a 2 GB answer and a gzip bomb both end at the bound.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Protocol

CHUNK = 1 << 20
"""How many bytes are asked for at a time."""

_GZIP = 16 + zlib.MAX_WBITS


class Readable(Protocol):
    """What a body is read from."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers."""
        ...

    def read(self, amt: int, decode_content: bool) -> bytes:  # noqa: FBT001 - the library's signature
        """Give at most ``amt`` bytes as they came, and none at the end."""
        ...


class BodyTooLarge(Exception):
    """The body is larger than the bound."""


class BodyBroken(Exception):
    """The body ended early, or is not in the encoding that its headers name."""


def read_body(response: Readable, max_bytes: int) -> bytes:
    """Read the whole body and decompress it.

    Raises:
        BodyTooLarge: it is, or decompresses to, more than ``max_bytes``.
        BodyBroken: it cannot be decompressed, or is in an encoding nobody asked for.
    """
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > max_bytes:
        raise BodyTooLarge
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in {"identity", ""}:
        return b"".join(_bounded(response, max_bytes))
    if encoding in {"gzip", "x-gzip"}:
        return _inflated(_bounded(response, max_bytes), max_bytes)
    raise BodyBroken(f"it is encoded as {encoding!r}, which was not asked for")


def _bounded(response: Readable, max_bytes: int) -> Iterator[bytes]:
    rest = max_bytes
    while chunk := response.read(min(CHUNK, rest + 1), decode_content=False):
        rest -= len(chunk)
        if rest < 0:
            raise BodyTooLarge
        yield chunk


def _inflated(chunks: Iterator[bytes], max_bytes: int) -> bytes:
    unpack = zlib.decompressobj(_GZIP)
    parts: list[bytes] = []
    rest = max_bytes
    try:
        for chunk in chunks:
            part = unpack.decompress(chunk, rest + 1)
            rest -= len(part)
            if rest < 0:
                raise BodyTooLarge
            parts.append(part)
    except zlib.error as error:
        raise BodyBroken("it is no gzip, though its headers say so") from error
    if not unpack.eof:
        raise BodyBroken("its gzip ended early")
    return b"".join(parts)
