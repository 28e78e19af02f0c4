"""Test files found by folder, by glob and by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gonogo.errors import UsageError
from gonogo.ruletests.find import find_tests as found
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
def test_what_is_not_there_is_refused(folder: Path, place: str) -> None:
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


def test_below_a_folder(folder: Path) -> None:
    """The name or the content decides; a server's configuration is no test, and an unreadable file may be one."""
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
def test_by_glob_and_by_name(place: str, names: list[str]) -> None:
    """A file named by its path counts as a test with any content."""
    assert [str(path) for path in found([place])[0] if path.name != "broken.yml"] == names


def test_an_absolute_glob_gives_absolute_paths(folder: Path) -> None:
    """Two places that overlap give each file once."""
    paths, _ = found([f"{folder}/a/*_test.yml", str(folder / "a" / "one_test.yml")])
    assert paths == (folder / "a" / "one_test.yml",)


def test_a_folder_that_cannot_be_listed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operating system's message is passed on."""

    def refuse(place: Path) -> tuple[Path, ...]:
        raise PermissionError(13, "Permission denied", str(place))

    monkeypatch.setattr("gonogo.ruletests.find.unit_files", refuse)
    with pytest.raises(UsageError, match="Permission denied"):
        found([str(folder / "a")])
