"""Files are read as one server, or the operator, would load them."""

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
    """Give what is wrong with a file, in words, with line and column."""
    return [
        f"{problem.where.line}:{problem.where.column} {problem.message}"
        for problem in source_file(text, "f").problems
        if problem.where
    ]


def rules(text: str) -> list[tuple[str, int, int]]:
    """Give the rules of a file that is all right, and where their expressions begin."""
    file = source_file(text, "f")
    assert file.problems == ()
    return [(rule.name, rule.at().start.line, rule.at().start.column) for rule in file.rules]


@pytest.mark.parametrize("text", ["a: b: c", "groups: [", "groups:\n- name: g\n  rules:\n  - alert: A\n   expr: x\n"])
def test_unreadable_yaml(text: str) -> None:
    """The mistake is reported once. The missing part after it is not another mistake."""
    (problem,) = problems(text)
    assert "this is not YAML" in problem


def test_what_stands_before_a_mistake_is_read() -> None:
    """So other files do not seem to lack the rules before the mistake."""
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
def test_documents_that_no_server_reads(text: str, line: int) -> None:
    """Prometheus reads the first document of a file, and is silent about the others."""
    assert problems(text) == [f"{line}:1 a second document begins here, which no server reads"]
    assert len(source_file(text, "f").rules) == text.startswith("groups")


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "groups:\n", "groups: []\n", "---\n---\n"])
def test_nothing_in_it(text: str) -> None:
    """An empty file is valid, and holds nothing."""
    file = source_file(text, "f")
    assert (file.rules, file.groups, file.problems, file.custom) == ((), (), (), False)


@pytest.mark.parametrize("text", ["---\n" + GROUPS, GROUPS + "---\n", GROUPS + "---\n# end\n...\n"])
def test_empty_documents_say_nothing(text: str) -> None:
    """Many templates leave an empty document after the rules."""
    assert [rule[0] for rule in rules(text.format("A"))] == ["A"]


def test_a_rule_file() -> None:
    """Each rule has its place in the file."""
    file = source_file(GROUPS.format("A"), "f")
    assert not file.custom
    assert [group.name for group in file.groups] == ["g"]
    assert rules(GROUPS.format("A")) == [("A", 5, 11)]


def test_resources_in_several_documents() -> None:
    """Resources of other kinds beside them are left alone; every place is that of the file."""
    text = "---\n" + RESOURCE.format("A") + "---\n" + SERVICE + "---\n" + RESOURCE.format("B") + "---\n"
    assert rules(text) == [("A", 11, 13), ("B", 27, 13)]
    assert source_file(text, "f").custom


def test_resources_in_a_list() -> None:
    """Lists are read in the forms of kubectl and of the API."""
    inner = "".join(f"  {line}\n" for line in RESOURCE.format("A").splitlines()[3:])
    text = "kind: {}\nitems:\n- kind: Service\n- {}" + inner[2:]
    assert rules(text.format("List", "kind: PrometheusRule\n  ")) == [("A", 11, 15)]
    assert rules(text.format("PrometheusRuleList", "")) == [("A", 10, 15)]


def test_a_resource_without_groups() -> None:
    """A resource without groups has no rules, and is not a mistake of form."""
    file = source_file("kind: PrometheusRule\n---\nkind: PrometheusRule\nspec: {}\n", "f")
    assert (file.rules, file.problems, file.custom) == ((), (), True)


def test_groups_among_resources() -> None:
    """No server loads groups outside of a resource, and a resource in a rule file is not a group."""
    assert problems(RESOURCE.format("A") + "---\n" + GROUPS.format("B")) == [
        "12:1 groups outside of any resource, which no server loads"
    ]
    assert [rule.name for rule in source_file(RESOURCE.format("A") + "---\n" + GROUPS.format("B"), "f").rules] == ["A"]


@pytest.mark.parametrize("text", [SERVICE, "x: 1\n", "- a\n", "text\n"])
def test_what_is_no_rule_file(text: str) -> None:
    """A server refuses to load such a file."""
    assert problems(text)


def test_a_file_with_no_end_of_mistakes_is_told_of_by_its_first() -> None:
    """The last problem gives the number of the other mistakes."""
    file = source_file("groups: [" + "[], " * (MOST_PROBLEMS + 5) + "]\n", "r.yml")
    assert len(file.problems) == MOST_PROBLEMS + 1
    assert "more mistakes like these" in file.problems[-1].message
