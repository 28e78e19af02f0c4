"""Tests of the output of ``vmalert -dryRun``, of 1.79 and of 1.145."""

from __future__ import annotations

import pytest

from gonogo.formats.dialect import Dialect
from gonogo.formats.sources import source_file
from gonogo.lint.core.vmalert_words import vmalert_judgement

START = '2026-11-28T19:30:31.065Z\tinfo\tVictoriaMetrics/lib/logger/flag.go:20\tflag "dryRun"="true"\n'
OLD = "2026-11-28T19:30:31.078Z\tfatal\tVictoriaMetrics/app/vmalert/main.go:98\tfailed to parse {}: "
NEW = OLD + "failed to parse [0.yml 1.yml]: "
EXPRESSION = 'bad {} expr: "sum(up", err: argList: unexpected token ""; want ",", ")"; unparsed data: ""'
TEXT = """\
groups:
- name: own
  rules:
  - alert: Bad
    expr: up
  - alert: Bad
    expr: sum(up
- name: other
  rules: [{record: fine, expr: up}]
"""
ASKED = {
    "0.yml": source_file(TEXT, "rules/a.yml", Dialect.VICTORIA_METRICS),
    "1.yml": source_file(TEXT, "rules/b.yml", Dialect.VICTORIA_METRICS),
}


def told(output: str) -> tuple[list[str], set[str]]:
    """Return the refusals of a failed run, each with its place, and the accepted files."""
    arbiter = vmalert_judgement(output, "1.145.0", ASKED, passed=False)
    return [f"{one.where.start}: {one.message} ({one.rule})" for one in arbiter.refusals], set(arbiter.accepted)


@pytest.mark.parametrize("output", ["", START, f"{START}panic: runtime error", OLD.format("x") + "no such thing"])
def test_a_failure_that_names_no_file_refuses_every_file(output: str) -> None:
    """The faulty file is not known, so none is accepted."""
    refused, accepted = told(output)
    assert accepted == set()
    assert [one.partition(": ")[0] for one in refused] == ["rules/a.yml:1:1", "rules/b.yml:1:1"]
    assert all("did not say which file is to blame" in one for one in refused)


@pytest.mark.parametrize("second", ["something new", 'failed to parse file "/elsewhere.yml": no'])
def test_an_error_that_is_counted_and_not_understood_refuses_every_file(second: str) -> None:
    """One of two errors names a file, and the other may be in any file."""
    refused, accepted = told(f'{START}{NEW}errors(2): \nfailed to parse file "0.yml": yaml: line 3: odd\n{second}\n')
    assert accepted == set()
    assert refused[0] == "rules/a.yml:3:1: yaml: line 3: odd" + (f"\n{second} ()" if "new" in second else " ()")
    assert len(refused) == 3


def test_each_file_is_refused_at_the_rule_or_the_line() -> None:
    """Both versions name the rule. The expression distinguishes two rules of one name."""
    old = OLD + 'errors(1): invalid group "own" in file "0.yml": invalid expression for rule "own"."Bad": '
    new = NEW + 'errors(1): \ninvalid group "own" in file "0.yml": invalid expression for rule "Bad": '
    for words, engine in ((old, "prometheus"), (new, "MetricsQL")):
        said = EXPRESSION.format(engine)
        refused, accepted = told(START + words + said)
        assert refused[0].startswith("rules/a.yml:6:5: invalid expression for rule")
        assert refused[0].endswith(f"{said} (Bad)")
        assert (len(refused), accepted) == (1, {"rules/b.yml"})


def test_a_rule_without_its_expression_is_the_first_of_its_name() -> None:
    """A rule of another group does not count, and an impossible line becomes line 1."""
    begin = f"{START}{OLD}errors(3): "
    unknown = 'invalid group "own" in file "0.yml": invalid rule "own"."Bad": unknown fields in rule: bar'
    foreign = 'invalid group "other" in file "0.yml": invalid rule "Bad": odd'
    beyond = 'failed to parse file "1.yml": yaml: unmarshal errors:\n  line 99: odd'
    refused, accepted = told("\n".join((begin + unknown, foreign, beyond)))
    assert [one.partition(" ")[0] for one in refused] == ["rules/a.yml:4:5:", "rules/a.yml:1:1:", "rules/b.yml:1:1:"]
    assert accepted == set()


def test_a_run_that_passes_accepts_every_file() -> None:
    """The exit code decides."""
    arbiter = vmalert_judgement(START, "", ASKED, passed=True)
    assert (arbiter.name, arbiter.refusals) == ("vmalert", ())
    assert arbiter.accepted == {"rules/a.yml", "rules/b.yml"}
