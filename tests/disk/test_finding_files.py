"""Files that match patterns, compared with the real promtool."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.disk.finding_files import (
    SERVER_PATTERN,
    BadPattern,
    compiled,
    escaped,
    is_pattern,
    matching_files,
    yaml_files,
)

NAMES = ("a.yml", "b.yml", "ab.yml", ".h.yml", "my rules.yml", "a[b].yml", "*.yml", "back\\slash.yml", "ä.yml", "-.yml")
FOLDERS = ("r", "r2", "s[p]", "t u", "r/deep")
PIECES = ("*", "?", "[", "]", "^", "-", "\\", "a", "b", "r", "2", ".yml", "my rules", " ", "[ab]", "[^a]", "ä", ".h")
CHECKED = re.compile(r"^Checking (.*)$", re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write every name into every folder."""
    for place in FOLDERS:
        (tmp_path / place).mkdir(parents=True)
        for name in NAMES:
            (tmp_path / place / name).write_text("groups: []\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("pattern", ["", "missing/*.yml", "r/[.yml", "r/a.yml\\", "x" * 5000, "r/a.yml/*"])
def test_a_pattern_that_cannot_match_finds_no_file(folder: Path, pattern: str) -> None:
    """A missing folder, a pattern that Go refuses, an impossible name, or a file in the place of a folder."""
    assert matching_files(pattern, folder) == ()


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("r/my\\ rules.yml", ("r/my rules.yml",)),
        ("r/a.yml", ("r/a.yml",)),
        ("r?/[ab].yml", ("r2/a.yml", "r2/b.yml")),
        ("s\\[p\\]/\\*.yml", ("s[p]/*.yml",)),
        ("[rt]*/-.yml", ("r/-.yml", "r2/-.yml", "t u/-.yml")),
    ],
)
def test_names_are_relative_to_the_root(folder: Path, pattern: str, matched: tuple[str, ...]) -> None:
    """An absolute pattern gives absolute names."""
    assert matching_files(pattern, folder) == matched
    assert matching_files(f"{folder}/{pattern}") == tuple(f"{folder}/{name}" for name in matched)


def test_a_pattern_can_begin_at_the_root_of_the_file_system() -> None:
    """The root has an empty name."""
    assert "/etc" in matching_files("/et[c]")


@pytest.mark.live
def test_promtool_finds_the_same_files(folder: Path) -> None:
    """The patterns have every special character. They are random with a fixed seed."""
    made = random.Random(7)  # noqa: S311 - patterns, no secret
    above = (*FOLDERS, "r?", "r[^3]", "s\\[p]", "t\\ u")
    made_up = {f"{made.choice(above)}/{''.join(made.choices(PIECES, k=made.randint(1, 4)))}" for _ in range(60)}
    patterns = made_up | {f"{made.choice(above)}/{veiled(made.choice(NAMES), made)}" for _ in range(90)}
    patterns |= {"r/my\\ rules.yml", "r/back\\\\slash.yml", "r/[^a].yml", "r/a\\[b\\].yml", "s[p]/a.yml"}
    matched = {pattern: by_promtool(folder, pattern) for pattern in sorted(patterns)}
    ours = {pattern: tuple(f"{folder}/{name}" for name in matching_files(pattern, folder)) for pattern in matched}
    assert ours == matched
    assert sum(map(bool, matched.values())) > len(matched) // 4


def veiled(name: str, made: random.Random) -> str:
    """Write a pattern that is likely to match a name: some characters are replaced by wildcards."""
    return "".join(made.choice((one, one, f"\\{one}", "?", "*", f"[{one}]", "[^z]", f"[{one}-~]")) for one in name)


def by_promtool(folder: Path, pattern: str) -> tuple[str, ...]:
    """Check a configuration with one entry of ``rule_files`` by promtool. Return the files that promtool checks."""
    config = folder / "prometheus.yml"
    quoted = pattern.replace("'", "''")
    config.write_text(f"rule_files: ['{quoted}']\n", encoding="utf-8")
    promtool = shutil.which("promtool")
    assert promtool
    argv = [promtool, "check", "config", str(config)]
    ended = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=110)
    first, *found = CHECKED.findall(ended.stdout)
    assert first == str(config)
    return tuple(found)


@pytest.mark.parametrize("bad", ["[", "[a", "[]", "[]a]", "[^]", "[^]a]", "[-a]", "[a-]", "[a-", "a\\", "[\\", "[a\\]"])
def test_a_pattern_that_go_refuses_is_refused(bad: str) -> None:
    """Such a pattern is invalid, and is not compared with any name."""
    with pytest.raises(BadPattern):
        compiled(bad)


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("my\\ rules.yml", ("my rules.yml",), ("my\\ rules.yml",)),
        ("\\*.yml", ("*.yml",), ("a.yml", "\\*.yml")),
        ("*.yml", (".hidden.yml", "a.yml", ".yml"), ("a.yaml", "a/b.yml")),
        ("?.yml", ("a.yml", "ä.yml", "\n.yml"), ("ab.yml", ".yml")),
        ("[a-c].yml", ("a.yml", "c.yml"), ("d.yml", "-.yml")),
        ("[^a-c]x", ("dx", "^x"), ("ax", "x")),
        ("[!a]", ("!", "a"), ("b",)),
        ("[c-a]", (), ("a", "b", "c")),
        ("[^c-a]", ("a", "b"), ("", "ab")),
        ("[\\]\\-]", ("]", "-"), ("\\",)),
        ("[[*]", ("[", "*"), ("a",)),
        ("a]{b}$", ("a]{b}$",), ("a",)),
    ],
)
def test_each_special_character_has_its_meaning(
    pattern: str, matching: tuple[str, ...], others: tuple[str, ...]
) -> None:
    """A pattern must match a whole name."""
    assert [name for name in (*matching, *others) if compiled(pattern).fullmatch(name)] == [*matching]


@given(st.text(min_size=1))
def test_an_escaped_text_matches_only_itself(text: str) -> None:
    """The text may have any characters."""
    assert compiled(escaped(text)).fullmatch(text)
    assert not compiled(escaped(text)).fullmatch(f"{text}x")
    assert is_pattern(escaped(text)) == is_pattern(text)


@pytest.mark.parametrize("text", ["a/*.yml", "a/*b*.yml", "a?/b*", "a*"])
def test_a_server_accepts_a_star_only_in_the_last_element(text: str) -> None:
    """This is the rule of the server's configuration for its patterns."""
    assert SERVER_PATTERN.fullmatch(text)
    assert not SERVER_PATTERN.fullmatch(f"*/{text}")


def listed(folder: Path) -> list[str]:
    """Return the names of the found files, relative to the folder."""
    return [str(path.relative_to(folder)) for path in yaml_files(folder, each_once=True)]


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path) -> None:
    """An unreadable folder never counts as empty."""
    with pytest.raises(OSError, match="No such file"):
        listed(tmp_path / "missing")


def test_only_yaml_is_listed_in_the_order_of_names(tmp_path: Path) -> None:
    """A folder's own files come before the files of its subfolders."""
    for name in ("b.yml", "a.yaml", "c.txt", "sub/d.yml", "sub/deeper/e.yaml", "z.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "folder.yml").mkdir()
    assert listed(tmp_path) == ["a.yaml", "b.yml", "z.yml", "sub/d.yml", "sub/deeper/e.yaml"]


def test_links_are_followed_and_no_file_is_listed_twice(tmp_path: Path) -> None:
    """A mounted ConfigMap has links to its newest version. The names of these links are listed."""
    (tmp_path / "..v1").mkdir()
    (tmp_path / "..v1" / "rules.yml").touch()
    (tmp_path / "..data").symlink_to("..v1")
    (tmp_path / "rules.yml").symlink_to("..data/rules.yml")
    (tmp_path / "again").symlink_to(".")
    (tmp_path / "out").symlink_to("/")
    (tmp_path / "out").unlink()
    assert listed(tmp_path) == ["rules.yml"]


def test_broken_links_are_listed(tmp_path: Path) -> None:
    """The reader then reports the broken link. A server would fail on such a link as well."""
    (tmp_path / "gone.yml").symlink_to("missing")
    (tmp_path / "loop.yml").symlink_to("loop.yml")
    assert listed(tmp_path) == ["gone.yml", "loop.yml"]


def test_a_file_with_several_names_can_be_listed_under_each_name(tmp_path: Path) -> None:
    """A test file may name its rules relative to its own folder. A link to a folder above is not followed."""
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "a.yml").touch()
    (tmp_path / "v1" / "up").symlink_to("..")
    (tmp_path / "v2").symlink_to("v1")
    found = [str(path.relative_to(tmp_path)) for path in yaml_files(tmp_path, each_once=False)]
    assert found == ["v1/a.yml", "v2/a.yml"]
    assert listed(tmp_path) == ["v1/a.yml"]
