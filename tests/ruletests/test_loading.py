"""Rule files by base name, read as promtool reads them."""

from __future__ import annotations

from pathlib import Path

from gonogo.programs.promtool import installed_promtool
from gonogo.ruletests.loading import RulePlaces, load_test
from gonogo.ruletests.running import run_tests
from gonogo.ruletests.staging import staged
from tests.ruletests.unit_files import FIRING, RULES, write

RESOURCE = "kind: PrometheusRule\nspec:\n  groups: [{name: a, rules: [{alert: High, expr: x > 1}]}]\n"


def test_the_tests_own_folder_comes_first(tmp_path: Path) -> None:
    """Other places count only for files that are not in the folder of the test."""
    write(tmp_path, {"t/r.yml": RULES, "x/r.yml": RULES, "x/s.yml": RULES, "x/s2.yml": RULES})
    places = RulePlaces([tmp_path / "x"])
    assert places.found("r.yml", tmp_path / "t") == (tmp_path / "t" / "r.yml",)
    assert places.found("../y/s.yml", tmp_path / "t") == (tmp_path / "x" / "s.yml",)
    assert places.found("../x/s*.yml", tmp_path / "t") == (tmp_path / "x" / "s.yml", tmp_path / "x" / "s2.yml")
    assert places.found("../y/s*.yml", tmp_path / "t") == (), "a glob that is dead names nothing"
    assert places.found("q.yml", tmp_path / "t") == ()
    assert RulePlaces().found("r.yml", tmp_path) == ()


def test_resources_are_unwrapped(tmp_path: Path) -> None:
    """Each resource of a file is unwrapped by itself."""
    (tmp_path / "r.yml").write_text(f"{RESOURCE}---\n{RESOURCE}", encoding="utf-8")
    first, second = RulePlaces().sources(tmp_path / "r.yml")
    assert (first.part, second.part) == (0, 1)
    assert first.text.lstrip().startswith("groups:")


def test_a_rule_file_that_two_entries_name_is_loaded_once(tmp_path: Path) -> None:
    """A rule file that two entries name is loaded once, as in promtool."""
    twice = FIRING.replace("[r.yml]", "[r.yml, '*.yml']").replace("a_test.yml", "")
    (path,) = write(
        tmp_path, {"r.yml": RULES, "t/a_test.yml": twice.replace("r.yml", "../r.yml").replace("'*", "'../*")}
    )
    with staged([load_test(path, RulePlaces())]) as (stage,):
        assert dict(run_tests((stage,), installed_promtool()))[0].passed
