"""Names that only Prometheus 3 accepts are judged like others. An old server is named as the reason."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import JudgedCondition, Outcome, Reason
from gonogo.model.policy import Policy, Scope, Signal
from gonogo.model.replacing import replace
from gonogo.model.rule import RuleGroup
from gonogo.model.series import Series
from gonogo.promql.graph import RuleGraph
from gonogo.verdict.core.verdict import judge
from tests.evidence_builder import INTERVAL, NOW, at_now, evidence, loaded, origin, policy, rule, samples

METRIC = "http.requests:sum"
NONE: Mapping[str, str] = {}
QUOTED = 'sum({"http.requests","service.name"="web"})'


def free(metric: str = METRIC, labels: Mapping[str, str] = NONE, scope: Scope = Scope.SUBJECT) -> Policy:
    """Build a policy with one metric of a free name, and ``x`` with a classic name."""
    signals = {"free": Signal("free", metric, labels, scope=scope), "x": Signal("x", "duri_x")}
    return policy("free >= 1", "x >= 1", signals=signals)


def labelled(metric: str, name: str, value: str) -> Series:
    """Build a series with one more label."""
    series = samples(metric)
    return replace(series, labels={**series.labels, name: value})


def traced(**changes: object) -> Evidence:
    """Build the evidence of a healthy system whose rule reads a label with a quoted name."""
    recorded = rule(METRIC, QUOTED)
    group = RuleGroup("free", (recorded,), INTERVAL)
    (selector,) = RuleGraph.of((group,)).raw_selectors(METRIC)
    given = evidence(samples("duri_x"))
    assert not isinstance(given.rules, Unread)
    assert not isinstance(given.origins, Unread)
    made = replace(
        given,
        ranges={"free": (samples(METRIC),), "x": (samples("duri_x"),)},
        instant=(at_now(samples(METRIC)), at_now(samples("duri_x"))),
        files=(*given.files, group),
        rules=(*given.rules, loaded(recorded, name="free")),
        origins={**given.origins, selector.text: (origin(),)},
        version="3.5.3",
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the names are the record's own


def checks(by: Policy, given: Evidence) -> tuple[JudgedCondition, JudgedCondition]:
    """Return the check of the free name and the check of the classic name."""
    (subject,) = judge(by, given, NOW).subjects
    one, other = subject.gates[0].checks
    return one, other


def test_unread_sources_of_a_free_name_are_a_doubt_of_one_signal() -> None:
    """A server that cannot read the names gives no sources for them. The other signals are judged."""
    (selector,) = RuleGraph.of((RuleGroup("free", (rule(METRIC, QUOTED),)),)).raw_selectors(METRIC)
    unread = Unread("the sources", "parse error: unexpected string", "see the query")
    origins = {text: rows for text, rows in traced().origins.items() if text != selector.text}  # type: ignore[union-attr]
    one, other = checks(free(), traced(untraced={selector.text: unread}, origins=origins))
    assert [doubt.reason for doubt in one.doubts] == [Reason.SOURCE_UNKNOWN]
    assert one.detail.startswith(f"the sources of {selector.text} are not known, because the server gives no valid")
    assert one.detail.endswith("parse error: unexpected string; see the query")
    assert other.outcome is Outcome.PASS
    one, _ = checks(free(), traced(untraced={selector.text: unread}, origins=origins, version="2.42.0"))
    assert one.detail.endswith(
        "Prometheus 2.42.0 does not take such names: upgrade it to 3.0 or later, or rename the metric and its labels"
    )


@pytest.mark.parametrize(
    ("by", "named"),
    [
        (free("http.requests"), '{"http.requests"}'),
        (free("http.requests", {"service.name": "web"}), """{"http.requests", "service.name"='web'}"""),
        (free("requests", {"service.name": "web"}), """requests{"service.name"='web'}"""),
        (replace(free("requests"), subjects=("service.name",)), """requests{"service.name"=~'.+'}"""),
    ],
)
@pytest.mark.parametrize(
    ("version", "advice"),
    [
        ("2.42.0", "does not take such names: upgrade it to 3.0 or later, or rename the metric and its labels"),
        ("2.54.1", "does not take such names: upgrade it to 3.0 or later, or rename the metric and its labels"),
        (
            "2.55.1",
            "takes such names only with --enable-feature=utf8-names: turn it on, or upgrade to 3.0 or later",
        ),
    ],
)
def test_the_reason_names_a_server_that_is_too_old(by: Policy, named: str, version: str, advice: str) -> None:
    """Another exporter or rule would not help. 2.55 has a flag for free names."""
    missing = traced(ranges={"x": (samples("duri_x"),)}, instant=(at_now(samples("duri_x")),), version=version)
    one, _ = checks(by, missing)
    assert one.doubts[0].reason is Reason.ABSENT
    assert one.detail.startswith(f"the server has no series {named}; Prometheus {version} {advice}")


@pytest.mark.parametrize("version", ["3.0.0", "3.16.0", "odd", None])
def test_a_server_of_a_new_or_unknown_version_is_not_the_reason(version: str | None) -> None:
    """The reason has the usual advice."""
    missing = traced(ranges={}, instant=(), version=version)
    one, other = checks(free("http.requests"), missing)
    assert "start what exports it" in one.detail
    assert "start what exports it" in other.detail


def test_a_classic_name_never_blames_the_server() -> None:
    """Old servers accept classic names. A shared signal needs no labels of the subjects."""
    missing = traced(ranges={}, instant=(), version="2.42.0")
    _, other = checks(free("http.requests"), missing)
    assert "start what exports it" in other.detail
    by = replace(free("requests", scope=Scope.SHARED), subjects=("service.name",))
    one, _ = checks(by, missing)
    assert "start what exports it" in one.detail


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_any_name_is_judged(metric: str, name: str, value: str) -> None:
    """Law: a healthy system is GO with any names of metric, label and subject."""
    assume(name not in {"job", "instance", "metric_realm", "__name__", "mode"})
    assume(metric not in {"duri_x", "duri_y", "raw_x"})
    series = labelled(metric, name, value)
    given = evidence(samples("duri_x"), origins={metric: (origin(),)})
    selectors = RuleGraph.of(given.files).raw_selectors(metric)
    origins = dict.fromkeys((*(s.text for s in selectors), 'raw_x{metric_realm="prod"}'), (origin(),))
    given = replace(
        given,
        ranges={"free": (series,), "x": (labelled("duri_x", name, value),)},
        instant=(at_now(series), at_now(labelled("duri_x", name, value))),
        origins=origins,
        version="3.5.3",
    )
    by = replace(free(metric, {name: value}), subjects=(name,))
    (subject,) = judge(by, given, NOW).subjects
    assert subject.labels == {name: value}
    assert [check.outcome for check in subject.gates[0].checks] == [Outcome.PASS, Outcome.PASS]


def test_a_healthy_rule_of_free_names_passes() -> None:
    """The raw series of a rule with quoted names are found by its selector."""
    one, other = checks(free(), traced())
    assert (one.outcome, other.outcome) == (Outcome.PASS, Outcome.PASS), one.detail
