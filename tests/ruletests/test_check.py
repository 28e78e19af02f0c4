"""Runs of test files: promtool's verdict, gonogo's findings, and the cache."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from gonogo.model.replacing import replace
from gonogo.programs.promtool import installed_promtool
from gonogo.programs.promtool_units import UnitBounds
from gonogo.ruletests.cache import UnitCache, default_folder
from gonogo.ruletests.check import UnitOptions, report_on
from gonogo.ruletests.find import RulePlaces, load_test
from gonogo.ruletests.running import run_tests
from gonogo.ruletests.staging import staged
from tests.fake_promtool import fake_promtool
from tests.ruletests.unit_files import FIRING, RULES, check, write

pytestmark = pytest.mark.versions

ORDERED = """\
rule_files: [r.yml]
GIVENtests:
  - interval: 1m
    input_series: [{series: x, values: 0+1x5}]
    promql_expr_test: [{expr: read, eval_time: 3m, exp_samples: [{labels: read, value: VALUE}]}]
"""
TWO_GROUPS = """\
groups: [{name: m, rules: [{record: made, expr: x}]}, {name: r, rules: [{record: read, expr: made + 0}]}]
"""


@pytest.mark.parametrize(
    ("value", "given", "promtool", "ids"),
    [
        ("3", "", True, ["group-order"]),
        ("2", "", True, ["group-order"]),
        ("3", "group_eval_order: [m, r]\n", True, []),
        ("9", "", False, []),
    ],
)
def test_both_orders_of_groups_are_tried(
    tmp_path: Path, value: str, given: str, ids: list[str], *, promtool: bool
) -> None:
    """Groups that read each other run in both orders, and a failure in both is simply a failure."""
    text = ORDERED.replace("VALUE", value).replace("GIVEN", given)
    (report,) = check(write(tmp_path, {"r.yml": TWO_GROUPS, "a_test.yml": text}))
    assert report.promtool is promtool
    assert [one.silent_pass for one in report.findings] == ids


def test_an_order_without_effect_is_no_finding(tmp_path: Path) -> None:
    """In a steady state both orders give the same result."""
    steady = ORDERED.replace("0+1x5", "3x5").replace("VALUE", "3").replace("GIVEN", "")
    (report,) = check(write(tmp_path, {"r.yml": TWO_GROUPS, "a_test.yml": steady}))
    assert (report.outcome, report.findings) == ("PASS", ())


@pytest.mark.parametrize(("values", "ids"), [("0x2 2x9", ["pending-alert"]), ("0x20", [])])
def test_a_pending_alert_is_a_finding(tmp_path: Path, values: str, ids: list[str]) -> None:
    """The alert must really be pending."""
    rules = RULES.replace("x > 1", "x > 1, for: 5m")
    quiet = FIRING.replace("2x3", values).replace("eval_time: 1m", "eval_time: 6m").replace("[{}]", "[]")
    (report,) = check(write(tmp_path, {"r.yml": rules, "a_test.yml": quiet}))
    assert [one.silent_pass for one in report.findings] == ids


def test_a_warning_of_promtool_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A warning with SUCCESS is a failure."""
    fake_promtool(
        tmp_path / "bin",
        monkeypatch,
        'for file; do echo "Unit Testing:  $file"; echo "  WARNING: PromQL info: odd" >&2; echo "  SUCCESS"; done\n',
    )
    (report,) = check(write(tmp_path, {"r.yml": RULES, "a_test.yml": FIRING}))
    assert report.reason == "promtool-warning"
    assert report.detail.endswith("promtool warns: WARNING: PromQL info: odd")


def test_files_of_one_process_have_the_results_of_single_runs(tmp_path: Path) -> None:
    """Files of one process have the same verdicts and output as files that run alone."""
    twice = FIRING.replace("2x3", "0x3") + FIRING.partition("tests:\n")[2].replace("2x3", "'<&\"x'")
    texts = {
        "a_test.yml": FIRING,
        "b_test.yml": twice,
        "c_test.yml": FIRING.replace("r.yml", "bad.yml"),
        "d_test.yml": FIRING.replace("tests:", "group_eval_order: [a, a]\ntests:"),
        "e_test.yml": FIRING.replace("[r.yml]", "[r.yml, gone.yml]"),
    }
    paths = write(tmp_path, {"r.yml": RULES, "bad.yml": RULES.replace("x > 1", "'x >'"), **texts})
    with staged(load_test(path, RulePlaces()) for path in paths) as stages:
        together = dict(run_tests(stages, installed_promtool(), at_once=1))
        alone = [dict(run_tests((one,), installed_promtool()))[0] for one in stages]
    assert [one.passed for one in alone] == [True, False, False, False, True]
    told = [(together[place].passed, together[place].words) for place in range(len(paths))]
    assert told == [(one.passed, one.words) for one in alone]


@pytest.mark.parametrize("version", ["2.42.0", "3.5.0"])
def test_a_crash_of_promtool_affects_only_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    """The other files of the process run again, each by itself."""
    fake_promtool(
        tmp_path / "bin",
        monkeypatch,
        'for file; do echo "Unit Testing:  $file"; case $file in *b_test.yml) echo "panic: oops"; exit 2;; esac; '
        'echo "  SUCCESS"; done\n',
        version,
    )
    tests = dict.fromkeys((f"{name}_test.yml" for name in "abcdefghijklmnop"), FIRING)
    reports = check(write(tmp_path, {"r.yml": RULES, **tests}))
    assert [Path(one.path).name for one in reports if one.outcome != "PASS"] == ["b_test.yml"]
    assert reports[1].detail == "promtool ended without a verdict\nUnit Testing:  {}\npanic: oops".format(
        tmp_path / "b_test.yml"
    )


@pytest.mark.parametrize("version", ["2.42.0", "3.5.0"])
def test_a_full_memory_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """A file without room in memory runs again with the usual temporary folder."""
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=UnitBounds().room, f_frsize=1))
    fake_promtool(
        tmp_path / "bin",
        monkeypatch,
        f'for file; do echo "Unit Testing:  $file"; case "$TMPDIR" in /dev/shm/*) echo >{tmp_path}/full; '
        'echo "  FAILED:"; '
        'echo "write wal: no space left on device"; exit 1;; *) echo "  SUCCESS";; esac; done\n',
        version,
    )
    reports = check(write(tmp_path, {"r.yml": RULES, "a_test.yml": FIRING, "b_test.yml": FIRING}))
    assert [one.outcome for one in reports] == ["PASS", "PASS"]
    assert (tmp_path / "full").exists()


def test_results_come_in_the_order_of_the_files(tmp_path: Path) -> None:
    """Results are in the order of the files, and a missing file has its place among them."""
    tests = {f"{name}_test.yml": FIRING + "#" * size for name, size in (("a", 1), ("b", 900), ("c", 30))}
    paths = write(tmp_path, {"r.yml": RULES, **tests})
    reports = check([*paths, tmp_path / "gone_test.yml"])
    assert [Path(one.path).name for one in reports] == ["a_test.yml", "b_test.yml", "c_test.yml", "gone_test.yml"]
    assert [one.promtool for one in reports] == [True, True, True, None]


def test_failures_name_the_source_files(tmp_path: Path) -> None:
    """The staged files do not appear."""
    broken = {"r.yml": RULES.replace("x > 1", "'x >'"), "a_test.yml": FIRING}
    (report,) = check(write(tmp_path, broken))
    assert f"{tmp_path}/r.yml: " in report.detail
    assert "gonogo-unit-" not in report.detail


def test_a_mistake_in_a_rule_file_is_reported_once(tmp_path: Path) -> None:
    """A mistake in a rule file is reported once, and not for each test that loads the file."""
    broken = {"r.yml": RULES.replace("x > 1", "'x >'"), "a_test.yml": FIRING + FIRING.partition("tests:\n")[2]}
    (report,) = check(write(tmp_path, broken))
    assert report.detail.count("could not parse expression") == 1


@pytest.mark.parametrize("name", ["a_test.yml", "r.yml"])
def test_an_unreadable_file_is_reported(tmp_path: Path, name: str) -> None:
    """No text, a folder, a pipe without a writer, a link to nothing and an endless file are each reported."""
    paths = write(tmp_path, {"r.yml": RULES, "a_test.yml": FIRING})
    (tmp_path / name).write_bytes(b"\xff")
    (report,) = check(paths)
    assert (report.outcome, report.reason, report.promtool) == ("FAIL", "unreadable", None)
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    assert "it cannot be read: Is a directory" in check(paths)[0].detail
    (tmp_path / name).rmdir()
    os.mkfifo(tmp_path / name)
    assert "no regular file" in check(paths)[0].detail
    (tmp_path / name).unlink()
    (tmp_path / name).symlink_to("/dev/zero")
    assert "no regular file" in check(paths)[0].detail
    (tmp_path / name).unlink()
    (tmp_path / name).symlink_to("nowhere")
    assert "No such file or directory" in check(paths)[0].detail


def test_an_ambiguous_base_name_is_a_failure(tmp_path: Path) -> None:
    """Two different files need more of the path in the entry, and two equal files do not."""
    deeper = FIRING.replace("r.yml", "one/r.yml")
    files = {"t/a_test.yml": FIRING, "t/b_test.yml": deeper, "x/one/r.yml": RULES, "x/two/r.yml": f"{RULES}# other\n"}
    paths = write(tmp_path, files)
    first, second = check(paths, tmp_path / "x")
    assert "r.yml can mean" in first.detail
    assert "write more of the path" in first.detail
    assert second.outcome == "PASS"
    (tmp_path / "x" / "two" / "r.yml").write_text(RULES, encoding="utf-8")
    assert [one.outcome for one in check(paths, tmp_path / "x")] == ["PASS", "PASS"]


def test_the_rule_file_beside_the_test_counts(tmp_path: Path) -> None:
    """The file beside the test counts, even if other files have its name."""
    files = {"one/a_test.yml": FIRING, "one/r.yml": RULES, "two/r.yml": f"{RULES}# other\n"}
    (report,) = check(write(tmp_path, files), tmp_path)
    assert report.outcome == "PASS"


def test_the_progress_is_reported(tmp_path: Path) -> None:
    """The progress goes from the cached files to the last file."""
    heard: list[tuple[int, int]] = []
    paths = write(tmp_path, {"r.yml": RULES, "a_test.yml": FIRING, "b_test.yml": FIRING})
    options = UnitOptions(progress=lambda report: heard.append((report.done, report.of)))
    report_on(paths, RulePlaces(), installed_promtool(), options)
    assert heard == [(0, 2), (1, 2), (2, 2)]


class TestCache:
    """Tests for the passes of earlier runs."""

    def test_an_unchanged_pass_is_not_run_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """An unchanged pass does not run again: promtool would fail now."""
        paths = write(tmp_path, {"r.yml": RULES, "a_test.yml": FIRING})
        assert not check(paths, cache=tmp_path / "kept")[0].cached
        fake_promtool(tmp_path / "bin", monkeypatch, "exit 1\n", installed_promtool().version)
        (report,) = check(paths, cache=tmp_path / "kept")
        assert (report.cached, report.outcome) == (True, "PASS")

    @pytest.mark.parametrize("name", ["r.yml", "a_test.yml"])
    def test_a_changed_file_is_run_again(self, tmp_path: Path, name: str) -> None:
        """A change of the test or of the rules makes the file run again."""
        paths = write(tmp_path, {"r.yml": RULES, "a_test.yml": FIRING})
        check(paths, cache=tmp_path / "kept")
        changed = (tmp_path / name).read_text(encoding="utf-8") + "# changed\n"
        (tmp_path / name).write_text(changed, encoding="utf-8")
        assert not check(paths, cache=tmp_path / "kept")[0].cached

    def test_a_failure_is_not_cached(self, tmp_path: Path) -> None:
        """A pass with a finding is not cached either."""
        failing, silent = FIRING.replace("2x3", "0x3"), f"{FIRING}  - interval: 1m\n"
        paths = write(tmp_path, {"r.yml": RULES, "a_test.yml": failing, "b_test.yml": silent})
        for _ in range(2):
            reports = check(paths, cache=tmp_path / "kept")
            assert [(one.outcome, one.cached) for one in reports] == [("FAIL", False), ("FAIL", False)]

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"schema": 1}', b"\xff"])
    def test_a_damaged_entry_of_the_cache_is_ignored(self, tmp_path: Path, content: bytes) -> None:
        """The file runs again, and the entry is written anew."""
        paths = write(tmp_path, {"r.yml": RULES, "a_test.yml": FIRING})
        check(paths, cache=tmp_path / "kept")
        (entry,) = (tmp_path / "kept" / "unit").iterdir()
        entry.write_bytes(content)
        assert [check(paths, cache=tmp_path / "kept")[0].cached for _ in range(2)] == [False, True]

    def test_an_entry_under_another_key_is_ignored(self, tmp_path: Path) -> None:
        """A copied entry proves nothing."""
        paths = write(tmp_path, {"r.yml": RULES, "a_test.yml": FIRING})
        check(paths, cache=tmp_path / "kept")
        (entry,) = (tmp_path / "kept" / "unit").iterdir()
        text = entry.read_text(encoding="utf-8")
        entry.write_text(text.replace(entry.name, "0" * 64), encoding="utf-8")
        assert not check(paths, cache=tmp_path / "kept")[0].cached

    def test_a_cache_that_cannot_be_written_is_left_out(self, tmp_path: Path) -> None:
        """A file is in the place of the folder. The run goes on, and no pass is kept."""
        paths = write(tmp_path, {"r.yml": RULES, "a_test.yml": FIRING, "kept": ""})
        assert [check(paths, cache=tmp_path / "kept")[0].outcome for _ in range(2)] == ["PASS", "PASS"]

    def test_each_version_of_promtool_has_its_own_entries(self, tmp_path: Path) -> None:
        """Another promtool has other entries."""
        paths = write(tmp_path, {"r.yml": RULES, "a_test.yml": FIRING})
        for tool, cached in (("2.42.0", False), ("2.42.0", True), ("3.0.0", False)):
            promtool = replace(installed_promtool(), version=tool)
            (report,) = report_on(paths, RulePlaces(), promtool, UnitOptions(tmp_path / "kept")).files
            assert report.cached is cached

    def test_an_unused_entry_is_removed_after_a_month(self, tmp_path: Path) -> None:
        """An entry that was not used for a month is removed."""
        paths = write(tmp_path, {"r.yml": RULES, "a_test.yml": FIRING})
        check(paths, cache=tmp_path / "kept")
        (entry,) = (tmp_path / "kept" / "unit").iterdir()
        kept = UnitCache(tmp_path / "kept", "2.42.0")
        kept.tidy()
        assert entry.exists()
        os.utime(entry, (0, 0))
        kept.tidy()
        assert not entry.exists()
        UnitCache(None, "").tidy()

    def test_the_cache_is_in_the_cache_folder_of_the_user(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The folder follows the rules of the desktop. Without a home folder there is no cache."""
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        assert default_folder() == tmp_path / "gonogo"
        monkeypatch.setenv("XDG_CACHE_HOME", "relative")
        monkeypatch.setenv("HOME", str(tmp_path))
        assert default_folder() == tmp_path / ".cache" / "gonogo"

        def homeless() -> Path:
            raise RuntimeError("no home")

        monkeypatch.setattr(Path, "home", homeless)
        assert default_folder() is None
