"""Reads the literals of PromQL: numbers, durations, strings, and names without quotes.

Sources: Go, ``strconv.ParseInt`` and ``strconv.ParseFloat``. Prometheus, ``util/strutil/quote.go`` and ``lex.go``.
Prometheus documentation, "Querying basics", literals.
"""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache

from gonogo.model.promql_features import UNQUOTED_NAME, Feature
from gonogo.promql.refusal import Refusal, shortened

_UNITS = {
    "y": 365 * 86_400_000,
    "w": 7 * 86_400_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1000,
    "ms": 1,
}
_DURATION = re.compile("".join(rf"(?:(?P<{unit}>[0-9]++){unit}(?![a-zA-Z]))?" for unit in _UNITS))
_MOST = (1 << 63) - 1
_MOST_DIGITS = len(str(_MOST))
LONGEST = _MOST / 1e9
"""Seconds that fit into the 64 bits of a duration: 292 years."""

_HEXADECIMAL = re.compile(r"0[xX](?:_?[0-9a-fA-F])+")
_OCTAL = re.compile(r"0(?:_?[0-7])+")
_DECIMAL = re.compile(r"(?:[0-9](?:_?[0-9])*)?(?:\.(?:[0-9](?:_?[0-9])*)?)?(?:[eE][-+]?[0-9](?:_?[0-9])*)?")
_LIKE_AN_EXPONENT = re.compile(r"0[xX][0-9a-fA-F][eE](?P<more>[eE])?(?P<rest>\w*)")

_NANOSECONDS = 1_000_000
"""The number of nanoseconds in a millisecond."""

_ESCAPE = re.compile(
    r"\\(?:(?P<plain>[abfnrtv\\'\"])|x(?P<byte>[0-9a-fA-F]{2})|(?P<octal>[0-7]{3})"
    r"|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})|(?P<wrong>.?))",
    re.DOTALL,
)
_PLAIN = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_BYTE = 0x100
_UNREADABLE = "\ufffd"


@lru_cache(maxsize=1024)
def duration(text: str) -> int | None:
    """Return the milliseconds of a duration such as ``1h30m``; None if the text does not have the form of a duration.

    Raises:
        Refusal: the duration is longer than 292 years.
    """
    found = _DURATION.fullmatch(text)
    if found is None or not text:
        return None
    counts = {unit: count.lstrip("0") for unit, count in found.groupdict().items() if count}
    is_long = max(map(len, counts.values())) > _MOST_DIGITS
    total = 0 if is_long else sum(int(count or "0") * _UNITS[unit] for unit, count in counts.items())
    if is_long or total * _NANOSECONDS > _MOST:
        raise Refusal(f"{shortened(text)} is longer than 292 years, the longest duration", 0, len(text))
    return total


@lru_cache(maxsize=1024)
def number(text: str) -> float:
    """Return the value of a number.

    Raises:
        Refusal: the text is not a number, or the number is too large.
    """
    value = math.nan if text.lower() == "nan" else _finite(text)
    if value is None:
        raise Refusal(f"{shortened(text)} is neither a number nor a duration", 0, len(text))
    if math.isinf(value) and text[0] not in "iI":
        raise Refusal(f"{shortened(text)} is too large for a number", 0, len(text))
    return value


def _finite(text: str) -> float | None:
    if text.lower() == "inf":
        return math.inf
    if _HEXADECIMAL.fullmatch(text):
        value = int(text, 16)
        return float(value) if value <= _MOST else math.inf
    if _OCTAL.fullmatch(text) and (octal := int(text, 8)) <= _MOST:
        return float(octal)
    return float(text) if text != "." and _DECIMAL.fullmatch(text) else None


def like_an_exponent(text: str, after: str) -> bool:
    """Return true if versions that know ``1_000`` read the ``e`` of a hexadecimal number as an exponent.

    These versions refuse ``0x1ee``. They refuse ``0x1e`` at the end of an expression or before a sign (``after``).
    """
    found = _LIKE_AN_EXPONENT.fullmatch(text)
    return found is not None and (found["more"] is not None or (not found["rest"] and after in {"", "+", "-"}))


def string(text: str) -> str:
    r"""Return the value of a string that has its quotes. A byte that is not UTF-8 becomes a lone surrogate.

    Raises:
        Refusal: an escape is not valid.
    """
    quote, inner = text[0], text[1:-1]
    if _UNREADABLE in inner:
        at = text.index(_UNREADABLE)
        raise Refusal("U+FFFD stands for a character that could not be read; write it as \\ufffd", at, at + 1)
    if quote == "`" or "\\" not in inner:
        return inner
    written = bytearray()
    done = 0
    for found in _ESCAPE.finditer(inner):
        written += inner[done : found.start()].encode()
        written += _escaped(found, quote)
        done = found.end()
    written += inner[done:].encode(errors="surrogatepass")
    return written.decode(errors="surrogateescape")


def is_utf8(value: str) -> bool:
    """Return true if all bytes of a string are UTF-8."""
    return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)


def _escaped(found: re.Match[str], quote: str) -> bytes:
    if (plain := found["plain"]) is not None and (plain in _PLAIN or plain == quote):
        return _PLAIN.get(plain, plain).encode()
    if found["byte"]:
        return bytes([int(found["byte"], 16)])
    if found["octal"] and (value := int(found["octal"], 8)) < _BYTE:
        return bytes([value])
    code = int(found["short"] or found["long"] or "-1", 16)
    try:
        return chr(code).encode()
    except (ValueError, OverflowError):
        message = f"{found[0]} is not an escape of PromQL; write \\\\ for a backslash, or put the text into backticks"
        raise Refusal(message, found.start() + 1, found.end() + 1) from None


def seconds(text: str) -> tuple[float, bool]:
    """Return the value of a number or of a duration, and true for a duration.

    Raises:
        Refusal: the text is neither a number nor a duration, or is too large.
    """
    milliseconds = duration(text)
    return (number(text), False) if milliseconds is None else (milliseconds / 1000, True)


@lru_cache(maxsize=4096)
def name_features(name: str) -> tuple[Feature, ...]:
    """Return the features that a version must have to read a name without quotes.

    Raises:
        Refusal: no version reads the name without quotes.
    """
    for letter in name if not name.isascii() else "":
        if not letter.isascii() and not unicodedata.category(letter).startswith("L"):
            raise Refusal(f"{letter!r} is not allowed in a name without quotes", 0, len(name))
    return (UNQUOTED_NAME,) if "." in name or not name.isascii() else ()
