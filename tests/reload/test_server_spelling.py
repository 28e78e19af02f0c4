"""Expressions that only the server can read."""

from __future__ import annotations

from datetime import timedelta

from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleHealth, RuleKind, RuleState
from gonogo.reload.compare.rules import rules_difference
from gonogo.reload.place import ServerSpelling

UNREADABLE = "max_over_time(up[=5m~1m])"
"""No version of PromQL has this; the server of these tests reads it."""

FORMS = {UNREADABLE: "max_over_time(up[= 5m ~ 1m])", "max_over_time(up[= 5m ~ 1m])": "max_over_time(up[= 5m ~ 1m])"}


def file(expression: str) -> tuple[RuleGroup, ...]:
    """Make the one group of a file."""
    return (RuleGroup("g", (Rule(RuleKind.RECORD, "x", expression), Rule(RuleKind.RECORD, "y", "sum by () (up)"))),)


def server(expression: str) -> tuple[LoadedGroup, ...]:
    """Make the group in the form of a server."""
    (group,) = file(expression)
    states = tuple(RuleState(rule, RuleHealth.OK) for rule in group.rules)
    return (LoadedGroup("g", timedelta(minutes=1), states, "r.yml"),)


def words(staged: str, loaded: str, forms: dict[str, str]) -> tuple[str, ...]:
    """Compare a file with a server that has these spellings of expressions."""
    spelling = ServerSpelling(forms.get)
    return rules_difference(spelling.of_files(file(staged)), spelling.of_server(server(loaded))).words


def test_different_expressions_have_different_server_spellings() -> None:
    """The difference shows both expressions."""
    other = {**FORMS, "max_over_time(up[= 6m ~ 1m])": "max_over_time(up[= 6m ~ 1m])"}
    (found,) = words(UNREADABLE, "max_over_time(up[= 6m ~ 1m])", other)
    assert "6m" in found
    assert "5m" in found


def test_without_a_server_spelling_texts_are_compared() -> None:
    """Blanks count, because they may be part of a string."""
    assert words(UNREADABLE, UNREADABLE, {}) == ()
    assert len(words(UNREADABLE, FORMS[UNREADABLE], {})) == 1
    assert len(words('up[=] "a b"', 'up[=] "a  b"', {})) == 1


def test_two_spellings_of_one_expression_are_equal() -> None:
    """The server gets one request for each text, and none for a rule that gonogo can read."""
    asked: list[str] = []

    def ask(text: str) -> str | None:
        asked.append(text)
        return FORMS.get(text)

    spelling = ServerSpelling(ask)
    files = spelling.of_files(file(UNREADABLE))
    for _ in range(2):
        assert rules_difference(files, spelling.of_server(server(FORMS[UNREADABLE]))).words == ()
    assert asked == [UNREADABLE, FORMS[UNREADABLE]]


def test_readable_expressions_need_no_server_spelling() -> None:
    """The groups of the server are not even copied."""
    spelling = ServerSpelling(FORMS.get)
    assert spelling.of_files(file("up")) == file("up")
    loaded = server("up")
    assert spelling.of_server(loaded) is loaded
