"""Tests of parts of YAML documents that are written anew on one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.formats.flow import flow, joined, listed, quoted, unwrapped
from gonogo.formats.yaml import parse


@pytest.mark.parametrize("odd", "\x00\x1b\x7f\x85\x9f\xa0\u2028\u2029\ufeff\ufffe\uffff\U0001f4a5")
def test_odd_characters_are_escaped_for_yaml(odd: str) -> None:
    """YAML refuses some characters that JSON leaves as they are, and folds others to a blank."""
    assert parse(f"a: {quoted(f'x{odd}y')}\n", "f.yml").value == {"a": f"x{odd}y"}


@given(st.lists(st.text(st.characters(codec="utf-8"))))
def test_lists_read_back(texts: list[str]) -> None:
    """Lists of any texts read back as the same lists."""
    assert parse(listed(texts), "f.yml").value == texts


def test_values_are_written_with_their_own_spelling() -> None:
    """Numbers keep their digits, and aliases are written out. Entries can be left out and added."""
    document = parse("{a: &x [1.10, ~, 'b'], c: *x, d: true}", "f.yml")
    assert flow(document) == '{"a": [1.10, null, "b"], "c": [1.10, null, "b"], "d": true}'
    assert joined(flow(document, (), ("a", "c")), "e: 1") == '{"d": true, e: 1}'


GROUPS = """\
  groups:
    - name: a
      rules:
# beside the block
        - alert: A
          expr: |
            x
            > 1
          labels: {version: 1.10}
"""
RESOURCE = f"""\
kind: PrometheusRule
metadata: {{name: a}}
spec:
{GROUPS}status: {{}}
"""


def test_an_unwrapped_resource_keeps_its_lines() -> None:
    """A message of promtool about a line is also true for the same line of the resource."""
    (text,) = unwrapped(RESOURCE, "a.yml")
    assert text.split("\n")[8].strip() == "expr: |"
    assert RESOURCE.split("\n")[8].strip() == "expr: |"
    assert parse(text, "").value == parse(RESOURCE, "").at(("spec",))


def test_each_document_of_a_resource_becomes_a_file() -> None:
    """Each resource in a list becomes a file as well."""
    both = f"{RESOURCE}---\n{RESOURCE}"
    assert len(unwrapped(both, "a.yml")) == 2
    listed = "kind: List\nitems: [{kind: PrometheusRule, spec: {groups: [{name: a}]}}, {kind: Service}]\n"
    (text,) = unwrapped(listed, "a.yml")
    assert unwrapped(RESOURCE.partition("status")[0], "a.yml")[0].startswith("\n\n\ngroups:")
    assert parse(text, "").value == {"groups": [{"name": "a"}]}


def test_keys_that_only_the_operator_knows_are_left_out() -> None:
    """Every scalar keeps its spelling."""
    resource = RESOURCE.replace("- name: a", "- name: a\n      partial_response_strategy: warn\n      limit: 010")
    (text,) = unwrapped(resource, "a.yml")
    assert "partial_response_strategy" not in text
    line = resource.split("\n").index("    - name: a" if "\n    - name: a" in resource else "  - name: a")
    assert '"name": "a"' in text.split("\n")[line]
    assert "1.10" in text
    assert "'010'" in text or '"010"' in text


@pytest.mark.parametrize(
    "text",
    ["groups: []\n", "kind: [\n", "kind: Service\n", "# kind\ngroups: []\n"],
    ids=["rules", "no-yaml", "other", "comment"],
)
def test_a_file_that_is_not_a_resource_is_not_unwrapped(text: str) -> None:
    """Promtool says what is wrong with the file."""
    assert unwrapped(text, "a.yml") == (text,)


@pytest.mark.parametrize("spec", ["", " {}", " {groups: 1}", " {groups: [1]}"])
def test_a_resource_with_an_odd_spec_is_unwrapped(spec: str) -> None:
    """The spec is not a mapping, or its groups are not groups."""
    (text,) = unwrapped(f"kind: PrometheusRule\nspec:{spec}\n", "a.yml")
    assert "PrometheusRule" not in text
