"""Who made the sample: silent and stale sources, gateways, receivers, realms, subjects and tolerance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from gonogo.model.evidence import Evidence, Origin, TargetHealth, Unread
from gonogo.model.outcome import JudgedCondition, Outcome, Reason
from gonogo.model.policy import Policy, Receiver, Scope, Signal
from gonogo.model.replacing import replace
from gonogo.model.rule import Rule, RuleGroup
from gonogo.model.series import Series
from gonogo.promql.graph import RuleGraph
from gonogo.verdict.core.source_doubts import doubted_sources
from gonogo.verdict.core.verdict import judge
from tests.evidence_builder import (
    INTERVAL,
    NOW,
    SOURCE,
    at_now,
    evidence,
    loaded,
    origin,
    policy,
    rule,
    samples,
    target,
)

BY_SERVICE = policy("x == 1", subjects=("service",))
RAW = 'raw_x{metric_realm="prod"}'
KEEPING = rule("duri_x", f"max by (metric_realm, service) ({RAW})")


def fleet(*rows: Origin, kept: Rule = KEEPING, **changes: object) -> Evidence:
    """Return the evidence of the services ``a`` and ``b``, recorded by one rule over raw series."""
    series = tuple(samples("duri_x", source={}, service=name) for name in ("a", "b"))
    files = (RuleGroup("duri", (kept,), INTERVAL),)
    selectors = RuleGraph.of(files).raw_selectors("duri_x")
    given = evidence(*series, files=files, rules=(loaded(kept),), origins={s.text: rows for s in selectors})
    return replace(given, **changes)  # type: ignore[arg-type]


def found(given: Evidence, by: Policy = BY_SERVICE) -> Mapping[str, JudgedCondition]:
    """Return the check of each service."""
    return {one.labels["service"]: one.gates[0].checks[0] for one in judge(by, given, NOW).subjects}


def first_reasons(given: Evidence, by: Policy = BY_SERVICE) -> dict[str, Reason | None]:
    """Return the first reason of each service, ``None`` if its check passes."""
    checks = found(given, by)
    assert all((check.outcome is Outcome.PASS) is (not check.doubts) for check in checks.values())
    return {name: check.doubts[0].reason if check.doubts else None for name, check in checks.items()}


def down(instance: str) -> tuple[object, ...]:
    """Return the builder's target, and another one that is down."""
    return target(), target(TargetHealth.DOWN, instance=instance)


BOTH = {"a": None, "b": None}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (origin(64), None),
        (origin(66), Reason.SOURCE_STALE),
        (origin(None), Reason.SOURCE_SILENT),
    ],
)
def test_a_source_must_be_fresh_and_speaking(row: Origin, reason: Reason | None) -> None:
    """The builder's target is scraped every 30 s, so a sample may be 65 s old by its own timestamp."""
    assert first_reasons(fleet(row)) == {"a": reason, "b": reason}


def test_a_source_with_samples_ahead_is_not_read_as_of_now() -> None:
    """The sample of now was written long ago, so its value is an old one. Tolerance is for lost sources only."""
    ahead = replace(origin(0), ahead=True)
    assert first_reasons(fleet(ahead)) == dict.fromkeys(BOTH, Reason.FUTURE)
    rows = (origin(service="a"), replace(origin(0, service="b"), ahead=True))
    assert first_reasons(fleet(*rows)) == {"a": None, "b": Reason.FUTURE}


def test_an_age_of_the_policy_may_allow_more() -> None:
    """It never allows less than two intervals: ``stale`` judges the recorded sample itself."""
    for age, reason in ((timedelta(seconds=70), None), (timedelta(seconds=20), Reason.SOURCE_STALE)):
        signal = replace(BY_SERVICE.signals["x"], max_age=age)
        assert first_reasons(fleet(origin(66)), replace(BY_SERVICE, signals={"x": signal})) == dict.fromkeys(
            BOTH, reason
        )


def test_a_source_in_doubt_concerns_the_subjects_that_it_feeds() -> None:
    """The raw series have the label of the subject, and the rule keeps it."""
    rows = (origin(service="a"), origin(None, service="b"))
    assert first_reasons(fleet(*rows)) == {"a": None, "b": Reason.SOURCE_SILENT}
    rows = (origin(service="a"), origin(None, instance="b:1", service="b"))
    assert first_reasons(fleet(*rows, targets=down("b:1"))) == {"a": None, "b": Reason.SOURCE_DOWN}
    rows = (origin(service="a"), origin(instance="c:1", service="b"))
    assert first_reasons(fleet(*rows)) == {"a": None, "b": Reason.SOURCE_UNKNOWN}


def test_a_source_without_the_label_concerns_every_subject() -> None:
    """So does a source whose label a rule on the way drops or replaces."""
    assert first_reasons(fleet(origin(service="a"), origin(None))) == dict.fromkeys(BOTH, Reason.SOURCE_SILENT)
    moved = rule("duri_x", f'label_replace({RAW}, "service", "$1", "team", "(.*)")')
    rows = (origin(service="a"), origin(None, service="b"))
    assert first_reasons(fleet(*rows, kept=moved)) == dict.fromkeys(BOTH, Reason.SOURCE_SILENT)


def test_a_shared_signal_has_the_doubts_of_all_its_sources() -> None:
    """It belongs to no subject alone."""
    shared = Signal("x", "duri_shared", scope=Scope.SHARED)
    by = replace(BY_SERVICE, signals={"x": shared}, gates=policy("x == 1").gates)
    series = samples("duri_shared", source={})
    total = rule("duri_shared", f"sum by (metric_realm) ({RAW})")
    files = (RuleGroup("duri", (total,), INTERVAL),)
    rows = (origin(service="a"), origin(None, service="b"))
    given = evidence(
        series,
        ranges={"x": (series,)},
        instant=(at_now(series),),
        files=files,
        rules=(loaded(total),),
        origins={RAW: rows},
    )
    (check, *_) = judge(by, given, NOW).subjects[0].gates[0].checks
    assert [doubt.reason for doubt in check.doubts] == [Reason.SOURCE_SILENT]


UP = policy("x == 0", signals={"x": Signal("x", "up")}, realm=None)


@pytest.mark.parametrize("metric", ["up", "scrape_duration_seconds"])
def test_series_that_the_server_makes_are_measurements(metric: str) -> None:
    """A target that is down makes ``up`` 0, and that is a value, unless an agent measured it long ago."""
    by = replace(UP, signals={"x": Signal("x", metric)})
    series = samples(metric, 0.0, realm=None)
    given = evidence(rules=(), files=(), targets=(target(TargetHealth.DOWN),), origins={metric: (origin(64),)})
    given = replace(given, ranges={"x": (series,)}, instant=(at_now(series),))
    (check,) = judge(by, given, NOW).subjects[0].gates[0].checks
    assert check.outcome is Outcome.PASS
    (check,) = judge(by, replace(given, origins={metric: (origin(900),)}), NOW).subjects[0].gates[0].checks
    assert check.doubts[0].reason is Reason.SOURCE_STALE
    (check,) = judge(by, replace(given, targets=()), NOW).subjects[0].gates[0].checks
    assert check.doubts[0].reason is Reason.SOURCE_UNKNOWN


GATEWAY = ("node", "a:9100")


def push(age: float = 10, **labels: str) -> Series:
    """Return a ``push_time_seconds`` that is scraped from the builder's target."""
    return Series({"__name__": "push_time_seconds", **SOURCE, **labels}, (NOW,), (NOW - age,))


@pytest.mark.parametrize(
    ("row", "pushes", "reason"),
    [
        (origin(exported_job="batch"), (), Reason.SOURCE_UNKNOWN),
        (origin(exported_job="batch"), (push(exported_job="other"),), Reason.SOURCE_UNKNOWN),
        (origin(exported_job="batch"), (push(exported_job="batch"),), None),
        (origin(exported_job="batch"), (push(900, exported_job="batch"),), Reason.PUSH_STALE),
        (origin(exported_instance="i"), (push(exported_job="batch"),), Reason.SOURCE_UNKNOWN),
        (origin(), (), Reason.SOURCE_UNKNOWN),
        (origin(), (push(),), None),
    ],
)
def test_a_gateway_does_not_explain_what_was_pushed(
    row: Origin, pushes: tuple[Series, ...], reason: Reason | None
) -> None:
    """Its target is up as long as the gateway lives, whatever has become of the job that pushed."""
    given = fleet(row, gateways=frozenset([GATEWAY]), pushes=pushes)
    assert first_reasons(given) == {"a": reason, "b": reason}


def test_a_gateway_explains_its_own_metrics() -> None:
    """They are there without any push."""
    own = rule("duri_x", 'max by (metric_realm, service) (pushgateway_http_requests_total{metric_realm="prod"})')
    assert first_reasons(fleet(origin(), kept=own, gateways=frozenset([GATEWAY]))) == BOTH
    odd = fleet(origin(exported_job="batch"), kept=own, gateways=frozenset([GATEWAY]))
    assert first_reasons(odd) == dict.fromkeys(BOTH, Reason.SOURCE_UNKNOWN)


TRUSTING = replace(BY_SERVICE, trusted=(Receiver("otel", "beat"),))


@pytest.mark.parametrize(
    ("row", "beat", "reason"),
    [
        (origin(job="otel"), 10.0, None),
        (origin(job="otel"), 126.0, Reason.SOURCE_UNKNOWN),
        (origin(job="otel"), None, Reason.SOURCE_UNKNOWN),
        (origin(126, job="otel"), 10.0, Reason.SOURCE_STALE),
        (origin(None, job="otel"), 10.0, Reason.SOURCE_STALE),
        (origin(job="agent"), 10.0, Reason.SOURCE_UNKNOWN),
    ],
)
def test_a_trusted_receiver_explains_its_series_while_its_heart_beats(
    row: Origin, beat: float | None, reason: Reason | None
) -> None:
    """The heartbeat and the series may be 125 s old."""
    given = fleet(row, vouched={"beat": None if beat is None else NOW - beat})
    assert first_reasons(given, TRUSTING) == {"a": reason, "b": reason}
    (detail, *_) = (check.detail for check in found(fleet(origin(job="otel")), BY_SERVICE).values())
    assert "sources.trusted" in detail


def test_a_slow_scrape_allows_a_receiver_more() -> None:
    """Two of the longest scrape intervals and 5 s."""
    slow = replace(target(), scrape_interval=INTERVAL * 4)
    given = fleet(origin(240, job="otel"), vouched={"beat": NOW - 240}, targets=(slow,))
    assert first_reasons(given, TRUSTING) == BOTH


def test_raw_series_of_another_realm_are_laundered_by_a_rule_that_sets_the_realm() -> None:
    """A raw series without any realm is allowed there. A rule that keeps the realm leaves the others alone."""
    setting = Rule(KEEPING.kind, "duri_x", "max by (service) (raw_x)", {"metric_realm": "prod"})
    assert first_reasons(fleet(origin(metric_realm="dev"), kept=setting)) == dict.fromkeys(BOTH, Reason.WRONG_REALM)
    assert first_reasons(fleet(origin(metric_realm=""), kept=setting)) == BOTH
    keeping = rule("duri_x", "max by (metric_realm, service) (raw_x)")
    rows = (origin(), origin(None, instance="z", metric_realm="dev"))
    assert first_reasons(fleet(*rows, kept=keeping)) == BOTH
    assert first_reasons(fleet(rows[1], kept=keeping)) == dict.fromkeys(BOTH, Reason.SOURCE_UNKNOWN)


def test_a_series_without_the_label_of_the_subject_could_be_any_subjects() -> None:
    """The series is named. A series of another realm does not matter."""
    given = fleet(origin())
    assert not isinstance(given.instant, Unread)
    for count, shown in ((1, "{metric_realm='prod'};"), (2, "{metric_realm='prod'} (and 1 more);")):
        nameless = tuple(at_now(samples("duri_x", source={})) for _ in range(count))
        checks = found(replace(given, instant=(*given.instant, *nameless)))
        assert [check.doubts[0].reason for check in checks.values()] == [Reason.AMBIGUOUS] * 2
        assert all(shown in check.detail for check in checks.values())
    elsewhere = at_now(samples("duri_x", source={}, realm="dev"))
    assert first_reasons(replace(given, instant=(*given.instant, elsewhere))) == BOTH


def tolerant(share: float) -> Policy:
    """Return the policy that asks for a share of the sources."""
    return replace(BY_SERVICE, signals={"x": replace(BY_SERVICE.signals["x"], sources=share)})


def test_a_share_of_the_sources_may_be_bad() -> None:
    """The detail says how many are good. Each subject is judged by its own sources."""
    rows = [origin(None if n == 0 else 10, service="a", instance=f"a{n}") for n in range(4)]
    rows += [origin(None, service="b", instance="b0"), origin(service="b", instance="b1")]
    given = fleet(*rows, targets=tuple(target(instance=row.labels["instance"]) for row in rows))
    assert first_reasons(given) == dict.fromkeys(BOTH, Reason.SOURCE_SILENT)
    checks = found(given, tolerant(0.75))
    assert {name: check.outcome for name, check in checks.items()} == {"a": Outcome.PASS, "b": Outcome.UNKNOWN}
    assert checks["a"].provenance[-1] == f"3 of 4 sources of {RAW} are up, fresh and speaking"
    assert "1 of 2 sources are up, fresh and speaking; the policy asks for 0.75" in checks["b"].detail


def test_no_share_excuses_a_source_that_nothing_explains() -> None:
    """It may be anything."""
    rows = (origin(), *(origin(instance=f"a{n}") for n in range(9)), origin(job="stranger"))
    known = tuple(target(instance=row.labels["instance"]) for row in rows[:-1])
    assert first_reasons(fleet(*rows, targets=known), tolerant(0.5)) == dict.fromkeys(BOTH, Reason.SOURCE_UNKNOWN)


def test_the_subjects_of_doubted_sources_are_asked_for() -> None:
    """With a tolerant signal those of all sources are. Without subjects, or without an answer, none."""
    (selector,) = RuleGraph((KEEPING,)).raw_selectors("duri_x")
    rows = (origin(), origin(instance="b:1"), origin(900, instance="c:1"))
    given = fleet(*rows, targets=(target(), target(instance="c:1")))
    assert doubted_sources(BY_SERVICE, given, [selector]) == {RAW: (("node", "b:1"), ("node", "c:1"))}
    assert len(doubted_sources(tolerant(0.5), given, [selector])[RAW]) == 3
    assert doubted_sources(policy("x == 1"), given, [selector]) == {}
    assert doubted_sources(policy("x == 1", subjects=("not.classic",)), given, [selector]) == {}
    assert doubted_sources(BY_SERVICE, fleet(origin()), [selector]) == {}
    assert doubted_sources(BY_SERVICE, replace(given, origins=Unread("q", "w")), [selector]) == {}


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (rule("duri_x", f"max by (metric_realm, job, instance) ({RAW})"), None),
        (rule("duri_x", f"avg by (metric_realm) ({RAW})", **SOURCE), Reason.SOURCE_DOWN),
        (rule("duri_x", f"{RAW} * on (job) group_left () min by (job) ({RAW})"), Reason.SOURCE_DOWN),
    ],
)
def test_a_source_that_a_series_names_stands_for_all_only_if_every_rule_keeps_it(
    made: Rule, reason: Reason | None
) -> None:
    """A rule may set job and instance, or take them from one series and the value from others."""
    rows = (origin(), origin(None, instance="b:1"))
    given = evidence(
        samples("duri_x"),
        files=(RuleGroup("duri", (made,), INTERVAL),),
        rules=(loaded(made),),
        origins={RAW: rows},
        targets=down("b:1"),
    )
    (check,) = judge(policy("x == 1"), given, NOW).subjects[0].gates[0].checks
    assert (check.doubts[0].reason if check.doubts else None) is reason


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (rule("duri_x", f"max by (metric_realm) ({RAW})"), Reason.SYNTHETIC),
        (rule("duri_x", f"max by (metric_realm) ({RAW})", mode="live"), Reason.SYNTHETIC),
        (rule("duri_x", f"max by (metric_realm, mode) ({RAW})"), None),
    ],
)
def test_made_up_series_under_a_rule_make_its_result_made_up(made: Rule, reason: Reason | None) -> None:
    """A rule that keeps the label gives the made-up series a result of their own."""
    rows = (origin(), origin(instance="b:1", mode="smoke"))
    given = evidence(
        samples("duri_x", source={}),
        files=(RuleGroup("duri", (made,), INTERVAL),),
        rules=(loaded(made),),
        origins={RAW: rows},
        targets=(target(), target(instance="b:1")),
    )
    (check,) = judge(policy("x == 1"), given, NOW).subjects[0].gates[0].checks
    assert (check.doubts[0].reason if check.doubts else None) is reason
    assert reason is None or "finds series of mode='smoke' from job='node', instance='b:1'" in check.detail
