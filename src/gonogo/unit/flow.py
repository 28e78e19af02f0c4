"""Writes a part of a YAML document anew on one line, every scalar as it was written."""

from __future__ import annotations

import json

from gonogo.strict_yaml import YamlDocument

Loc = tuple[str | int, ...]


def flow(document: YamlDocument, loc: Loc = (), without: tuple[str, ...] = ()) -> str:
    """Write the value at ``loc``; a mapping there without some of its keys."""
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
    """Quote a text as YAML and JSON both have it; characters beyond 16 bits as they are, for YAML has no surrogates."""
    return json.dumps(text, ensure_ascii=False)


def joined(mapping: str, *entries: str) -> str:
    """Add entries to a mapping that ``flow`` wrote."""
    return f"{{{', '.join(filter(None, (mapping[1:-1], *entries)))}}}"
