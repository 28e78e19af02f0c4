"""Reads rule files: Prometheus's own and ``PrometheusRule`` resources, single, in lists or in several documents."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.lint.estate import LintedRule, SourceFile
from gonogo.rules.files import Loc, PlacedGroup, read_groups
from gonogo.strict_yaml import YamlDocument, parse_documents

CUSTOM_KIND = "PrometheusRule"
_THANOS = ("partial_response_strategy",)
"""Keys of groups that the operator knows and Prometheus does not."""


def source_file(text: str, path: str) -> SourceFile:
    """Read one file; every mistake of its form is listed, and what can be read is read."""
    documents = parse_documents(text, path)
    problems: list[Problem] = []
    placed: list[tuple[YamlDocument, PlacedGroup]] = []
    custom = False
    for document in documents:
        problems += document.problems
        for base, is_custom in _homes(document, ()):
            custom = custom or is_custom
            groups, found = read_groups(document, base, _THANOS if is_custom else ())
            problems += found
            placed += ((document, group) for group in groups)
    if len(documents) > 1 and not custom:
        where = documents[1].position(())
        problems.append(Problem(where, "a second document begins here", "keep one document in the file"))
    rules = tuple(rule for document, group in placed for rule in _rules(document, group))
    return SourceFile(path, text, tuple(group.group for _, group in placed), rules, tuple(problems), custom)


def _homes(document: YamlDocument, base: Loc) -> Iterator[tuple[Loc, bool]]:
    """Find the mappings that hold groups, and tell which are of custom resources."""
    value = document.at(base)
    kind = value.get("kind") if isinstance(value, dict) else None
    if isinstance(value, dict) and kind == CUSTOM_KIND:
        yield (*base, "spec"), True
    elif isinstance(value, dict) and isinstance(kind, str) and isinstance(items := value.get("items"), list):
        for place in range(len(items)):
            yield from _homes(document, (*base, "items", place))
    elif kind is None or not base:
        yield base, False


def _rules(document: YamlDocument, placed: PlacedGroup) -> Iterator[LintedRule]:
    for place, (rule, loc) in enumerate(zip(placed.group.rules, placed.rules, strict=True)):
        yield LintedRule(rule, placed.group, place, loc, document)
