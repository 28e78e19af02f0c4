"""Tests of pragmas: a comment silences exactly its checks, or it is an error."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import pytest

from gonogo.errors import Position
from gonogo.formats.sources import SourceFile, source_file
from gonogo.lint.core.pragmas import NEVER_SILENT, PRAGMA, pragmas, silenced
from gonogo.model.finding import Finding, Severity, Span

KNOWN = ("no-comparison", "counter-raw", PRAGMA)


def fault(text: str) -> list[str]:
    """Return the mistake of each pragma in a file."""
    return [pragma.fault for pragma in pragmas(source_file(text, "f"), KNOWN)]


def about(text: str) -> list[list[str]]:
    """Return the rules that each pragma of a file is for, and require that all pragmas work."""
    found = pragmas(source_file(text, "f"), KNOWN)
    assert all(not pragma.fault for pragma in found)
    return [[block.rule for block in pragma.about] for pragma in found]


def applied(
    found: Iterable[Finding],
    files: Iterable[SourceFile],
    known: Collection[str] = KNOWN,
    texts: Mapping[str, str] | None = None,
    unable: Collection[str] = (),
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], int]:
    """Apply pragmas, and return the kept findings, the notices, and the number of silenced findings."""
    done = silenced(found, files, known, texts, unable)
    return done.kept, done.notices, done.count


def finding(line: int, rule: str = "", check: str = "no-comparison", path: str = "f") -> Finding:
    """Return a finding."""
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
        ("# gonogo: disable=no-comparison", "the reason is missing"),
        ("# gonogo: disable=no-comparison -- .", "the reason is missing"),
        ("# gonogo: disable=nocomparison why", "there is no check 'nocomparison'"),
        ("# gonogo: disable=no-comparison,nope why", "there is no check 'nope'"),
        ("# gonogo: disable=pragma why", "cannot be silenced"),
        ("# gonogo: disable-file=no-comparison why", "above the first group"),
        ("# gonogo: disabled=no-comparison why", "write '# gonogo: disable=CHECK reason'"),
        ("# gonogo: no-comparison why", "write '# gonogo: disable=CHECK reason'"),
        ("# gonogo disable=no-comparison why", "write '# gonogo: disable=CHECK reason'"),
        ("# Gonogo: disable=no-comparison why", "write '# gonogo: disable=CHECK reason'"),
        ("# see, gonogo: disable=no-comparison why", "with no text before it"),
        ("# gonogo: disable=", "write '# gonogo: disable=CHECK reason'"),
    ],
)
def test_a_faulty_pragma_is_an_error_and_silences_nothing(comment: str, says: str) -> None:
    """The error has the name of the pragma's rule."""
    file = source_file(RULES.replace("  - alert: A", f"  {comment}\n  - alert: A"), "f")
    found = finding(5, "A")
    kept, extra, count = applied([found], [file], KNOWN)
    assert (kept, count) == ((found,), 0)
    (fault,) = extra
    assert (fault.check, fault.severity, fault.rule) == (PRAGMA, Severity.ERROR, "" if "-file" in comment else "A")
    assert fault.where == Span(Position("f", 4, 3), len(comment))
    assert fault.message.startswith("this pragma silences nothing: ")
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
def test_a_pragma_without_a_rule_at_its_place_is_faulty(text: str) -> None:
    """A pragma above a group, after the last rule, or in a file without rules is about no rule."""
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
def test_a_pragma_is_about_the_rule_at_its_place(text: str, rules: list[str]) -> None:
    """The pragma is on the rule's lines, in its block, in its expression, or right above it."""
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
def test_texts_and_other_comments_are_not_pragmas(text: str) -> None:
    """Strings, block texts, and comments that only mention gonogo are not pragmas."""
    assert fault(text) == []


@pytest.mark.parametrize("place", ["", "---\n", "# Rules\n\n"])
def test_a_pragma_above_the_first_group_is_for_the_file(place: str) -> None:
    """The pragma silences its checks for every rule and for the file."""
    file = source_file(f"{place}# gonogo: disable-file=no-comparison,counter-raw generated\n{RULES}", "f")
    other = finding(1, check="syntax")
    elsewhere = finding(1, path="g")
    found = [finding(7, "A"), finding(8, "B", "counter-raw"), finding(1), other, elsewhere]
    assert applied(found, [file], KNOWN) == ((other, elsewhere), (), 3)


def test_a_pragma_anywhere_in_a_file_without_rules_is_for_the_file() -> None:
    """In a file without rules every place is above the first group."""
    file = source_file("groups: []\n# gonogo: disable-file=no-comparison empty for now\n", "f")
    assert applied([finding(1)], [file], KNOWN) == ((), (), 1)


def test_a_finding_belongs_to_a_rule_by_name_or_line() -> None:
    """A finding belongs to a rule by its unique name, else by its lines."""
    pragma = "# gonogo: disable=no-comparison why"
    text = RULES.replace("expr: a", f"expr: a {pragma}")
    inside, outside, nameless, other = finding(5, "A"), finding(1, "A"), finding(4), finding(5, "B")
    assert applied([inside, outside, nameless, other], [source_file(text, "f")], KNOWN) == ((other,), (), 3)
    twice = source_file(text.replace("alert: B", "alert: A"), "f")
    assert applied([inside, outside, finding(7, "A")], [twice], KNOWN) == ((outside, finding(7, "A")), (), 1)


def test_a_faulty_pragma_is_reported_once() -> None:
    """A fault that the check ``pragma`` has found is not repeated."""
    file = source_file(RULES + "# gonogo: disable=nope why\n", "f")
    _, extra, _ = applied([], [file], KNOWN)
    assert len(extra) == 1
    assert applied(extra, [file], KNOWN) == (extra, (), 0)


@pytest.mark.parametrize("check", NEVER_SILENT)
def test_some_checks_can_never_be_silenced(check: str) -> None:
    """A pragma for a rule or for a file is faulty if it names such a check, also next to another check."""
    found = [finding(1, check=check), finding(5, "A", check)]
    for comment in (f"# gonogo: disable-file={check},no-comparison legacy\n", f"# gonogo: disable={check} legacy\n"):
        text = comment + RULES if "-file" in comment else RULES.replace("  - alert: A", f"  {comment}  - alert: A")
        kept, told, count = applied(found, [source_file(text, "f")], (*KNOWN, check))
        assert (kept, count) == (tuple(found), 0)
        (fault,) = told
        assert fault.severity is Severity.ERROR
        assert f"{check!r} cannot be silenced: {NEVER_SILENT[check]}" in fault.message


def test_an_idle_check_of_a_pragma_is_a_note() -> None:
    """Each idle check of a pragma is a note once, for a rule and for a file."""
    text = RULES.replace("expr: a", "expr: a # gonogo: disable=no-comparison,counter-raw,counter-raw why")
    kept, told, count = applied([finding(5, "A")], [source_file(text, "f")])
    assert (kept, count) == ((), 1)
    (idle,) = told
    assert (idle.check, idle.severity, idle.rule, idle.where.start.line) == (PRAGMA, Severity.INFO, "A", 5)
    assert "counter-raw finds nothing here" in idle.message
    _, told, _ = applied([], [source_file(f"# gonogo: disable-file=counter-raw why\n{RULES}", "f")])
    assert [one.rule for one in told] == [""]


def test_a_pragma_whose_check_could_not_run_is_not_idle() -> None:
    """A check without its facts, or an unreadable file, makes no pragma idle."""
    file = source_file(f"# gonogo: disable-file=counter-raw why\n{RULES}", "f")
    assert applied([], [file], unable=["counter-raw"]) == ((), (), 0)
    broken = Finding("syntax", Severity.ERROR, Span(Position("f", 9, 1)), "m")
    assert applied([broken], [file]) == ((broken,), (), 0)
    _, told, _ = applied([finding(9, check="syntax")], [file])
    assert len(told) == 1


CONFIGURATION = """\
global: {scrape_interval: 10m}  # gonogo: disable=no-comparison here
scrape_configs:
  # gonogo: disable=no-comparison a whole item
  - job_name: a
    scrape_interval: 10m
  - job_name: b
    # gonogo: disable=no-comparison one line
    scrape_interval: 10m
"""


def test_a_pragma_in_a_configuration_is_for_the_setting_at_its_place() -> None:
    """The pragma is for its line, the line below, or the list item that begins there."""
    found = [finding(line, path="p.yml") for line in (1, 4, 5, 6, 8)]
    kept, told, count = applied(found, [], texts={"p.yml": CONFIGURATION, "q.yml": "a: 1\n"})
    assert (kept, told, count) == ((found[3],), (), 4)


def test_a_pragma_for_a_whole_configuration_is_above_its_first_key() -> None:
    """A pragma for the whole configuration stands above its first key."""
    head = "# gonogo: disable-file=no-comparison generated\n"
    found = [finding(line, path="p.yml") for line in (2, 9)]
    assert applied(found, [], texts={"p.yml": head + CONFIGURATION})[0] == ()
    kept, told, _ = applied(found, [], texts={"p.yml": f"a: 1\n{head}b: 1\n"})
    assert kept == tuple(found)
    assert [one.message.rpartition(": ")[2] for one in told] == [
        "a pragma for the whole file belongs above the first key"
    ]
    assert applied([], [], texts={"p.yml": head})[1][0].severity is Severity.INFO


def test_a_misplaced_or_idle_pragma_in_a_configuration_is_reported() -> None:
    """A pragma at the end is for nothing, and one without findings is idle."""
    text = "a: 1\n# gonogo: disable=no-comparison why\n"
    _, (fault,), _ = applied([], [], texts={"p.yml": text})
    assert (fault.severity, fault.where.start.line) == (Severity.ERROR, 2)
    assert "no setting is here or right below" in fault.message
    _, (idle,), _ = applied([], [], texts={"p.yml": f"{text}b: 1\n"})
    assert idle.severity is Severity.INFO
