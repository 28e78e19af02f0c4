"""A reload of rules with names in UTF-8: proved where the version takes them, else refused with the old tree kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gonogo.model.versions import UTF8_RULE_NAMES, reaches, release
from gonogo.programs.promtool import version_number
from gonogo.reload.result import Became
from gonogo.reload.run import reload
from tests.live.reload_stage import stage
from tests.live.reload_yard import OLD_NAMES, Yard, told

pytestmark = [pytest.mark.live, pytest.mark.versions]

SUM = "http.requests:sum"
RULES = """\
groups:
  - name: größe
    rules:
      - record: http.requests:sum
        expr: sum by (job, "service.name") (label_replace(up, "service.name", "web", "", ""))
        labels: {team.name: größe}
      - alert: Requests
        expr: '{"http.requests:sum", "service.name"="web", "team.name"=~"gr.*"} >= 0'
        annotations: {run.book: 'see {{ index $labels "service.name" }}'}
"""
CHANGED = RULES.replace("team.name: größe", "team.name: grün")


def takes_names() -> bool:
    """Return True if the server at hand takes such names everywhere."""
    return reaches(release(version_number()), UTF8_RULE_NAMES)


@pytest.fixture
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """Run a server over rules with classic names, and stage a copy."""
    folder = tmp_path_factory.mktemp("free-names")
    with stage(folder / "live") as live:
        live.settled()
        made = Yard(folder, live)
        made.stage()
        yield made


def test_rules_with_utf8_names_are_loaded_whole_or_refused_whole(yard: Yard) -> None:
    """A server that takes the names loads and evaluates the rules, and the next reload is unchanged.

    A changed label value is a change.
    """
    before = yard.files()
    rules = yard.staged / "rules" / "free.yml"
    rules.write_text(RULES, encoding="utf-8")
    result = reload(yard.request())
    if not takes_names():
        assert result.became is Became.REFUSED, told(result)
        assert any("free.yml" in reason for reason in result.reasons), told(result)
        assert yard.files() == before
        assert yard.names() == OLD_NAMES
        assert yard.is_whole()
        return
    assert result.became is Became.RELOADED, told(result)
    assert yard.names() == OLD_NAMES | {SUM, "Requests"}
    assert yard.is_whole()
    assert reload(yard.request()).became is Became.UNCHANGED
    rules.write_text(CHANGED, encoding="utf-8")
    again = reload(yard.request())
    assert again.became is Became.RELOADED, told(again)
    loaded = next(rule.rule for group in yard.live.state().rules for rule in group.rules if rule.rule.name == SUM)
    assert loaded.labels == {"team.name": "grün"}


def test_a_failing_rule_with_utf8_names_is_rolled_back(yard: Yard) -> None:
    """The rule is loaded, and fails when it is evaluated. A server without such names refuses the rule before."""
    before = yard.files()
    failing = """label_replace({job="node"}, "service.name", "one", "", "") + on () group_left () {job="node"}"""
    text = f"groups: [{{name: fails, rules: [{{record: http.requests:sum, expr: '{failing}'}}]}}]\n"
    (yard.staged / "rules" / "fails.yml").write_text(text, encoding="utf-8")
    result = reload(yard.request(max_removed=1.0))
    assert result.became is (Became.ROLLED_BACK if takes_names() else Became.REFUSED), told(result)
    assert yard.files() == before
    assert yard.names() == OLD_NAMES
    assert yard.is_whole()
