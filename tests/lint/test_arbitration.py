"""Tests with the real promtool as arbiter, and with second promtools that are real programs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gonogo.errors import MissingTool
from gonogo.lint.arbitration import LARGEST_FAULTY, LONGEST_ARGUMENTS, arbitrate
from gonogo.lint.core.arbiter import Arbiter
from gonogo.lint.inputs import named_inputs
from gonogo.lint.request import AskedPromtool
from gonogo.programs.promtool import check_config, version_number

GOOD = "groups: [{name: g, rules: [{alert: A, expr: 'up == 0'}]}]\n"
BAD = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up ==\n"
CUSTOM = (
    "kind: PrometheusRule\nspec:\n  groups:\n  - name: g\n    rules:\n    - alert: A\n      expr: up ==\n"
    f"---\nkind: PrometheusRule\nspec: {{{GOOD.strip()}}}\n"
)
VERSION = "if args == ['--version']: print('Defaulted container\\npromtool, version 9.9.9 (x)')\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change into an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def asked(*names: str, side: AskedPromtool | None = None, room: int = LONGEST_ARGUMENTS) -> Arbiter:
    """Ask a promtool about the named files."""
    scratch = Path("scratch")
    scratch.mkdir(exist_ok=True)
    asked = side or AskedPromtool()
    return arbitrate(named_inputs(map(Path, names)), asked, asked.promtool(), scratch, room)


def told(arbiter: Arbiter) -> list[str]:
    """Return the refusals, each with its place."""
    return [f"{refusal.where.start}: {refusal.message}" for refusal in arbiter.refusals]


def program(text: str) -> AskedPromtool:
    """Write a program in Python that stands for a second promtool."""
    Path("other.py").write_text(f"import subprocess, sys\nargs = sys.argv[1:]\n{text}", encoding="utf-8")
    return AskedPromtool((sys.executable, "other.py"))


def test_a_missing_command_is_an_error() -> None:
    """The error comes before any file is checked."""
    Path("good.yml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(MissingTool):
        asked("good.yml", side=AskedPromtool(("no-such-promtool",)))


def test_each_file_is_accepted_or_refused_at_its_place() -> None:
    """One process, or several for long names, checks all files, also names that look like options."""
    for name, text in {"good.yml": GOOD, "bad.yml": BAD, "-x.yml": GOOD, "custom.yml": CUSTOM}.items():
        Path(name).write_text(text, encoding="utf-8")
    for room in (100_000, 10):
        arbiter = asked("good.yml", "bad.yml", "-x.yml", "custom.yml", room=room)
        assert arbiter.version == version_number()
        assert arbiter.accepted == {"good.yml", "-x.yml"}
        assert told(arbiter) == [
            "bad.yml:5:15: unexpected end of input",
            "custom.yml:7:17: unexpected end of input",
        ]


def test_promtool_is_not_asked_about_a_file_that_is_not_text() -> None:
    """Another check has already reported the file."""
    Path("good.yml").write_text(GOOD, encoding="utf-8")
    Path("latin.yml").write_bytes(b"\xe9")
    assert asked("good.yml", "latin.yml") == Arbiter("promtool", asked("good.yml").version, frozenset({"good.yml"}))


def test_promtool_is_not_asked_about_a_huge_file_with_mistakes() -> None:
    """The file is not accepted. For such a file promtool would print gigabytes."""
    remarks = f"#{' a remark' * (LARGEST_FAULTY // 9)}\n"
    Path("good.yml").write_text(f"{GOOD}{remarks}", encoding="utf-8")
    Path("huge.yml").write_text(f"groups: [[]] {remarks}", encoding="utf-8")
    Path("small.yml").write_text("groups: [[]]\n", encoding="utf-8")
    arbiter = asked("good.yml", "huge.yml", "small.yml")
    assert arbiter.accepted == {"good.yml"}
    assert {refusal.where.start.path for refusal in arbiter.refusals} == {"small.yml"}


def test_a_configuration_is_checked_with_the_rules_that_it_loads() -> None:
    """Files next to the configuration are checked as well."""
    Path("rules").mkdir()
    Path("rules/bad.yml").write_text(BAD, encoding="utf-8")
    Path("rules/good.yml").write_text(GOOD, encoding="utf-8")
    Path("beside.yml").write_text(BAD, encoding="utf-8")
    Path("prometheus.yml").write_text("rule_files: [rules/*.yml]\n", encoding="utf-8")
    arbiter = asked("prometheus.yml", "beside.yml")
    assert arbiter.accepted == {"prometheus.yml", "rules/good.yml"}
    assert told(arbiter) == ["rules/bad.yml:5:15: unexpected end of input", "beside.yml:5:15: unexpected end of input"]


def test_a_configuration_that_is_refused_does_not_hide_its_rules() -> None:
    """The real promtool stops at the configuration, so the rules are checked by themselves as well."""
    Path("bad.yml").write_text(BAD, encoding="utf-8")
    Path("prometheus.yml").write_text("rule_files: [bad.yml]\nscrape_configs: [{job_name: ''}]\n", encoding="utf-8")
    arbiter = asked("prometheus.yml")
    assert told(arbiter) == ["prometheus.yml:1:1: job_name is empty", "bad.yml:5:15: unexpected end of input"]


def test_a_second_promtool_checks_the_files_under_its_own_root(folder: Path) -> None:
    """The second root is a copy of the folder with one different file."""
    for home in ("here", "there/etc"):
        Path(home, "rules").mkdir(parents=True)
        Path(home, "prometheus.yml").write_text("rule_files: [rules/*.yml]\n", encoding="utf-8")
        Path(home, "rules", "a.yml").write_text(GOOD, encoding="utf-8")
        Path(home, "rules", "b.yml").write_text(GOOD if home == "here" else BAD, encoding="utf-8")
    side = AskedPromtool(("promtool",), root=str(folder / "there" / "etc"), base="here", any_version=True)
    arbiter = asked("here/prometheus.yml", side=side)
    assert arbiter.accepted == {"here/prometheus.yml", "here/rules/a.yml"}
    assert arbiter.excused
    assert [refusal.where.start.path for refusal in arbiter.refusals] == ["here/rules/b.yml"]


def test_refused_rules_that_only_the_second_promtool_has_are_reported(folder: Path) -> None:
    """The finding is at the configuration that loads the rules there."""
    for home in ("here", "there"):
        Path(home).mkdir()
        Path(home, "prometheus.yml").write_text("rule_files: ['*.rules']\n", encoding="utf-8")
    Path("there/extra.rules").write_text(BAD, encoding="utf-8")
    arbiter = asked("here/prometheus.yml", side=AskedPromtool(("promtool",), root=str(folder / "there"), base="here"))
    (refusal,) = arbiter.refusals
    assert refusal.where.start.path == "here/prometheus.yml"
    assert "extra.rules: unexpected end of input" in refusal.message
    assert arbiter.accepted == set()


def test_a_promtool_that_sees_no_file_reports_it_once() -> None:
    """Such a promtool accepts no file."""
    Path("a.yml").write_text(GOOD, encoding="utf-8")
    Path("b.yml").write_text(GOOD, encoding="utf-8")
    arbiter = asked("a.yml", "b.yml", side=AskedPromtool(("promtool",), root="/nowhere", base="."))
    assert arbiter.accepted == set()
    assert told(arbiter) == ["a.yml:1:1: path '/nowhere/a.yml' does not exist, try --help"]


def test_a_file_that_promtool_does_not_mention_is_not_accepted() -> None:
    """The program here drops the last file."""
    Path("a.yml").write_text(GOOD, encoding="utf-8")
    Path("b.yml").write_text(GOOD, encoding="utf-8")
    dropping = program("sys.exit(subprocess.run(['promtool', *(args[:-1] or args)]).returncode)\n")
    arbiter = asked("a.yml", "b.yml", side=dropping)
    assert arbiter.accepted == {"a.yml"}
    assert told(arbiter) == ["b.yml:1:1: promtool did not mention this file"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sys.exit('Cannot connect to the Docker daemon. Is it running?')\n", "Is it running?"),
        ("print('promtool, version 2.42.0 (x)')\nsys.exit(1)\n", "promtool, version 2.42.0 (x)"),
        ("sys.exit(0)\n", "the program printed no output"),
        ("print('prometheus, version 2.42.0 (x)')\n", "prometheus, version 2.42.0 (x)"),
    ],
)
def test_a_promtool_that_cannot_be_run_is_an_error(text: str, why: str) -> None:
    """The error says why the command could not be run, and nothing about the files."""
    Path("a.yml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(MissingTool, match=r"other\.py could not be run") as error:
        asked("a.yml", side=program(text))
    assert error.value.why.endswith(why)


def test_a_promtool_that_crashes_accepts_no_file() -> None:
    """Its last words are reported at the first file."""
    Path("a.yml").write_text(GOOD, encoding="utf-8")
    arbiter = asked("a.yml", side=program(f"{VERSION}else: sys.exit('panic: oops')\n"))
    assert (arbiter.version, arbiter.accepted) == ("9.9.9", frozenset())
    assert told(arbiter) == ["a.yml:1:1: panic: oops"]


@pytest.mark.parametrize(
    ("version", "option"), [("3.6.0", "none"), ("3.7.1", "nothing"), ("3.8.0", "none"), ("", "none")]
)
def test_lints_are_turned_off_by_the_option_of_the_version(version: str, option: str) -> None:
    """3.7.0 to 3.7.2 fail rule files under --lint=none. An unknown lint also turns all lints off."""
    Path("prometheus.yml").write_text("rule_files: []\n", encoding="utf-8")
    text = f"{VERSION.replace('9.9.9', version)}else: print('Checking', args[-1]); print(' SUCCESS:')\n"
    arbiter = asked("prometheus.yml", side=program(f"{text}open('args', 'w').write(' '.join(args))\n"))
    assert arbiter.accepted == {"prometheus.yml"}
    assert Path("args").read_text(encoding="utf-8") == f"check config --lint={option} prometheus.yml"


def test_an_unknown_lint_turns_all_lints_off() -> None:
    """With the installed promtool duplicate rules pass, as with --lint=none, and mistakes do not."""
    Path("twice.yml").write_text(GOOD.replace("}]}]", "}, {alert: A, expr: 'up == 0'}]}]"), encoding="utf-8")
    config = Path("prometheus.yml")
    config.write_text("rule_files: [twice.yml]\n", encoding="utf-8")
    for release in ((3, 7), None):
        ran = check_config(config, lint=False, release=release)
        assert ran.passed
        assert "FAILED" not in ran.output
    config.write_text("rule_files: [gone.yml]\n", encoding="utf-8")
    assert not check_config(config, lint=False, release=(3, 7)).passed


def test_accepted_rules_that_only_the_second_promtool_has_are_ignored(folder: Path) -> None:
    """Such rules are not linted files."""
    for home in ("here", "there"):
        Path(home).mkdir()
        Path(home, "prometheus.yml").write_text("rule_files: ['*.rules']\n", encoding="utf-8")
    Path("there/extra.rules").write_text(GOOD, encoding="utf-8")
    arbiter = asked("here/prometheus.yml", side=AskedPromtool(("promtool",), root=str(folder / "there"), base="here"))
    assert arbiter.accepted == {"here/prometheus.yml"}
    assert not arbiter.refusals
