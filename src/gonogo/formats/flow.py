"""Writes a part of a YAML document again on one line, and keeps the spelling of every scalar."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from gonogo.formats.files import OPERATOR_GROUP_KEYS, homes
from gonogo.formats.yaml import Loc, YamlDocument, parse, parse_documents

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


def unwrapped(text: str, path: str) -> tuple[str, ...]:
    """Return the rule files in a text: the text itself, or one rule file for each resource in it.

    A text that is not YAML is returned unchanged: promtool says what is wrong with it.
    """
    if "kind" not in text:
        return (text,)
    documents = parse_documents(text, path)
    if any(document.problems for document in documents):
        return (text,)
    specs = [(document, base) for document in documents for base, custom in homes(document) if custom]
    return tuple(_spec(text, document, base) for document, base in specs) or (text,)


def _spec(text: str, document: YamlDocument, base: Loc) -> str:
    value = document.at(base)
    moved = _moved(text, document, base)
    plain = isinstance(value, dict) and not any(key in group for group in _groups(value) for key in OPERATOR_GROUP_KEYS)
    return moved if plain and parse(moved, "").value == value else _rewritten(document, base)


def _moved(text: str, document: YamlDocument, base: Loc) -> str:
    """Move the lines of a block to the left, and make all lines before the block empty."""
    start = document.position(base)
    margin = start.column - 1
    kept = [""] * (start.line - 1)
    for line in text.split("\n")[start.line - 1 :]:
        outside = line[:margin].strip()
        if (outside and not outside.startswith("#")) or line.startswith("---"):
            break
        kept.append("" if outside else line[margin:])
    return "\n".join(kept) + "\n"


def _rewritten(document: YamlDocument, base: Loc) -> str:
    """Write the groups again without the operator's own keys, and keep the spelling of every scalar.

    Each group begins on the same line as in the resource.
    """
    text = "groups: ["
    for place in range(len(_groups(document.at(base)))):
        loc = (*base, "groups", place)
        text += "\n" * (document.position(loc).line - 1 - text.count("\n"))
        text += f" {flow(document, loc, OPERATOR_GROUP_KEYS)},"
    return f"{text}]\n"


def _groups(spec: object) -> list[dict[str, object]]:
    groups = spec.get("groups") if isinstance(spec, dict) else None
    return [group if isinstance(group, dict) else {} for group in groups] if isinstance(groups, list) else []
