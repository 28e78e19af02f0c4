"""Unique names of groups."""

from __future__ import annotations

from gonogo.formats.yaml import parse
from gonogo.model.rule import RuleGroup
from gonogo.ruletests.core.group_names import own_names, renamed


def test_only_shared_names_change() -> None:
    """A shared name changes to a unique name, and other names stay."""
    groups = [RuleGroup(name, ()) for name in ("a", "b", "a", "a (1)")]
    assert own_names(groups) == ("a (2)", "b", "a (3)", "a (1)")


def test_the_rest_of_the_files_stays() -> None:
    """Files with unchanged names, and files without groups, are not touched."""
    first = "groups:\n- name: a\n  rules: [{record: x, expr: '1', labels: {v: 1.10}}]\n- name: b\n"
    texts = renamed([first, "", "groups: {}\n", "groups: [{name: 1}] # stays\n"], ["a (1)", "b", "1"])
    assert texts[1:] == ("", "groups: {}\n", "groups: [{name: 1}] # stays\n")
    new = parse(texts[0], "").value
    assert isinstance(new, dict)
    assert new["groups"][0]["name"] == "a (1)"
    assert "1.10" in texts[0]
    assert [list(group) for group in new["groups"]] == [["rules", "name"], ["name"]]
