"""Compares scalars by their meaning to Prometheus, in any spelling.

A server shows values that it has read and written again: durations and sizes in their shortest form, paths joined to
the folder of its configuration, secrets masked, numbers and booleans in one spelling. Quoted text, and text by the
rules of YAML, stays text. Source: ``prometheus/common`` (``config``, ``model``) and ``alecthomas/units``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from fractions import Fraction

from gonogo.durations import parse_duration
from gonogo.reload.compare.document import MASKED, ConfigurationScalar, KeyPath

_BOOLEANS = {
    **dict.fromkeys(("y", "yes", "on", "true"), True),
    **dict.fromkeys(("n", "no", "off", "false"), False),
}
"""The booleans of YAML 1.1, which Prometheus reads, also capitalised or in capitals."""

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([KMGTPE]?i?B)")
_POWERS = "KMGTPE"
_OCTAL = re.compile(r"([-+]?)0([0-7]+)")
_TLS = {"TLS10": "769", "TLS11": "770", "TLS12": "771", "TLS13": "772"}
_PASSWORD = re.compile(r"^([a-z][a-z0-9+.-]*://[^:/?#@]*):[^/?#]*@")
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_TO_ESCAPE = re.compile(r"[^!-~]")
_VARIABLE = re.compile(r"\$\$|\$\{[^}]*\}|\$[A-Za-z0-9_]+|\$[*#@!?-]")


def same(staged: ConfigurationScalar, loaded: ConfigurationScalar, place: KeyPath, folder: str | None) -> bool:
    """Return whether a server that shows ``loaded`` was given ``staged`` at this place.

    ``folder`` is the folder of the server's ``--config.file``. ``None`` accepts any folder.
    """
    if staged.text == loaded.text:
        return True
    if place.is_external_label:
        return _expanded(staged.text, loaded.text)
    if place.is_users_text:
        return False
    if place.is_path:
        return _joined(staged.text, loaded.text, folder)
    return (
        _tidied(staged.text, place) == loaded.text or _masked(staged.text, loaded.text) or _equal_values(staged, loaded)
    )


def is_zero(leaf: ConfigurationScalar, place: KeyPath) -> bool:
    """Return whether a server may omit a scalar: an empty text, 0, false, no time, no bytes."""
    if leaf.text == "":
        return True
    return not place.is_users_text and any(read(leaf.text) == 0 for read in (_number, _boolean, _duration, _size))


def _tidied(text: str, place: KeyPath) -> str:
    """Write a word as a server does: actions in lower case, TLS versions as numbers, no blanks around."""
    if place.name in {"min_version", "max_version"}:
        return _TLS.get(text, text)
    return text.lower() if place.name == "action" else text.strip()


def _masked(staged: str, loaded: str) -> bool:
    if loaded == MASKED:
        return staged != ""
    before, after = _rewritten(staged), _rewritten(loaded)
    return before == after or _PASSWORD.sub(r"\1:xxxxx@", before) == after


def _rewritten(url: str) -> str:
    """Write a URL as Go does: the scheme in lower case, and only the necessary escapes."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    plain = _ESCAPED.sub(lambda found: _unescaped(found[0]), rest)
    return f"{scheme.lower()}://" + _TO_ESCAPE.sub(
        lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), plain
    )


def _unescaped(code: str) -> str:
    character = chr(int(code[1:], 16))
    return character if _UNRESERVED.fullmatch(character) else code


def _joined(staged: str, loaded: str, folder: str | None) -> bool:
    if staged.startswith("/") or not staged:
        return False
    if folder is not None:
        return loaded == posixpath.normpath(posixpath.join(folder, staged))
    below = posixpath.normpath(staged)
    while below.startswith("../"):
        below = below.removeprefix("../")
    return loaded == below or loaded.endswith(f"/{below}")


def _expanded(staged: str, loaded: str) -> bool:
    """Return whether ``loaded`` is ``staged`` with any text in place of its variables."""
    pattern, end = "", 0
    for found in _VARIABLE.finditer(staged):
        pattern += re.escape(staged[end : found.start()]) + (r"\$" if found[0] == "$$" else ".*")
        end = found.end()
    return end > 0 and re.fullmatch(pattern + re.escape(staged[end:]), loaded, re.DOTALL) is not None


def _equal_values(staged: ConfigurationScalar, loaded: ConfigurationScalar) -> bool:
    readers: tuple[Callable[[str], object], ...] = (_duration, _size)
    if not isinstance(loaded.value, str):
        readers = (_number, _boolean)
    return any((value := read(staged.text)) is not None and value == read(loaded.text) for read in readers)


def _number(text: str) -> Fraction | None:
    """Read a number of YAML 1.1: ``010`` is eight, ``1_000`` is a thousand."""
    plain = text.replace("_", "")
    try:
        octal = _OCTAL.fullmatch(plain)
        return Fraction(int(f"{octal[1]}0o{octal[2]}" if octal else plain, 0))
    except ValueError:
        pass
    try:
        return Fraction(float(plain))
    except (ValueError, OverflowError):
        return None


def _boolean(text: str) -> bool | None:
    spelled = text in {text.lower(), text.upper(), text.capitalize()}
    return _BOOLEANS.get(text.lower()) if spelled else None


def _duration(text: str) -> int | None:
    """Read a duration, in milliseconds."""
    try:
        return round(parse_duration(text).total_seconds() * 1000)
    except ValueError:
        return None


def _size(text: str) -> int | None:
    """Read a size in bytes. A kilobyte has 1024 bytes in every spelling."""
    total, end = Fraction(0), 0
    for found in _SIZE.finditer(text):
        if found.start() != end:
            return None
        end = found.end()
        power = _POWERS.find(found[2][0]) + 1
        total += Fraction(found[1]) * 1024**power
    return int(total) if text and end == len(text) else None
