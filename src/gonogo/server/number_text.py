"""Reads the numbers that servers write as texts.

``float`` alone would also take ``0.3_0``, `` 0.3 `` and the digits of other scripts, which no server writes.
A value is an optional sign, digits with an optional fraction and exponent, ``NaN``, ``+Inf`` or ``-Inf``. Observed on
Prometheus 2.42 and 3.5 and on VictoriaMetrics 1.79 and 1.145. Thanos and Mimir write as Prometheus does.
"""

from __future__ import annotations

import re

import orjson

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|NaN|[+-]Inf")
_OF_JSON = b"0123456789.+-e,"


def number_of(text: str) -> float:
    """Read one number.

    Raises:
        ValueError: no server writes a number like this.
        TypeError: the value is not a text.
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError(repr(text))
    return float(text)


def numbers_of(texts: tuple[str, ...]) -> tuple[float, ...]:
    """Read many numbers. The parser of JSON checks and reads nearly all of them at once, faster than ``float``.

    Raises:
        ValueError: no server writes one of the numbers like this.
        TypeError: a value is not a text.
    """
    joined = ",".join(texts).encode()
    if not joined.translate(None, _OF_JSON):  # the parser of JSON would also take spaces, true and null
        try:
            read = tuple(map(float, orjson.loads(b"[%b]" % joined)))
        except orjson.JSONDecodeError:
            read = ()
        if len(read) == len(texts):
            return read
    return tuple(map(number_of, texts))
