"""Rules that are left out, changed and written anew."""

from __future__ import annotations

from datetime import timedelta

from gonogo.formats.files import read_rules
from gonogo.model.replacing import replace
from gonogo.ruletests.core.rule_text import file_text, twins

TEXT = """\
groups:
  - name: one
    interval: 30s
    limit: 7
    rules:
      - record: a
        expr: 'sum(x{v="1.10"})'
        labels: {version: 1.10, on: yes}
      - alert: Bäd 😀
        expr: a > 5
        for: 5m
        annotations: {summary: "it is \\"bad\\" 😀"}
  - name: two
    rules:
      - record: b
        expr: a
"""


def test_rules_written_anew_are_unchanged() -> None:
    """Writing every rule by its own text changes nothing."""
    file = file_text(TEXT, "r.yml")
    written = read_rules(file.written({rule.id: rule.text for rule in file.rules}), "r.yml")
    before = read_rules(TEXT, "r.yml")
    assert written.problems == before.problems == ()
    assert [group.name for group in written.groups] == ["one", "two"]
    assert [replace(r, position=None) for g in written.groups for r in g.rules] == [
        replace(r, position=None) for g in before.groups for r in g.rules
    ]
    assert "limit: 7" in file.written({file.rules[0].id: file.rules[0].text}).replace('"', "")


def test_a_group_without_rules_is_left_out() -> None:
    """The keys of a group stay as long as one of its rules does."""
    file = file_text(TEXT, "r.yml")
    (group,) = read_rules(file.written({file.rules[2].id: file.rules[2].text}), "r.yml").groups
    assert group.name == "two"
    assert read_rules(file.written({}), "r.yml").groups == ()


def test_only_the_changed_parts_of_a_rule_are_written_anew() -> None:
    """The other parts stay as they were written."""
    file = file_text(TEXT, "r.yml")
    first, second, _ = file.rules
    changed = replace(
        second.rule, expression="a < 5", held=timedelta(0), keep_firing=timedelta(minutes=1), annotations={}
    )
    texts = {first.id: first.written(replace(first.rule, labels={"v": "2"})), second.id: second.written(changed)}
    record, alert = read_rules(file.written(texts), "r.yml").groups[0].rules
    assert (record.expression, record.labels) == ('sum(x{v="1.10"})', {"v": "2"})
    assert replace(alert, position=None) == replace(changed, position=None)


def test_a_rule_has_its_place_and_its_own_labels() -> None:
    """Results name a rule by its file, line and column."""
    first, second, third = file_text(TEXT, "r.yml", 1).rules
    assert [str(rule.tested) for rule in (first, second)] == ["r.yml:6:9: record a", "r.yml:9:9: alert Bäd 😀"]
    assert (first.own_labels, third.own_labels) == (("version", "on"), ())
    assert first.id == ("r.yml", 1, ("groups", 0, "rules", 0))


TWINS = """\
groups:
  - name: one
    rules:
      - {record: a, expr: 'sum(x) by (b, c)'}
      - {record: a, expr: 'sum by (c, b) (x)'}
      - {record: a, expr: 'sum by (c, b) (x)', labels: {d: e}}
      - {record: z, expr: 'no > > promql'}
"""


def test_rules_of_one_meaning_are_twins() -> None:
    """Rules of one meaning are twins in any spelling."""
    file = file_text(TWINS, "r.yml")
    (found,) = twins([file.rules, file.rules])
    assert found == file.rules[:2]


def test_rules_of_separate_files_are_no_twins() -> None:
    """Two servers may have the same rule."""
    first, second, *_ = file_text(TWINS, "r.yml").rules
    assert twins([[first], [second]]) == ()
