"""Reads rule files: Prometheus's own and ``PrometheusRule`` resources, single, in lists or in several documents."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.lint.estate import LintedRule, SourceFile
from gonogo.rules.files import PlacedGroup, read_groups
from gonogo.rules.resources import OPERATOR_GROUP_KEYS, homes
from gonogo.strict_yaml import YamlDocument, parse_documents


def source_file(text: str, path: str) -> SourceFile:
    """Read one file; every mistake of its form is listed, and what can be read is read."""
    documents = parse_documents(text, path)
    problems: list[Problem] = []
    placed: list[tuple[YamlDocument, PlacedGroup]] = []
    custom = False
    for document in documents:
        problems += document.problems
        for base, is_custom in homes(document):
            custom = custom or is_custom
            groups, found = read_groups(document, base, OPERATOR_GROUP_KEYS if is_custom else ())
            problems += found
            placed += ((document, group) for group in groups)
    if len(documents) > 1 and not custom:
        where = documents[1].position(())
        problems.append(Problem(where, "a second document begins here", "keep one document in the file"))
    rules = tuple(rule for document, group in placed for rule in _rules(document, group))
    return SourceFile(path, text, tuple(group.group for _, group in placed), rules, tuple(problems), custom)


def _rules(document: YamlDocument, placed: PlacedGroup) -> Iterator[LintedRule]:
    for place, (rule, loc) in enumerate(zip(placed.group.rules, placed.rules, strict=True)):
        yield LintedRule(rule, placed.group, place, loc, document)
