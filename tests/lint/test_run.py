"""Tests of a whole lint: files, promtool and checks together."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from gonogo.errors import MissingTool, UsageError
from gonogo.lint.core.estate import Estate
from gonogo.lint.request import AskedPromtool, LintRequest
from gonogo.lint.run import Linted, run_lint
from gonogo.model.versions import release
from gonogo.programs.promtool import check_rules, version_number
from tests.policy_folder import policy_folder

GOOD = "groups: [{name: g, rules: [{alert: A, expr: 'up == 0', for: 5m}]}]\n"
REFUSING = """\
for name in args[3:]:
    print(f'Checking {name}\\n  FAILED:\\n{name}: not for me')
print(subprocess.run(['promtool', '--version'], capture_output=True, text=True).stdout)
"""
ACCEPTING = """\
for name in args[3:]:
    print(f'Checking {name}\\n  SUCCESS: 1 rules found')
print(subprocess.run(['promtool', '--version'], capture_output=True, text=True).stdout)
"""
BAD = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up ==\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change into an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(**texts: str) -> None:
    """Write rule files."""
    for name, text in texts.items():
        Path(f"{name}.yml").write_text(text, encoding="utf-8")


def linted(*names: str, second: AskedPromtool | None = None) -> Linted:
    """Lint the named files."""
    return run_lint(LintRequest(tuple(map(Path, names)), second=second))


def found(run: Linted) -> list[tuple[str, str]]:
    """Return path and check of every finding."""
    return [(finding.where.start.path, finding.check) for finding in run.report.findings]


def program(text: str) -> AskedPromtool:
    """Write a program in Python that stands for a second promtool."""
    Path("other.py").write_text(f"import subprocess, sys\nargs = sys.argv[1:]\n{text}", encoding="utf-8")
    return AskedPromtool((sys.executable, "other.py"))


def test_a_missing_promtool_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without promtool no file can be judged. The second promtool must exist as well."""
    write(a=GOOD)
    with pytest.raises(MissingTool, match="no-such-program"):
        linted("a.yml", second=AskedPromtool(("no-such-program",)))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingTool) as missing:
        linted("a.yml")
    assert "apt-get install prometheus" in missing.value.next_step


def test_a_second_promtool_that_cannot_be_run_is_an_error() -> None:
    """A stopped Docker is not a disagreement."""
    write(a=GOOD)
    with pytest.raises(MissingTool) as stopped:
        linted("a.yml", second=program("sys.exit('Cannot connect to the Docker daemon')\n"))
    assert "other.py could not be run" in stopped.value.what
    assert stopped.value.why == "Cannot connect to the Docker daemon"
    assert stopped.value.exit_code == 2


@pytest.mark.parametrize("expression", ["histogram_count(h </ 4) > 5", "rate(x) > 1", "raet(x[5m]) > 1", "{nope"])
def test_promtool_decides_before_the_parser(expression: str) -> None:
    """An expression that promtool accepts is valid, and a refused one is found."""
    write(a=GOOD.replace("up == 0", expression))
    accepted = check_rules([Path("a.yml")], lint=False).passed
    said = [check for _, check in found(linted("a.yml")) if check in {"syntax", "version-feature", "promtool"}]
    assert said == ([] if accepted else ["version-feature" if "</" in expression else "syntax"])


def test_a_lint_without_files_is_an_error() -> None:
    """The folder is empty, or the path is missing."""
    Path("empty").mkdir()
    for name in ("empty", "missing.yml"):
        with pytest.raises(UsageError):
            linted(name)


def test_a_mistake_that_a_check_and_promtool_find_is_reported_once() -> None:
    """The check reports the mistake, because it knows the place."""
    write(bad=BAD)
    assert found(linted("bad.yml")) == [("bad.yml", "syntax")]


def test_a_mistake_that_only_promtool_finds_is_reported() -> None:
    """The stated server version has the function, but promtool does not know it."""
    write(a=GOOD.replace("up == 0", "sort_by_label(up == 0, `job`)"))
    finding, _ = run_lint(LintRequest((Path("a.yml"),), server_version=(9, 9))).report.findings
    assert (finding.check, finding.rule) == ("promtool", "A")
    assert "sort_by_label" in finding.message


def test_a_file_without_rules_is_a_warning() -> None:
    """The file may be intended. Other findings cover files of a configuration."""
    write(a=GOOD, none="groups: []\n")
    (finding,) = linted("a.yml", "none.yml").report.findings
    assert (finding.check, finding.severity) == ("rule-files-empty", "warning")


def test_a_mistake_in_a_configuration_is_an_error() -> None:
    """The lint reports the error as well as promtool."""
    write(a=GOOD)
    Path("prometheus.yml").write_text("global: {scrape_interval: often}\nrule_files: [a.yml]\n", encoding="utf-8")
    run = linted("prometheus.yml")
    assert ("prometheus.yml", "syntax") in found(run)
    assert run.report.files == 2
    assert run.report.texts["prometheus.yml"].startswith("global")


def test_a_file_that_one_of_two_promtools_refuses_is_found() -> None:
    """One real program refuses a file, and another accepts a file that promtool refuses."""
    write(good=GOOD, bad=BAD)
    first = linted("good.yml", second=program(REFUSING))
    (finding,) = first.report.findings
    assert finding.check == "promtool-disagree"
    assert "not for me" in finding.message
    assert ("bad.yml", "promtool-disagree") in found(linted("bad.yml", second=program(ACCEPTING)))


def test_two_commands_of_one_promtool_agree() -> None:
    """No finding is reported."""
    write(good=GOOD)
    run = linted("good.yml", second=program("sys.exit(subprocess.run(['promtool', *args]).returncode)\n"))
    assert found(run) == []
    assert len(run.tools) == 2
    assert len(set(run.tools.values())) == 1


def test_another_version_is_a_finding_unless_it_is_allowed() -> None:
    """The result names both versions."""
    write(good=GOOD)
    newer = (
        "out = subprocess.run(['promtool', *args], capture_output=True, text=True)\n"
        "print((out.stdout + out.stderr).replace('tool, version ', 'tool, version 9'))\nsys.exit(out.returncode)\n"
    )
    second = program(newer)
    assert found(linted("good.yml", second=second)) == [("good.yml", "promtool-disagree")]
    run = linted("good.yml", second=AskedPromtool(second.command, any_version=True))
    assert found(run) == []
    at_hand = version_number()
    assert sorted(run.tools.values()) == sorted((at_hand, f"9{at_hand}"))


def test_a_silenced_finding_is_counted() -> None:
    """A pragma with a reason silences its finding."""
    rule = "  - record: up\n    expr: up * 0 + 1\n"
    write(a=f"groups:\n- name: g\n  rules:\n{rule}")
    assert found(linted("a.yml"))
    names = ",".join(dict.fromkeys(check for _, check in found(linted("a.yml"))))
    write(a=f"groups:\n- name: g\n  rules:\n  # gonogo: disable={names} a test of pragmas\n{rule}")
    run = linted("a.yml")
    assert (found(run), run.report.silenced > 0) == ([], True)


def test_informants_extend_the_estate_one_after_another() -> None:
    """The second informant gets the estate of the first."""
    write(good=GOOD)
    seen: list[tuple[int, int]] = []

    def informant(estate: Estate) -> tuple[Estate, tuple[str, ...]]:
        seen.append(estate.version)
        return estate.having(version=(3, 9)), ("a note",)

    informants: Iterable[object] = (informant, informant)
    run = run_lint(LintRequest((Path("good.yml"),)), informants=informants)  # type: ignore[arg-type]
    assert run.notes == ("a note", "a note")
    assert seen == [release(version_number()), (3, 9)]


def test_a_stated_server_version_counts_for_the_checks() -> None:
    """An older server lacks features that promtool accepts."""
    write(a=GOOD.replace("for: 5m", "for: 5m, keep_firing_for: 5m"))
    assert found(linted("a.yml")) == []
    (finding,) = run_lint(LintRequest((Path("a.yml"),), server_version=(2, 41))).report.findings
    assert finding.check == "version-feature"


def test_checks_that_need_a_policy_and_tests_find_mistakes(folder: Path) -> None:
    """The rule has no test, or the rule files are missing."""
    policy_file = policy_folder(folder / "p")
    run = run_lint(LintRequest(policy_file=policy_file))
    assert [path for path, check in found(run) if check == "untested-rule"] == ["p/rules/duri.yml"]
    missing = run_lint(LintRequest(policy_file=policy_folder(folder / "q", rules=None)))
    assert [check for _, check in found(missing)] == ["rule-files-empty"]
