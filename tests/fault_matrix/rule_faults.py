"""Faults of rules: what the server loaded is not what was tested, or proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from gonogo.formats.files import read_rules
from gonogo.model.outcome import Reason
from gonogo.model.replacing import replace
from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.model.verdict import Verdict
from gonogo.rulepack.document import rules_document
from tests.fault_matrix.fault import Fault

Groups = tuple[RuleGroup, ...]
OK, FRESH, CHANGES = "duri_heartbeat_ok", "duri_heartbeat_fresh_120s", "duri_heartbeat_changes_6m"
BURN, UNIQUE, P95, V, UPTIME = (
    "duri_error_budget_burn_7d",
    "duri_canary_unique_ratio",
    "duri_dr_rehearsal_p95_minutes",
    "duri_lyapunov_v",
    "duri_green_uptime_ratio",
)
GATES = {
    OK: "heartbeat",
    FRESH: "heartbeat",
    CHANGES: "heartbeat",
    BURN: "error-budget-burn-ok",
    UNIQUE: "canary-quorum-pass",
    P95: "dr-rehearsal-24h-pass",
    V: "stability",
    UPTIME: "uptime",
}
SIGNALS = {
    "heartbeat": "heartbeat",
    "error-budget-burn-ok": "budget",
    "canary-quorum-pass": "canary",
    "dr-rehearsal-24h-pass": "rehearsal",
    "stability": "stability",
    "uptime": "uptime",
}


def on_server(name: str, mechanism: str, metric: str, change: Callable[[Groups], Groups], reason: Reason) -> Fault:
    """Make a fault in which the server alone has other rules."""

    def changed(text: str) -> str:
        return rules_document("", change(read_rules(text, "rules").groups))

    gate = GATES[metric]
    return Fault(
        name,
        mechanism,
        "rule",
        SIGNALS[gate],
        gate,
        Verdict.HOLD,
        reason,
        lambda stage: stage.server_rules(changed),
        group="rules",
    )


def each_rule(change: Callable[[Rule], tuple[Rule, ...]]) -> Callable[[Groups], Groups]:
    """Change rules one by one, each to none, one or several."""
    return lambda groups: tuple(
        replace(group, rules=tuple(new for rule in group.rules for new in change(rule))) for group in groups
    )


def expression(metric: str, change: Callable[[str], str]) -> Callable[[Groups], Groups]:
    """Change the expression of the rule that records a metric."""
    return each_rule(lambda rule: (replace(rule, expression=change(rule.expression)) if rule.name == metric else rule,))


def constant(metric: str, text: str) -> Callable[[Groups], Groups]:
    """Replace an expression by another."""
    return expression(metric, lambda _: text)


def without(metric: str) -> Callable[[Groups], Groups]:
    """Leave the rule out."""
    return each_rule(lambda rule: () if rule.name == metric else (rule,))


def labelled(metric: str, **labels: str) -> Callable[[Groups], Groups]:
    """Add static labels to the rule."""
    return each_rule(lambda rule: (replace(rule, labels={**rule.labels, **labels}) if rule.name == metric else rule,))


def again(metric: str, text: str | None = None) -> Callable[[Groups], Groups]:
    """Record the metric once more, in a group of its own, by the same or another expression."""

    def added(groups: Groups) -> Groups:
        (rule,) = (rule for group in groups for rule in group.rules if rule.name == metric)
        second = replace(rule, expression=text or rule.expression)
        return (*groups, RuleGroup("second", (second,), timedelta(seconds=1)))

    return added


def every(metric: str, interval: timedelta) -> Callable[[Groups], Groups]:
    """Evaluate the metric's group at another interval."""
    return lambda groups: tuple(
        replace(group, interval=interval) if any(rule.name == metric for rule in group.rules) else group
        for group in groups
    )


def renamed(groups: Groups) -> Groups:
    """Give every group another name."""
    return tuple(replace(group, name=f"{group.name}-other") for group in groups)


def through(metric: str, link: str) -> Callable[[Groups], Groups]:
    """Let a metric and another read each other."""

    def tied(groups: Groups) -> Groups:
        looped = expression(metric, lambda text: f"({text}) or {link}")(groups)
        return (*looped, RuleGroup("loop", (Rule(RuleKind.RECORD, link, metric),), timedelta(seconds=1)))

    return tied


FAULTS = (
    on_server(
        "server-threshold-widened",
        "the server alone calls beats fresh for an hour",
        FRESH,
        expression(FRESH, lambda text: text.replace("< bool 120", "< bool 3600")),
        Reason.DRIFTED,
    ),
    on_server(
        "server-comparison-weakened",
        "the server alone compares with >= 0 where the file has >= 1",
        OK,
        expression(OK, lambda text: text.replace(">= bool 1", ">= bool 0")),
        Reason.DRIFTED,
    ),
    on_server(
        "server-window-shortened",
        "the server alone counts the bad events of one day as those of seven",
        BURN,
        expression(BURN, lambda text: text.replace("bad_total", "bad_total").replace("[7d]", "[1d]", 1)),
        Reason.DRIFTED,
    ),
    on_server(
        "server-objective-lowered",
        "the server alone divides by a wider budget",
        BURN,
        expression(BURN, lambda text: text.replace("(1 - 0.999)", "(1 - 0.5)")),
        Reason.DRIFTED,
    ),
    on_server(
        "server-weight-dropped",
        "the server alone leaves the alerts out of V",
        V,
        expression(V, lambda text: text.replace("0.25 *", "0.0025 *")),
        Reason.DRIFTED,
    ),
    on_server(
        "server-quantile-lowered",
        "the server alone takes the median for the 95th percentile",
        P95,
        expression(P95, lambda text: text.replace("0.95", "0.5")),
        Reason.DRIFTED,
    ),
    on_server(
        "server-interval-changed",
        "the server alone evaluates every two seconds",
        UPTIME,
        every(UPTIME, timedelta(seconds=2)),
        Reason.DRIFTED,
    ),
    on_server("server-groups-renamed", "the server's groups bear other names", OK, renamed, Reason.DRIFTED),
    on_server(
        "server-upstream-changed",
        "the server alone has another age under an unchanged freshness",
        OK,
        expression("duri_heartbeat_age_seconds", lambda text: f"({text}) / 2"),
        Reason.DRIFTED,
    ),
    on_server(
        "server-rule-missing",
        "the server did not load the rule of the unique ratio",
        UNIQUE,
        without(UNIQUE),
        Reason.DRIFTED,
    ),
    on_server(
        "server-upstream-missing",
        "the server did not load the rule under freshness",
        FRESH,
        without("duri_heartbeat_age_seconds"),
        Reason.DRIFTED,
    ),
    on_server(
        "rule-of-another-realm",
        "the server's rule writes realm dev",
        UNIQUE,
        labelled(UNIQUE, metric_realm="dev"),
        Reason.WRONG_REALM,
    ),
    on_server(
        "rule-with-smoke-label",
        "the server's rule marks its result as smoke",
        UNIQUE,
        labelled(UNIQUE, mode="smoke"),
        Reason.SYNTHETIC,
    ),
    on_server(
        "constant-heartbeat", "ok is recorded as the constant 1", OK, constant(OK, "vector(1)"), Reason.SYNTHETIC
    ),
    on_server(
        "constant-burn",
        "the burn is recorded as the constant 0.1",
        BURN,
        constant(BURN, "vector(0.1)"),
        Reason.SYNTHETIC,
    ),
    on_server(
        "constant-unique-ratio",
        "the unique ratio is recorded as a bare number",
        UNIQUE,
        constant(UNIQUE, "vector(scalar(vector(0.95)))"),
        Reason.SYNTHETIC,
    ),
    on_server("constant-v", "V is recorded as the constant 0.1", V, constant(V, "vector(0.1)"), Reason.SYNTHETIC),
    on_server("constant-p95", "p95 is recorded as four minutes", P95, constant(P95, "vector(4)"), Reason.SYNTHETIC),
    on_server(
        "uptime-from-the-clock",
        "uptime is made of the time of day",
        UPTIME,
        constant(UPTIME, "clamp_max(vector(time()), 1)"),
        Reason.SYNTHETIC,
    ),
    on_server(
        "fallback-to-one",
        "ok falls back to 1 where nothing is",
        OK,
        expression(OK, lambda text: f"({text}) or vector(1)"),
        Reason.AMBIGUOUS,
    ),
    on_server(
        "fallback-under-the-signal",
        "V falls back to 0.1 in a rule under it",
        V,
        expression(V, lambda text: f"sum(({text}) or vector(0.1))"),
        Reason.SYNTHETIC,
    ),
    on_server(
        "times-zero",
        "the burn is multiplied by a literal 0",
        BURN,
        expression(BURN, lambda text: f"0 * ({text})"),
        Reason.SYNTHETIC,
    ),
    on_server(
        "times-zero-plus-one",
        "freshness is 1 plus nothing",
        UPTIME,
        expression(FRESH, lambda text: f"1 + ({text}) * 0"),
        Reason.SYNTHETIC,
    ),
    on_server(
        "or-times-zero",
        "the unique ratio falls back to something times 0",
        UNIQUE,
        expression(UNIQUE, lambda text: f"({text}) or duri_mttr_seconds * 0 + 0.95"),
        Reason.AMBIGUOUS,
    ),
    on_server(
        "reads-itself",
        "ok is proved by ok",
        OK,
        expression(OK, lambda text: f"({text}) or {OK}"),
        Reason.SELF_REFERENTIAL,
    ),
    on_server(
        "cycle-of-two",
        "the unique ratio and a helper prove each other",
        UNIQUE,
        through(UNIQUE, "duri_unique_link"),
        Reason.SELF_REFERENTIAL,
    ),
    on_server(
        "recorded-twice-alike",
        "two groups record the unique ratio by one expression",
        UNIQUE,
        again(UNIQUE),
        Reason.DUPLICATE_RULE,
    ),
    on_server(
        "recorded-twice-differently",
        "a second group records the burn by half of it",
        BURN,
        again(BURN, 'duri_error_budget_burn_30d{metric_realm="sandbox"} / 2'),
        Reason.DUPLICATE_RULE,
    ),
    on_server(
        "second-rule-made-up", "a second group records V as a constant", V, again(V, "vector(0.1)"), Reason.SYNTHETIC
    ),
    on_server(
        "rule-fails-to-evaluate",
        "the rule of the unique ratio finds many where it needs one",
        UNIQUE,
        constant(
            UNIQUE, "duri_dr_rehearsal_duration_seconds_bucket * on (job) duri_dr_rehearsal_duration_seconds_bucket"
        ),
        Reason.DRIFTED,
    ),
    on_server(
        "result-never-a-number",
        "the server's rule divides nothing by nothing",
        UNIQUE,
        expression(UNIQUE, lambda text: f"({text}) - ({text}) == 0 / (({text}) - ({text}))"),
        Reason.DRIFTED,
    ),
    on_server(
        "result-infinite",
        "the server's rule divides by nothing",
        V,
        expression(V, lambda text: f"({text}) / (({text}) - ({text}))"),
        Reason.DRIFTED,
    ),
    on_server(
        "alert-in-place-of-record",
        "all recording rules are gone and other rules are there",
        OK,
        lambda _: (RuleGroup("other", (Rule(RuleKind.RECORD, "duri_other", "vector(1)"),)),),
        Reason.DRIFTED,
    ),
)
