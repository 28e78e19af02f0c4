"""Every alert of the preset has a runbook, and every query of a runbook is valid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gonogo.model.rule import Rule
from gonogo.policy.load import load
from gonogo.promql.parser import parse
from gonogo.rulepack.gates.catalogue import PRESET_GATES
from gonogo.rulepack.rules import alerts as gate_alerts
from tests.rulepack.policies import INTERVAL

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs" / "ops").glob("*.md"))
ENTRY = re.compile(r"^(?:#+ (.*)|\| *(`\w+`) *\|)", re.MULTILINE)
"""A heading, or the first cell of a table's row."""
WITHOUT_QUERIES = {"README.md", "heartbeat.md", "reload.md"}
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
"""A block without a language holds PromQL, one query a line; a longer one goes on, indented."""


def alerts(folder: Path) -> tuple[Rule, ...]:
    """Return the alerts of the shortest policy."""
    policy = folder / "gonogo.yaml"
    policy.write_text("version: 1\n", encoding="utf-8")
    return tuple(rule for gate in PRESET_GATES for rule in gate_alerts(gate, load(policy).policy, INTERVAL))


def queries(text: str) -> Iterator[str]:
    """Yield the queries of a page."""
    for language, block in FENCED.findall(text):
        if not language:
            yield from re.split(r"\n(?! )", block.rstrip("\n"))


def test_every_runbook_has_an_entry_for_each_of_its_alerts(tmp_path: Path) -> None:
    """The runbook_url of an alert leads to a page with the alert's name."""
    told = alerts(tmp_path)
    assert len(told) > len(PRESET_GATES)
    for alert in told:
        page = ROOT / alert.annotations["runbook_url"]
        assert page.is_file(), f"{alert.name}: there is no {page}"
        entries = " ".join(filter(None, (word for found in ENTRY.findall(page.read_text("utf-8")) for word in found)))
        assert alert.name in re.findall(r"\w+", entries), f"{page.name} says nothing of {alert.name}"


def test_the_list_of_runbooks_names_every_alert_beside_its_page(tmp_path: Path) -> None:
    """A reader who knows only the name of the alert finds its page in the list."""
    listed = (ROOT / "docs" / "ops" / "README.md").read_text("utf-8").splitlines()
    found = list(alerts(tmp_path))
    assert found
    for alert in found:
        page = Path(alert.annotations["runbook_url"]).name
        assert any(f"({page})" in line and f"`{alert.name}`" in line for line in listed), alert.name


def test_pages_have_queries() -> None:
    """Without queries the next test would pass in silence."""
    assert sum(len(list(queries(page.read_text("utf-8")))) for page in PAGES) > len(PRESET_GATES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_query_of_a_runbook_is_valid_promql(page: Path) -> None:
    """An operator at night must not have to fix a query."""
    asked = list(queries(page.read_text("utf-8")))
    assert bool(asked) == (page.name not in WITHOUT_QUERIES)
    for query in asked:
        assert parse(query), query
