"""Tests of files that are read as one server, or the operator, would load them."""

from __future__ import annotations

import pytest

from gonogo.formats.sources import MOST_PROBLEMS, source_file

GROUPS = "groups:\n- name: g\n  rules:\n  - alert: {}\n    expr: up == 0\n"
RESOURCE = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {{name: r}}
spec:
  groups:
  - name: g
    partial_response_strategy: warn
    rules:
    - alert: {}
      expr: up == 0
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: []}\n"


def problems(text: str) -> list[str]:
    """Return the problems of a file as text, with line and column."""
    return [
        f"{problem.where.line}:{problem.where.column} {problem.message}"
        for problem in source_file(text, "f").problems
        if problem.where
    ]


def rules(text: str) -> list[tuple[str, int, int]]:
    """Return the rules of a valid file, with the places of their expressions."""
    file = source_file(text, "f")
    assert file.problems == ()
    return [(rule.name, rule.at().start.line, rule.at().start.column) for rule in file.rules]


@pytest.mark.parametrize("text", ["a: b: c", "groups: [", "groups:\n- name: g\n  rules:\n  - alert: A\n   expr: x\n"])
def test_unreadable_yaml_is_one_problem(text: str) -> None:
    """The mistake is reported once. The missing part after it is not another mistake."""
    (problem,) = problems(text)
    assert "this is not YAML" in problem


def test_rules_before_a_mistake_are_read() -> None:
    """Otherwise other files would seem to lack these rules."""
    file = source_file(GROUPS.format("A") + "  - alert: B\n    expr: [\n", "f")
    assert [rule.name for rule in file.rules] == ["A"]
    assert len(file.problems) == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (GROUPS.format("A") + "---\n" + GROUPS.format("B"), 7),
        ("---\n---\n" + GROUPS.format("A"), 3),
        (GROUPS.format("A") + "---\n# none\n---\nx\n", 9),
        (GROUPS.format("A") + "---\n" + SERVICE, 7),
    ],
)
def test_a_second_document_of_a_rule_file_is_a_problem(text: str, line: int) -> None:
    """Prometheus reads the first document of a file, and is silent about the others."""
    assert problems(text) == [f"{line}:1 a second document begins here, which no server reads"]
    assert len(source_file(text, "f").rules) == text.startswith("groups")


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "groups:\n", "groups: []\n", "---\n---\n"])
def test_an_empty_file_is_valid(text: str) -> None:
    """The file holds no rules."""
    file = source_file(text, "f")
    assert (file.rules, file.groups, file.problems, file.custom) == ((), (), (), False)


@pytest.mark.parametrize("text", ["---\n" + GROUPS, GROUPS + "---\n", GROUPS + "---\n# end\n...\n"])
def test_empty_documents_are_ignored(text: str) -> None:
    """Many templates leave an empty document after the rules."""
    assert [rule[0] for rule in rules(text.format("A"))] == ["A"]


def test_the_rules_of_a_file_have_their_places() -> None:
    """The file is not a resource."""
    file = source_file(GROUPS.format("A"), "f")
    assert not file.custom
    assert [group.name for group in file.groups] == ["g"]
    assert rules(GROUPS.format("A")) == [("A", 5, 11)]


def test_resources_in_several_documents_are_read() -> None:
    """Resources of other kinds are ignored. Every place is that of the file."""
    text = "---\n" + RESOURCE.format("A") + "---\n" + SERVICE + "---\n" + RESOURCE.format("B") + "---\n"
    assert rules(text) == [("A", 11, 13), ("B", 27, 13)]
    assert source_file(text, "f").custom


def test_resources_in_a_list_are_read() -> None:
    """Lists are read in the forms of kubectl and of the API."""
    inner = "".join(f"  {line}\n" for line in RESOURCE.format("A").splitlines()[3:])
    text = "kind: {}\nitems:\n- kind: Service\n- {}" + inner[2:]
    assert rules(text.format("List", "kind: PrometheusRule\n  ")) == [("A", 11, 15)]
    assert rules(text.format("PrometheusRuleList", "")) == [("A", 10, 15)]


def test_a_resource_without_groups_is_valid() -> None:
    """The resource has no rules."""
    file = source_file("kind: PrometheusRule\n---\nkind: PrometheusRule\nspec: {}\n", "f")
    assert (file.rules, file.problems, file.custom) == ((), (), True)


def test_groups_outside_of_a_resource_are_a_problem() -> None:
    """No server loads groups outside of a resource, and a resource in a rule file is not a group."""
    assert problems(RESOURCE.format("A") + "---\n" + GROUPS.format("B")) == [
        "12:1 groups outside of any resource, which no server loads"
    ]
    assert [rule.name for rule in source_file(RESOURCE.format("A") + "---\n" + GROUPS.format("B"), "f").rules] == ["A"]


@pytest.mark.parametrize("text", [SERVICE, "x: 1\n", "- a\n", "text\n"])
def test_a_file_of_another_kind_is_a_problem(text: str) -> None:
    """A server refuses to load such a file."""
    assert problems(text)


def test_only_the_first_mistakes_of_a_file_are_listed() -> None:
    """The last problem gives the number of the other mistakes."""
    file = source_file("groups: [" + "[], " * (MOST_PROBLEMS + 5) + "]\n", "r.yml")
    assert len(file.problems) == MOST_PROBLEMS + 1
    assert "more mistakes like these" in file.problems[-1].message
