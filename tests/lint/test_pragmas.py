"""A comment silences exactly what it says, or it is an error."""

from __future__ import annotations

import pytest

from gonogo.errors import Position
from gonogo.lint.finding import Finding, Severity, Span
from gonogo.lint.pragmas import PRAGMA, pragmas, silenced
from gonogo.lint.sources import source_file

KNOWN = ("no-comparison", "counter-raw", PRAGMA)


def fault(text: str) -> list[str]:
    """Give what is wrong with each pragma of a file."""
    return [pragma.fault for pragma in pragmas(source_file(text, "f"), KNOWN)]


def about(text: str) -> list[list[str]]:
    """Name the rules that each pragma of a file is for, and require that all work."""
    found = pragmas(source_file(text, "f"), KNOWN)
    assert all(not pragma.fault for pragma in found)
    return [[block.rule.name for block in pragma.about] for pragma in found]


def finding(line: int, rule: str = "", check: str = "no-comparison", path: str = "f") -> Finding:
    """Make a finding."""
    return Finding(check, Severity.WARNING, Span(Position(path, line, 1)), "m", rule)


RULES = """\
groups:
- name: g
  rules:
  - alert: A
    expr: a
  - alert: B
    expr: b
"""


IN_ONE_LINE = """\
groups: [{name: g, rules: [{alert: A, expr: a}, {alert: B, expr: b}]}] # gonogo: disable=counter-raw why
"""
IN_BRACES = """\
groups:
- name: g
  rules: [
    {alert: A, expr: a},
    # gonogo: disable=counter-raw why
    {alert: B,
     expr: b}
  ]
"""
RESOURCE = """\
kind: PrometheusRule
spec:
  groups:
  - name: g
    rules:
    #gonogo:disable = no-comparison , counter-raw: why
    - alert: A
      expr: a
"""


@pytest.mark.parametrize(
    ("comment", "says"),
    [
        ("# gonogo: disable=no-comparison", "gives no reason"),
        ("# gonogo: disable=no-comparison -- .", "gives no reason"),
        ("# gonogo: disable=nocomparison why", "there is no check 'nocomparison'"),
        ("# gonogo: disable=no-comparison,nope why", "there is no check 'nope'"),
        ("# gonogo: disable=pragma why", "cannot be silenced"),
        ("# gonogo: disable-file=no-comparison why", "above its first group"),
        ("# gonogo: disabled=no-comparison why", "write '# gonogo: disable=CHECK reason'"),
        ("# gonogo: no-comparison why", "write '# gonogo: disable=CHECK reason'"),
        ("# gonogo disable=no-comparison why", "write '# gonogo: disable=CHECK reason'"),
        ("# Gonogo: disable=no-comparison why", "write '# gonogo: disable=CHECK reason'"),
        ("# see, gonogo: disable=no-comparison why", "and nothing before it"),
        ("# gonogo: disable=", "write '# gonogo: disable=CHECK reason'"),
    ],
)
def test_a_pragma_that_does_not_work(comment: str, says: str) -> None:
    """It silences nothing, and is an error with the rule that it was meant for."""
    file = source_file(RULES.replace("  - alert: A", f"  {comment}\n  - alert: A"), "f")
    found = finding(5, "A")
    kept, extra, count = silenced([found], [file], KNOWN)
    assert (kept, count) == ((found,), 0)
    (fault,) = extra
    assert (fault.check, fault.severity, fault.rule) == (PRAGMA, Severity.ERROR, "" if "-file" in comment else "A")
    assert fault.where == Span(Position("f", 4, 3), len(comment))
    assert fault.message.startswith("this silences nothing: ")
    assert says in fault.message


@pytest.mark.parametrize(
    "text",
    [
        RULES.replace("groups:", "groups: # gonogo: disable=no-comparison why"),
        RULES.replace("groups:", "# gonogo: disable=no-comparison why\ngroups:"),
        RULES.replace("  rules:", "  # gonogo: disable=no-comparison why\n  rules:"),
        RULES.replace("  rules:", "  rules: # gonogo: disable=no-comparison why"),
        RULES + "  # gonogo: disable=no-comparison why\n",
        RULES + "  # gonogo: disable=no-comparison why\n- name: h\n  rules: []\n",
        "# gonogo: disable=no-comparison why\n",
    ],
)
def test_about_no_rule(text: str) -> None:
    """A pragma above a group, behind the last rule or in a file without rules is for nothing."""
    assert ["no rule is here" in one for one in fault(text)] == [True]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (RULES.replace("alert: A", "alert: A # gonogo: disable=no-comparison why"), ["A"]),
        (RULES.replace("expr: a", "expr: a # gonogo: disable=no-comparison why"), ["A"]),
        (RULES.replace("expr: a", "expr: |  # gonogo: disable=no-comparison why\n      a\n"), ["A"]),
        (RULES.replace("expr: a", "expr: |\n      # gonogo: disable=no-comparison why\n      a"), ["A"]),
        (RULES.replace("expr: a", "expr: |\n      a # gonogo: disable=no-comparison why"), ["A"]),
        (RULES.replace("    expr: a", "    # gonogo: disable=no-comparison why\n    expr: a"), ["A"]),
        (RULES.replace("    expr: a", "# gonogo: disable=no-comparison why\n    expr: a"), ["A"]),
        (RULES.replace("  - alert: A", "  # gonogo: disable=no-comparison why\n\n  - alert: A"), ["A"]),
        (RULES.replace("  - alert: A", "# gonogo: disable=no-comparison why\n  # more\n  - alert: A"), ["A"]),
        (RULES.replace("  - alert: A", "      # gonogo: disable=no-comparison why\n  - alert: A"), ["A"]),
        (RULES.replace("  - alert: A", "  - # gonogo: disable=no-comparison why\n    alert: A"), ["A"]),
        (RULES.replace("  - alert: B", "  # gonogo: disable=no-comparison why\n  - alert: B"), ["B"]),
        (RULES.replace("  - alert: B", "    # gonogo: disable=no-comparison why\n  - alert: B"), ["A"]),
        (RULES + "    # gonogo: disable=no-comparison why\n", ["B"]),
        (IN_ONE_LINE, ["A", "B"]),
        (IN_BRACES, ["B"]),
        (RESOURCE, ["A"]),
    ],
)
def test_about_a_rule(text: str, rules: list[str]) -> None:
    """On a rule's lines, in its block, in its expression, or right above it."""
    assert about(text) == [rules]


@pytest.mark.parametrize(
    "text",
    [
        RULES.replace("expr: a", "expr: 'a{b=\"# gonogo: disable=x\"}'"),
        RULES.replace("expr: a", "expr: a\n    annotations:\n      d: |\n        # gonogo: disable=x"),
        RULES.replace("- name: g", "- name: g # for gonogo, see elsewhere"),
        RULES,
    ],
)
def test_what_is_no_pragma(text: str) -> None:
    """Strings, blocks of text, and comments that only speak of us."""
    assert fault(text) == []


@pytest.mark.parametrize("place", ["", "---\n", "# Rules\n\n"])
def test_a_pragma_for_the_file(place: str) -> None:
    """Above the first group it silences its checks for every rule, and for the file itself."""
    file = source_file(f"{place}# gonogo: disable-file=no-comparison,counter-raw generated\n{RULES}", "f")
    other = finding(1, check="syntax")
    elsewhere = finding(1, path="g")
    found = [finding(7, "A"), finding(8, "B", "counter-raw"), finding(1), other, elsewhere]
    assert silenced(found, [file], KNOWN) == ((other, elsewhere), (), 3)


def test_a_file_without_rules_is_all_head() -> None:
    """There is no first group to stand behind."""
    file = source_file("groups: []\n# gonogo: disable-file=no-comparison empty for now\n", "f")
    assert silenced([finding(1)], [file], KNOWN) == ((), (), 1)


def test_findings_of_a_rule() -> None:
    """By its name wherever they point; by its lines where another rule has the name, or they name none."""
    pragma = "# gonogo: disable=no-comparison why"
    text = RULES.replace("expr: a", f"expr: a {pragma}")
    inside, outside, nameless, other = finding(5, "A"), finding(1, "A"), finding(4), finding(5, "B")
    assert silenced([inside, outside, nameless, other], [source_file(text, "f")], KNOWN) == ((other,), (), 3)
    twice = source_file(text.replace("alert: B", "alert: A"), "f")
    assert silenced([inside, outside, finding(7, "A")], [twice], KNOWN) == ((outside, finding(7, "A")), (), 1)


def test_faults_are_told_once() -> None:
    """What the check of pragmas has found already is not repeated."""
    file = source_file(RULES + "# gonogo: disable=nope why\n", "f")
    _, extra, _ = silenced([], [file], KNOWN)
    assert len(extra) == 1
    assert silenced(extra, [file], KNOWN) == (extra, (), 0)
