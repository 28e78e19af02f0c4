"""PromQL text put together safely: values are quoted, alternatives escaped.

Source: Prometheus documentation, "Querying basics", string literals and matchers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")


def quoted(value: str) -> str:
    r"""Write a string literal: ``a"b`` becomes ``"a\"b"``."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\x00", "\\x00")
    return f'"{escaped}"'


def equal(label: str, value: str) -> str:
    """Write a matcher for one value."""
    return f"{label}={quoted(value)}"


def one_of(label: str, values: Iterable[str]) -> str:
    """Write a matcher for any of several values, each taken literally."""
    alternatives = "|".join(_SPECIAL.sub(r"\\\1", value) for value in sorted(set(values)))
    return f"{label}=~{quoted(alternatives)}"


def narrowed(selector: str, *matchers: str) -> str:
    """Add matchers to an instant-vector selector written as text."""
    if not selector.endswith("}"):
        return f"{selector}{{{', '.join(matchers)}}}"
    inner = selector[:-1]
    return f"{inner}{'' if inner.endswith('{') else ', '}{', '.join(matchers)}}}"


def named(metrics: Iterable[str]) -> str:
    """Write the selector of several metrics by name alone, so that a wrong realm shows."""
    return narrowed("", one_of("__name__", metrics))
