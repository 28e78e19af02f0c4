"""Test files found by folder, by glob and by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gonogo.errors import UsageError
from gonogo.programs.promtool import installed_promtool
from gonogo.ruletests.find import RulePlaces, load_test
from gonogo.ruletests.find import find_tests as found
from gonogo.ruletests.running import run_tests
from gonogo.ruletests.staging import staged
from tests.denied_listing import deny_listing
from tests.ruletests.unit_files import FIRING, RULES, write

FILES = {
    "a/one_test.yml": "",
    "a/two_test.yaml": "",
    "a/b/three.yml": FIRING,
    "a/b/rules.yml": RULES,
    "a/b/prometheus.yml": "rule_files: [r.yml]\nscrape_configs: []\n",
    "a/b/broken.yml": "rule_files: [\n",
    "a/b/notes_test.txt": "",
    "a/b/list.yml": "- alert_rule_test\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with test files and other files."""
    write(tmp_path, FILES)
    (tmp_path / "a" / "b" / "bytes.yml").write_bytes(b"rule_files: \xff")
    (tmp_path / "a" / "b" / "gone.yml").symlink_to("nowhere.yml")
    os.mkfifo(tmp_path / "a" / "b" / "pipe.yml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("place", ["nowhere", "a/nothing_test.yml"])
def test_a_missing_place_is_refused(folder: Path, place: str) -> None:
    """A missing file is a mistake of the caller."""
    with pytest.raises(UsageError, match="no such file or folder"):
        found([str(folder / place)])


@pytest.mark.parametrize("place", ["empty", "a/*.txt", "x/**/*_test.yml"])
def test_places_without_tests_are_findings(folder: Path, place: str) -> None:
    """A misspelt glob must not pass."""
    (folder / "empty").mkdir()
    paths, nowhere = found([place])
    assert paths == ()
    assert [one.silent_pass for one in nowhere] == ["no-tests-found"]


def test_test_files_below_a_folder_are_found(folder: Path) -> None:
    """The name or the content decides. A configuration of a server is no test, and an unreadable file may be one."""
    paths, nowhere = found([str(folder)])
    names = ["a/b/bytes.yml", "a/b/gone.yml", "a/b/pipe.yml", "a/b/three.yml", "a/one_test.yml", "a/two_test.yaml"]
    assert [str(path.relative_to(folder)) for path in paths if path.name != "broken.yml"] == names
    assert nowhere == ()


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("a/*_test.y*ml", ["a/one_test.yml", "a/two_test.yaml"]),
        ("**/three.yml", ["a/b/three.yml"]),
        ("a/[b]", ["a/b/bytes.yml", "a/b/gone.yml", "a/b/pipe.yml", "a/b/three.yml"]),
        ("a/b/rules.yml", ["a/b/rules.yml"]),
    ],
    ids=["glob", "deep-glob", "glob-of-folders", "file"],
)
@pytest.mark.usefixtures("folder")
def test_test_files_are_found_by_glob_and_by_path(place: str, names: list[str]) -> None:
    """A file named by its path counts as a test with any content."""
    assert [str(path) for path in found([place])[0] if path.name != "broken.yml"] == names


def test_an_absolute_glob_gives_absolute_paths(folder: Path) -> None:
    """Two places that overlap give each file once."""
    paths, _ = found([f"{folder}/a/*_test.yml", str(folder / "a" / "one_test.yml")])
    assert paths == (folder / "a" / "one_test.yml",)


def test_a_folder_that_cannot_be_listed_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operating system's message is passed on."""
    deny_listing(monkeypatch, folder / "a")
    with pytest.raises(UsageError, match="Permission denied"):
        found([str(folder / "a")])


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


def test_rules_in_kubernetes_resources_are_unwrapped(tmp_path: Path) -> None:
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
