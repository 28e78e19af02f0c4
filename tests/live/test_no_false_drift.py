"""Rules that a real server loaded unchanged are those of their files, however both spell them.

The files of ``spelled_rules`` have every kind of spelling. The environment variable
``GONOGO_CORPUS`` may name a folder: all the rule files below it are loaded and compared too.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleHealth
from gonogo.programs.processes import prometheus
from gonogo.programs.promtool import check_rules
from gonogo.server.http import Client
from gonogo.server.rules_api import rules
from gonogo.smoke.run import differences, read_files

pytestmark = pytest.mark.live

CORPUS = "GONOGO_CORPUS"
FOLDERS = [Path(__file__).with_name("spelled_rules"), *map(Path, filter(None, [os.environ.get(CORPUS)]))]


def rule_files(folder: Path) -> list[Path]:
    """Find the files below a folder that have rules, and that promtool takes."""
    found = [path for path in sorted(folder.absolute().rglob("*.y*ml")) if any(g.rules for g in read_files([path]))]
    return [path for path in found if check_rules([path], lint=False).passed]


def loaded_by_a_server(paths: list[Path], folder: Path) -> tuple[LoadedGroup, ...]:
    """Give what a Prometheus answers that has loaded the files, as if all of it were evaluated."""
    configuration = folder / "prometheus.yml"
    configuration.write_text(yaml.safe_dump({"rule_files": [str(path) for path in paths]}), encoding="utf-8")
    with prometheus(folder / "server", configuration) as server:
        answer = rules(Client(), server.url)
    return tuple(
        replace(group, rules=tuple(replace(s, health=RuleHealth.OK, evaluated_at=1.0) for s in group.rules))
        for group in answer
    )


def all_rules(files: tuple[RuleGroup, ...]) -> list[Rule]:
    """List the rules of the files."""
    return [rule for group in files for rule in group.rules]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_unchanged_rules_have_not_drifted(folder: Path, tmp_path: Path) -> None:
    """No rule differs, no rule is missing, and no rule is left over."""
    paths = rule_files(folder)
    files, loaded = read_files(paths), loaded_by_a_server(paths, tmp_path)
    assert sum(len(group.rules) for group in loaded) == len(all_rules(files)) > 40
    assert list(differences(files, loaded, 0.0)) == []


def test_the_server_spells_most_expressions_in_another_way(tmp_path: Path) -> None:
    """The sample proves something, because most expressions come back as other texts."""
    paths = rule_files(FOLDERS[0])
    assert len(paths) == 2
    written = {rule.name: rule.expression for rule in all_rules(read_files(paths))}
    answered = {
        state.rule.name: state.rule.expression for g in loaded_by_a_server(paths, tmp_path) for state in g.rules
    }
    assert sum(written[name] != answered[name] for name in written) >= 30


def test_one_changed_number_is_a_drift_of_every_rule(tmp_path: Path) -> None:
    """No rule counts as unchanged because its expression could not be read."""
    paths = rule_files(FOLDERS[0])
    files, loaded = read_files(paths), loaded_by_a_server(paths, tmp_path)
    rules = list(all_rules(files))
    assert rules
    for rule in rules:
        changed = tuple(
            replace(g, rules=tuple(replace(r, expression=f"({r.expression}) * 3") if r == rule else r for r in g.rules))
            for g in files
        )
        assert list(differences(changed, loaded, 0.0)), rule
