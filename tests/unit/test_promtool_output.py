"""What promtool writes, file by file."""

from __future__ import annotations

from gonogo.unit.promtool_output import Verdict, verdicts

OUTPUT = """\
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


def test_each_file_has_its_own_words() -> None:
    """Blank lines and the verdicts themselves left out."""
    assert verdicts(OUTPUT, ["a.yml", "b.yml", "c.yml"]) == (
        Verdict(True, ""),
        Verdict(False, '    expr: "x", time: 1m,\n        got: nil'),
        Verdict(True, "  WARNING: odd"),
    )


def test_where_promtool_broke_off_there_is_no_verdict() -> None:
    """Neither for the file it was at nor for those after it."""
    assert verdicts("Unit Testing:  a.yml\npanic: oops\n", ["a.yml", "b.yml"]) == (
        Verdict(None, "panic: oops"),
        Verdict(None, ""),
    )
    assert verdicts("", ["a.yml"]) == (Verdict(None, ""),)
