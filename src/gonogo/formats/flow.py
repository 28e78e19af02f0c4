"""Writes a part of a YAML document again on one line, and keeps the spelling of every scalar."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from gonogo.formats.yaml import YamlDocument

Loc = tuple[str | int, ...]

_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Characters that JSON does not escape, and that YAML refuses or reads as a line end. Source: YAML 1.1, 5.1, 5.4."""


def flow(document: YamlDocument, loc: Loc = (), without: tuple[str, ...] = ()) -> str:
    """Write the value at ``loc``. If the value is a mapping, leave out the keys in ``without``."""
    value = document.at(loc)
    if isinstance(value, dict):
        parts = [f"{quoted(key)}: {flow(document, (*loc, key))}" for key in value if key not in without]
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, list):
        return f"[{', '.join(flow(document, (*loc, place)) for place in range(len(value)))}]"
    if isinstance(value, str):
        return quoted(value)
    return "null" if value is None else document.text(loc) or "null"


def quoted(text: str) -> str:
    """Quote a text so that YAML and JSON can read it. Characters beyond 16 bits stay: YAML has no surrogates."""
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def listed(texts: Iterable[str]) -> str:
    """Write a list of texts."""
    return f"[{', '.join(map(quoted, texts))}]"


def joined(mapping: str, *entries: str) -> str:
    """Add entries to a mapping that ``flow`` wrote."""
    return f"{{{', '.join(filter(None, (mapping[1:-1], *entries)))}}}"
