"""The HTTP headers that a policy may add to every request: the allowed names and values."""

from __future__ import annotations

import re

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_OWN_KEYS = {"authorization": "authorization or basic_auth"}
_RESERVED = frozenset(
    (
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "www-authenticate",
    )
)
"""Headers that the client writes itself, or that change how a message is read. Source: Prometheus,
``common/config/headers.go``; RFC 9110, section 7.6.1."""


def header_mistake(name: str) -> str:
    """Return why a header of this name cannot be sent, as a clause; empty if it can be sent."""
    if not _HEADER_NAME.fullmatch(name):
        return "is not a valid header name: use letters, digits and -"
    if (key := _OWN_KEYS.get(name.lower())) is not None:
        return f"has keys of its own: use {key}"
    return "is written by the HTTP client itself" if name.lower() in _RESERVED else ""


def sendable(value: str) -> bool:
    """Return whether a header can have this value: printable ASCII, not empty, without spaces around it."""
    return value.isascii() and value.isprintable() and bool(value) and value == value.strip()
