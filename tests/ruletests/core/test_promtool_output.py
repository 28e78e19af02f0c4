"""The output of promtool, file by file."""

from __future__ import annotations

import pytest

from gonogo.ruletests.core.promtool_output import NO_VERDICT, PromtoolVerdict, verdicts

LINES = """\
Unit Testing:  a.yml
  SUCCESS

Unit Testing:  b.yml
  FAILED:
    expr: "x", time: 1m,

        got: nil

Unit Testing:  c.yml
  WARNING: odd
  SUCCESS

"""
FAILURE = "<failure>    expr: &#34;x&#34;, time: 1m,&#xA;&#xA;        got: nil</failure>"
SUITES = (
    '<testsuite name="a.yml" tests="1" failures="0" errors="0"><testcase name="unnamed#0"></testcase></testsuite>',
    f'<testsuite name="b.yml" tests="1" failures="1" errors="0"><testcase name="n">{FAILURE}</testcase></testsuite>',
    '<testsuite name="c.yml" tests="0" failures="0" errors="0"></testsuite>',
)
FAILED_B = PromtoolVerdict(False, '    expr: "x", time: 1m,\n        got: nil')
BLOCKS = ("  SUCCESS\n\n", '  FAILED:\n    expr: "x", time: 1m,\n\n        got: nil\n\n\n', "  SUCCESS\n\n")
PRINTED = "".join(BLOCKS)
FILES = ("a.yml", "b.yml", "c.yml")


def in_lines(output: str, *paths: str, exit_0: bool = False) -> tuple[PromtoolVerdict, ...]:
    """Read the output of a promtool without JUnit."""
    return verdicts(output, paths, exit_0=exit_0, junit=False)


def in_junit(output: str, *paths: str, exit_0: bool = False) -> tuple[PromtoolVerdict, ...]:
    """Read the output of a promtool that was asked for JUnit."""
    return verdicts(output, paths, exit_0=exit_0, junit=True)


def report(*suites: str) -> str:
    """Write JUnit XML."""
    return f"<testsuites>{''.join(suites)}</testsuites>"


class TestLines:
    """Tests for promtool up to 2.54, where a line names each file."""

    def test_files_after_an_abort_have_no_verdict(self) -> None:
        """The file at which promtool aborted has no verdict either."""
        assert in_lines("Unit Testing:  a.yml\npanic: oops\n", "a.yml", "b.yml") == (
            PromtoolVerdict(None, "panic: oops"),
            NO_VERDICT,
        )
        assert in_lines("", "a.yml", "b.yml") == (NO_VERDICT, NO_VERDICT)

    def test_each_file_has_its_own_output(self) -> None:
        """Blank lines and the verdicts themselves are left out."""
        assert in_lines(LINES, *FILES) == (PromtoolVerdict(True), FAILED_B, PromtoolVerdict(True, "  WARNING: odd"))


class TestJUnit:
    """Tests for promtool 2.55 and later, where an XML element names each file."""

    @pytest.mark.parametrize(
        "output",
        [
            "",
            "unknown long flag '--junit'",
            PRINTED,
            PRINTED + report(*SUITES)[:-9],
            PRINTED + report(*SUITES).replace("a.yml", "./a.yml").replace("c.yml", "a.yml."),
            PRINTED + report(SUITES[0], *SUITES, SUITES[2]),
            report(SUITES[0].replace(' errors="0"', ""), SUITES[1], SUITES[2].replace('failures="0"', 'failures="1"')),
        ],
    )
    def test_a_file_that_is_not_named_once_with_its_counts_has_no_verdict(self, output: str) -> None:
        """A report that is missing, cut off, or has wrong names or counts gives no verdict."""
        first, _, last = in_junit(output, *FILES)
        assert (first, last) == (NO_VERDICT, NO_VERDICT)

    def test_passes_with_another_exit_code_are_no_verdict(self) -> None:
        """If all files pass and the exit code is not 0, no file has a verdict, in both forms."""
        lines = "Unit Testing:  a.yml\n  SUCCESS\nUnit Testing:  c.yml\n  SUCCESS\n"
        for read, output in ((in_lines, lines), (in_junit, report(SUITES[0], SUITES[2]))):
            assert read(output, "a.yml", "c.yml") == (NO_VERDICT, NO_VERDICT)
            assert read(output, "a.yml", "c.yml", exit_0=True) == (PromtoolVerdict(True), PromtoolVerdict(True))

    @pytest.mark.parametrize("progress", ["", "Processing test file: "])
    def test_each_file_has_its_own_output(self, progress: str) -> None:
        """Lines of progress (promtool 3.16 and later) make no difference."""
        lines = (f"{progress}{path}\n" for path in FILES) if progress else ("", "", "")
        printed = "".join(map("".join, zip(lines, BLOCKS, strict=True)))
        assert in_junit(printed + report(*SUITES), *FILES) == (PromtoolVerdict(True), FAILED_B, PromtoolVerdict(True))

    def test_an_aborted_file_has_failed(self) -> None:
        """A file that is not YAML has failed."""
        aborted = '<testsuite name="b.yml" tests="1" failures="0" errors="1"><testcase name="unknown"><error>no</error>'
        output = report(SUITES[0], f"{aborted}</testcase></testsuite>")
        assert in_junit(output, "a.yml", "b.yml") == (PromtoolVerdict(True), PromtoolVerdict(False, "no"))

    def test_unassigned_output_makes_passes_void(self) -> None:
        """The XML has no warnings, so each file then runs by itself."""
        warned = "  WARNING: odd\n" + PRINTED + report(*SUITES)
        assert in_junit(warned, *FILES) == (NO_VERDICT, FAILED_B, NO_VERDICT)
        unmatched = "  WARNING: no file match pattern /tmp/x/no-such-file\n" + PRINTED + report(*SUITES)
        assert in_junit(unmatched, *FILES) == (PromtoolVerdict(True), FAILED_B, PromtoolVerdict(True))

    def test_the_report_is_the_last_one(self) -> None:
        """A failed assertion may print a report that a rule made up, so the last report counts."""
        made_up = FAILURE.replace("nil", "&lt;testsuites&gt;")
        output = PRINTED.replace("nil", "<testsuites>") + report(SUITES[0], SUITES[1].replace(FAILURE, made_up))
        assert in_junit(output, "a.yml", "b.yml")[0] == PromtoolVerdict(True)


class TestAlone:
    """Tests for a process with one file, which needs neither form."""

    @pytest.mark.parametrize(
        ("output", "exit_0", "verdict"),
        [
            ("usage: promtool\n", True, PromtoolVerdict(None, "usage: promtool")),
            ("panic: oops\n", False, PromtoolVerdict(None, "panic: oops")),
            ("  SUCCESS\n", False, NO_VERDICT),
            ("  FAILED:\nwhy\n", True, PromtoolVerdict(None, "why")),
            ("  FAILED:\nwhy\n  SUCCESS\n", True, PromtoolVerdict(None, "why")),
            ("Unit Testing:  a.yml\n  FAILED:\nwhy\n", False, PromtoolVerdict(False, "why")),
            ("Processing test file: a.yml\n  FAILED:\nwhy\n", False, PromtoolVerdict(False, "why")),
            ("  SUCCESS\n\n", True, PromtoolVerdict(True)),
            ("Processing test file: a.yml\n  SUCCESS\n", True, PromtoolVerdict(True)),
            (
                "Unit Testing:  a.yml\n  WARNING: odd: a.yml\n  SUCCESS\n",
                True,
                PromtoolVerdict(True, "  WARNING: odd: a.yml"),
            ),
        ],
    )
    @pytest.mark.parametrize("junit", [True, False])
    def test_exit_code_and_output_must_agree(
        self, output: str, verdict: PromtoolVerdict, *, exit_0: bool, junit: bool
    ) -> None:
        """The exit code and the output must agree, in every version."""
        assert verdicts(output, ["a.yml"], exit_0=exit_0, junit=junit) == (verdict,)
