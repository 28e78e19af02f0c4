"""Writes selectors safely: values are quoted, and alternatives are escaped.

Source: Prometheus documentation, "Querying basics", string literals and matchers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from gonogo.model.series import is_classic_label

_QUOTED = re.compile(r'[\\"\n\x00\ufffd\udc80-\udcff]')
"""Characters that end a string, U+FFFD, which Prometheus refuses, and bytes that are not UTF-8 (PEP 383)."""

_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")


def quoted(value: str) -> str:
    r"""Write a string literal: ``a"b`` becomes ``"a\"b"``."""
    return f'"{_QUOTED.sub(_escape, value)}"'


def _escape(found: re.Match[str]) -> str:
    letter = found[0]
    if letter in {"\\", '"'}:
        return f"\\{letter}"
    if letter == "\n":
        return "\\n"
    return "\\ufffd" if letter == "\ufffd" else f"\\x{ord(letter) & 0xFF:02x}"


def label(name: str) -> str:
    """Write a label's name: unquoted if every version can read it, else in quotes, which 3.0 and later can read."""
    return name if is_classic_label(name) else quoted(name)


def bearing(labels: Mapping[str, str]) -> str:
    """Write labels with their values, for a selector or a message."""
    return ", ".join(equal(name, value) for name, value in labels.items())


def equal(name: str, value: str) -> str:
    """Write a matcher for one value."""
    return f"{label(name)}={quoted(value)}"


def one_of(name: str, values: Iterable[str]) -> str:
    """Write a matcher for any of several literal values."""
    return f"{label(name)}=~{quoted(_alternatives(values))}"


def none_of(name: str, values: Iterable[str]) -> str:
    """Write a matcher for any value but several literal ones."""
    return f"{label(name)}!~{quoted(_alternatives(values))}"


def _alternatives(values: Iterable[str]) -> str:
    return "|".join(_SPECIAL.sub(r"\\\1", value) for value in sorted(set(values)))


def narrowed(selector: str, *matchers: str) -> str:
    """Add matchers to the text of an instant-vector selector."""
    if not selector.endswith("}"):
        return f"{selector}{{{', '.join(matchers)}}}"
    inner = selector[:-1]
    return f"{inner}{'' if inner.endswith('{') else ', '}{', '.join(matchers)}}}"


def named(metrics: Iterable[str]) -> str:
    """Write the selector of several metrics by name alone, so that series of a wrong realm are found as well."""
    return narrowed("", one_of("__name__", metrics))
