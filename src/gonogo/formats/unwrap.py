"""Turns ``PrometheusRule`` resources into the rule files that Prometheus and promtool read.

A line keeps its number: the lines of the ``spec`` only move to the left. So promtool's
message about a line of the result is true of the same line of the resource.
"""

from __future__ import annotations

from gonogo.formats.files import Loc
from gonogo.formats.flow import flow
from gonogo.formats.resources import OPERATOR_GROUP_KEYS, homes
from gonogo.formats.yaml import YamlDocument, parse, parse_documents


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
