"""Reads rule files: Prometheus's own and ``PrometheusRule`` resources, single, in lists or in several documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gonogo.errors import Position, Problem
from gonogo.lint.estate import LintedRule, SourceFile
from gonogo.rules.files import PlacedGroup, read_groups
from gonogo.rules.resources import OPERATOR_GROUP_KEYS, homes
from gonogo.strict_yaml import YamlDocument, parse_documents


def source_file(text: str, path: str) -> SourceFile:
    """Read one file; every mistake of its form is listed, and what can be read is read."""
    return source_of(parse_documents(text, path), text, path)


def source_of(documents: Sequence[YamlDocument], text: str, path: str) -> SourceFile:
    """Read the rules of a file whose YAML has been read; resources of other kinds beside rules are left alone."""
    problems = [problem for document in documents for problem in document.problems]
    found = [(document, base, is_custom) for document in documents for base, is_custom in homes(document)]
    custom = any(is_custom for _, _, is_custom in found)
    placed: list[tuple[YamlDocument, PlacedGroup]] = []
    for document, base, is_custom in found:
        if custom and not is_custom and _of_other_kind(document.at(base)):
            continue
        groups, mistakes = read_groups(document, base, OPERATOR_GROUP_KEYS if is_custom else ())
        problems += mistakes
        placed += ((document, group) for group in groups)
    if len(documents) > 1 and not custom:
        where = documents[1].position(())
        problems.append(Problem(where, "a second document begins here", "keep one document in the file"))
    rules = tuple(rule for document, group in placed for rule in _rules(document, group))
    return SourceFile(path, text, tuple(group.group for _, group in placed), rules, tuple(problems), custom)


def unread_file(path: str, problem: str, next_step: str) -> SourceFile:
    """Stand for a file that could not be read at all, so that it is not passed over."""
    return SourceFile(path, "", problems=(Problem(Position(path, 1, 1), problem, next_step),))


def _of_other_kind(value: object) -> bool:
    return isinstance(value, dict) and "kind" in value


def _rules(document: YamlDocument, placed: PlacedGroup) -> Iterator[LintedRule]:
    for place, (rule, loc) in enumerate(zip(placed.group.rules, placed.rules, strict=True)):
        yield LintedRule(rule, placed.group, place, loc, document)
