"""Reads rule files: Prometheus's own and ``PrometheusRule`` resources, single, in lists or in several documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gonogo.errors import Position, Problem
from gonogo.formats.dialect import Dialect
from gonogo.formats.files import PlacedGroup, read_groups
from gonogo.formats.resources import OPERATOR_GROUP_KEYS, homes
from gonogo.formats.yaml import YamlDocument, parse_documents
from gonogo.lint.core.estate import LintedRule, SourceFile

MOST_PROBLEMS = 200
"""How many mistakes of one file are told one by one."""


def source_file(text: str, path: str, dialect: Dialect = Dialect.PROMETHEUS) -> SourceFile:
    """Read one file; every mistake of its form is listed, and what can be read is read."""
    return source_of(parse_documents(text, path), text, path, dialect)


def source_of(
    documents: Sequence[YamlDocument], text: str, path: str, dialect: Dialect = Dialect.PROMETHEUS
) -> SourceFile:
    """Read the rules of a file whose YAML has been read; resources of other kinds beside rules are left alone."""
    found = [(document, base, is_custom) for document in documents for base, is_custom in homes(document)]
    custom = any(is_custom for _, _, is_custom in found)
    read = [one for one in found if one[2]] if custom else found[:1]
    problems = [problem for document in documents for problem in document.problems]
    problems += _strangers(documents) if custom else _unread_documents(documents)
    placed: list[tuple[YamlDocument, PlacedGroup]] = []
    for document, base, is_custom in read:
        groups, mistakes = read_groups(document, base, OPERATOR_GROUP_KEYS if is_custom else (), dialect)
        problems += mistakes if document.complete else ()
        placed += ((document, group) for group in groups)
    rules = tuple(rule for document, group in placed for rule in _rules(document, group))
    return SourceFile(path, text, tuple(group.group for _, group in placed), rules, _bounded(problems), custom)


def _bounded(problems: list[Problem]) -> tuple[Problem, ...]:
    """Keep the first problems of a file that has no end of them, and say how many there are."""
    left = len(problems) - MOST_PROBLEMS
    if left <= 0:
        return tuple(problems)
    more = Problem(problems[MOST_PROBLEMS].where, f"and {left:,} more mistakes like these", "mend the first ones first")
    return (*problems[:MOST_PROBLEMS], more)


def _unread_documents(documents: Sequence[YamlDocument]) -> Iterator[Problem]:
    """Tell of what Prometheus does not read: all documents of a rule file but the first."""
    for document in documents[1:]:
        if document.value is not None:
            where = document.position(())
            yield Problem(where, "a second document begins here, which no server reads", "keep one document in a file")


def _strangers(documents: Sequence[YamlDocument]) -> Iterator[Problem]:
    """Tell of groups among resources that belong to none: nothing would apply them."""
    for document in documents:
        if isinstance(document.value, dict) and "groups" in document.value and "kind" not in document.value:
            where = document.key_position(("groups",))
            yield Problem(
                where, "groups outside of any resource, which nothing loads", "put them into a PrometheusRule"
            )


def unread_file(path: str, problem: str, next_step: str) -> SourceFile:
    """Stand for a file that could not be read at all, so that it is not passed over."""
    return SourceFile(path, "", problems=(Problem(Position(path, 1, 1), problem, next_step),))


def _rules(document: YamlDocument, placed: PlacedGroup) -> Iterator[LintedRule]:
    for place, (rule, loc) in enumerate(zip(placed.group.rules, placed.rules, strict=True)):
        yield LintedRule(rule, placed.group, place, loc, document)
