"""Names of metrics and labels: classic names, and the UTF-8 names that Prometheus accepts since 3.0.

A classic name has letters, digits and ``_`` (a metric also ``:``) and does not begin with a digit. Since 3.0 a
name is any text that is not empty and can be written in UTF-8. Source: Prometheus documentation, "Data model".
"""

from __future__ import annotations

import re
from functools import lru_cache

_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


@lru_cache(maxsize=4096)
def is_classic_metric(name: str) -> bool:
    """Return whether every version of Prometheus accepts this name of a metric."""
    return _METRIC.fullmatch(name) is not None


@lru_cache(maxsize=4096)
def is_classic_label(name: str) -> bool:
    """Return whether every version of Prometheus accepts this name of a label."""
    return _LABEL.fullmatch(name) is not None


def is_name(name: str) -> bool:
    """Return whether Prometheus 3.0 and later accept this name of a metric or a label."""
    return name != "" and not any("\ud800" <= character <= "\udfff" for character in name)


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
