"""The pack with the real promtool: it passes for every sensible policy, and fails with any rule missing or wrong."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonogo.model.heartbeat import Heartbeat
from gonogo.model.policy import Policy, Slo
from gonogo.model.replacing import replace
from gonogo.model.versions import UTF8_NAMES, reaches, release
from gonogo.programs.promtool import version_number
from gonogo.rulepack.assemble import Pack, pack
from tests.rulepack.policies import API, GREEN, INTERVAL, WEIGHTS, of_services, preset_gates, preset_policy
from tests.rulepack.promtool import failure, laid_out, refusal

CORES = 2
NAME = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True)
REALM = st.none() | st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True) | st.just('a "quoted" \\ realm')


def seconds(low: int, high: int) -> st.SearchStrategy[timedelta]:
    """Give whole seconds between two bounds."""
    return st.integers(low, high).map(lambda count: timedelta(seconds=count))


@st.composite
def heartbeats(draw: st.DrawFn) -> Heartbeat:
    """Give a heartbeat whose window holds a few beats."""
    every = draw(seconds(5, 300))
    window = every * draw(st.integers(3, 12))
    read = draw(st.sampled_from(("textfile", "push")))
    return Heartbeat(every=every, window=window, fresh=draw(seconds(30, 600)), read=read)


@st.composite
def objectives(draw: st.DrawFn) -> tuple[Slo, ...]:
    """Give one to three SLOs, with selectors of several kinds."""
    kinds = st.sampled_from((GREEN, API, Slo("disk", 0.5, "disk_errors_total", 'disk_ops_total{device!=""}')))
    chosen = draw(st.lists(kinds, min_size=1, max_size=3, unique_by=lambda slo: slo.name))
    share = st.sampled_from((0.5, 0.9, 0.99, 0.995, 0.9999)) | st.floats(0.01, 0.99999)
    return tuple(replace(slo, objective=draw(share)) for slo in chosen)


@st.composite
def weights(draw: st.DrawFn) -> dict[str, float]:
    """Give weights that sum to 1, as near as doubles do."""
    parts = draw(st.lists(st.integers(0, 20), min_size=len(WEIGHTS), max_size=len(WEIGHTS)).filter(sum))
    return {name: part / sum(parts) for name, part in zip(WEIGHTS, parts, strict=True)}


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Give a sensible policy."""
    beats = draw(heartbeats())
    return replace(
        preset_policy(beats),
        prefix=draw(NAME),
        realm=draw(REALM),
        subjects=draw(st.sampled_from(((), ("service",), ("service", "team")))),
        gates=preset_gates(beats),
        slos=draw(objectives()),
        weights=draw(weights()),
    )


def test_the_pack_passes_for_every_sensible_policy(share: Callable[[int], int]) -> None:
    """Promtool accepts the rules, and their tests pass."""

    @settings(max_examples=share(20), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(policies(), seconds(1, 60))
    def passes(policy: Policy, interval: timedelta) -> None:
        made = pack(policy, interval)
        with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(CORES) as pool:
            folder = laid_out(made, Path(place), policy.prefix)
            assert refusal(folder) == ""
            assert "".join(pool.map(lambda name: failure(folder, name), made.tests_yaml)) == ""

    passes()


def test_free_names_pass_from_promtool_3_0_on(tmp_path: Path) -> None:
    """Subjects and counters of free names are quoted. A promtool before 3.0 refuses the rules."""
    errors = '{"http.errors","http.route"="/a",code=~"5.."}'
    slo = Slo("web", 0.99, errors, '{__name__="http.requests", "http.route"="/a"}')
    policy = replace(of_services(), subjects=("service.name",), slos=(slo,))
    made = pack(policy, INTERVAL)
    folder = laid_out(made, tmp_path, policy.prefix)
    if reaches(release(version_number()), UTF8_NAMES):
        assert refusal(folder) == ""
        with ThreadPoolExecutor(CORES) as pool:
            assert "".join(pool.map(lambda name: failure(folder, name), made.tests_yaml)) == ""
    else:
        assert "parse error" in refusal(folder)


@pytest.mark.parametrize("policy", [preset_policy(), pytest.param(of_services(), marks=pytest.mark.long)])
def test_a_missing_rule_fails_a_test(policy: Policy, tmp_path: Path) -> None:
    """This holds for every single rule and alert."""
    whole = pack(policy, INTERVAL)

    def unnoticed(case: tuple[str, Pack]) -> list[str]:
        name, lesser = case
        folder = laid_out(lesser, tmp_path / name, policy.prefix)
        concerned = [file for file, text in whole.tests_yaml.items() if name.split("-")[-1] in text]
        return [] if any(failure(folder, file) for file in sorted(concerned, key=_size(whole))) else [name]

    with ThreadPoolExecutor(CORES) as pool:
        assert [name for names in pool.map(unnoticed, _with_one_rule_gone(whole)) for name in names] == []


def _with(whole: Pack, kind: str, text: str) -> Pack:
    return replace(whole, rules_yaml=text) if kind == "record" else replace(whole, alerts_yaml=text)


def _size(whole: Pack) -> Callable[[str], int]:
    return lambda file: len(whole.tests_yaml[file])


def _with_one_rule_gone(whole: Pack) -> Iterator[tuple[str, Pack]]:
    for kind, text in (("record", whole.rules_yaml), ("alert", whole.alerts_yaml)):
        for place, group in enumerate(yaml.safe_load(text)["groups"]):
            for number, rule in enumerate(group["rules"]):
                lesser = yaml.safe_load(text)
                del lesser["groups"][place]["rules"][number]
                yield f"{kind}-{place}-{number}-{rule[kind]}", _with(whole, kind, yaml.safe_dump(lesser))


WRONG = [
    ("heartbeat", 'ts{via="textfile",', "ts{"),
    ("heartbeat", 'ts{via="textfile",metric_realm="prod"}', 'ts{via="textfile"}'),
    ("heartbeat", 'seq{via="textfile",metric_realm="prod"}', 'seq{via="textfile"}'),
    ("heartbeat", "time() - duri", "time() + 1 - duri"),
    ("heartbeat", '(duri_heartbeat_age_seconds{metric_realm="prod"} >= bool -5)\n          * ', ""),
    ("heartbeat", ">= bool -5", "> bool -5"),
    ("heartbeat", ">= bool -5", ">= bool -6"),
    ("heartbeat", ">= bool -5", ">= bool 0"),
    ("heartbeat", "< bool 120", "< 120"),
    ("heartbeat", "< bool 120", "<= bool 120"),
    ("heartbeat", "< bool 120", "< bool 121"),
    ("heartbeat", "changes(", "increase("),
    ("heartbeat", '\n          and duri_textfile_heartbeat_seq{via="textfile",metric_realm="prod"}', ""),
    ("heartbeat", ">= bool 1)", ">= bool 0)"),
    ("heartbeat", ">= bool 1)", ">= bool 20)"),
    ("heartbeat", "1 - duri_heartbeat_ok", "0 * duri_heartbeat_ok"),
    ("heartbeat", "1 - duri_heartbeat_ok", "1 - duri_heartbeat_fresh_120s"),
    ("error_budget", '{slo="green",metric_realm="prod"}', '{slo="green"}'),
    ("error_budget", "[7d]", "[1d]"),
    ("error_budget", "[30d]", "[31d]"),
    ("error_budget", "[30d]", "[7d]"),
    ("error_budget", "increase(", "delta("),
    ("error_budget", "sum by (metric_realm)", "max by (metric_realm)"),
    ("error_budget", " > 0 < Inf)", " < Inf)"),
    ("error_budget", " > 0 < Inf)", " > 0)"),
    ("error_budget", "(1 - 0.999)", "0.999"),
    (
        "error_budget",
        '\n          and group by (metric_realm) (duri_slo_bad_total{slo="green",metric_realm="prod"})',
        "",
    ),
    (
        "error_budget",
        '\n          and group by (metric_realm) (duri_slo_events_total{slo="green",metric_realm="prod"})',
        "",
    ),
    ("canary", 'events_total{metric_realm="prod"}', "events_total"),
    ("canary", '_total{metric_realm="prod"}', "_total"),
    ("canary", "[15m]", "[20m]"),
    ("canary", "[7d]", "[8d]"),
    ("canary", "[7d]", "[6d]"),
    ("canary", ") > 0 < Inf)", ") + 1)"),
    ("canary", ") > 0 < Inf)", ") >= 0 < Inf)"),
    ("canary", ") > 0 < Inf)", ") > 0)"),
    ("canary", "increase(", "delta("),
    ("canary", '\n          and group by (metric_realm) (duri_canary_events_total{metric_realm="prod"})', ""),
    ("canary", '\n          and group by (metric_realm) (duri_canary_rollback_total{metric_realm="prod"})', ""),
    ("canary", '\n          and group by (metric_realm) (duri_canary_promote_total{metric_realm="prod"})', ""),
    ("canary", 'window="2h",', ""),
    ("dr", "0.95", "0.9"),
    ("dr", ") / 60\n", ")\n"),
    ("dr", "[30d])) > 0", "[31d])) > 0"),
    ("dr", "[30d])) > 0", "[30d])) >= 0"),
    (
        "dr",
        '\n          and group by (metric_realm) (duri_dr_rehearsal_duration_seconds_count{metric_realm="prod"})',
        "",
    ),
    ("dr", "/ 3600", "/ 60"),
    ("stability", "0.4 * (1 -", "0.4 * (0 *"),
    ("stability", '{metric_realm="prod"}[1h]))', '{metric_realm="prod"}[2h]))'),
    ("stability", ") >= 0 < Inf) / 10", ") < Inf) / 10"),
    ("stability", ") >= 0 < Inf) / 10", ") >= 0) / 10"),
    ("stability", ") >= 0 < Inf) / 600", ") < Inf) / 600"),
    ("stability", ") >= 0 < Inf) / 600", ") >= 0) / 600"),
    ("stability", " >= 0 < Inf) / 4", ") / 4"),
    ("stability", " >= 0 < Inf) / 4", " >= 0) / 4"),
    ("stability", "/ 10, 1)", "/ 10, 2)"),
    ("stability", "/ 600, 1)", "/ 300, 1)"),
    ("stability", "[7d]", "[8d]"),
    (
        "stability",
        'increase(duri_dr_rehearsal_success_total{metric_realm="prod"}',
        'delta(duri_dr_rehearsal_success_total{metric_realm="prod"}',
    ),
    ("stability", "[7d]))) > 0 < Inf", "[7d]))) < Inf"),
    ("stability", "[7d]))) > 0 < Inf", "[7d]))) > 0"),
    ("stability", "/ 4, 0)", "/ 2, 0)"),
    ("stability", '\n          and group by (metric_realm) (duri_heartbeat_fresh_120s{metric_realm="prod"})', ""),
    ("stability", '\n          and group by (metric_realm) (duri_dr_rehearsal_success_total{metric_realm="prod"})', ""),
    ("stability", '\n          and group by (metric_realm) (duri_dr_rehearsal_failure_total{metric_realm="prod"})', ""),
    ("stability", '\n          and group by (metric_realm) (duri_ev_created_total{metric_realm="prod"})', ""),
    ("uptime", "sum_over_time", "avg_over_time"),
    ("uptime", "86400 / 30", "86400 / 60"),
    ("uptime", "[1d]) / (86400 / 30), 1)", "[2d]) / (86400 / 30), 1)"),
    ("uptime", "/ (86400 / 30), 1)", "/ (86400 / 30), 2)"),
    ("uptime", "[1d]) / (86400 / 30), 1)", "[1d]) / (86400 / 30), 1) and duri_heartbeat_fresh_120s"),
]


def test_a_wrong_rule_fails_a_test(tmp_path: Path) -> None:
    """Each known wrong way to write a rule is tried, also those of the prior system."""
    whole = pack(preset_policy(), INTERVAL)

    def unnoticed(case: tuple[int, tuple[str, str, str]]) -> list[str]:
        number, (about, right, wrong) = case
        rules = whole.rules_yaml.replace(right, wrong)
        folder = laid_out(replace(whole, rules_yaml=rules), tmp_path / str(number), "duri")
        found = failure(folder, f"duri_{about}_test.yml")
        noticed = rules != whole.rules_yaml and "got:" in found
        return [] if noticed else [f"{right!r} -> {wrong!r}: {found or 'passes'}"]

    with ThreadPoolExecutor(CORES) as pool:
        assert [name for names in pool.map(unnoticed, enumerate(WRONG)) for name in names] == []
