"""The meaning of a pack's files, so that two spellings of one test are equal.

Run ``python -m tests.rulepack.meaning`` to write the golden files of the pack anew.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from gonogo.durations import parse_duration
from gonogo.model.heartbeat import Heartbeat
from gonogo.model.policy import Policy, Signal, Slo
from gonogo.model.replacing import replace
from gonogo.model.series import METRIC_LABEL
from gonogo.rulepack.assemble import Pack, pack
from gonogo.rulepack.selector import parse_selector
from tests.rulepack.policies import API, GREEN, gate, of_services, preset_gates, preset_policy

GOLDEN = Path(__file__).parent / "golden"
DIGESTS = GOLDEN / "digests.json"

_SLOW = Heartbeat(every=timedelta(minutes=1), window=timedelta(minutes=90), fresh=timedelta(minutes=5), read="push")
_QUICK = Heartbeat(every=timedelta(seconds=2), window=timedelta(seconds=8), fresh=timedelta(seconds=7))
_SLOS = (
    Slo("api", 0.995, 'http_requests_total{job="api",code=~"5.."}', 'http_requests_total{job="api"}'),
    Slo("pinned", 0.5, 'errors_total{service="beta"}', 'P_ops_total{service=~"al.*|beta",code!=""}'),
    Slo("same", 0.9999, "x_total", "x_total"),
)
_FREE = Slo(
    "web", 0.99, '{"http.errors","http.route"="/a",code=~"5.."}', '{__name__="http.requests", "http.route"="/a"}'
)
_OWN = (
    gate("heartbeat", ["heartbeat_ok == 1"], abort=["heartbeat_ok < 1"], warn=["heartbeat_age_seconds > 3.5 for 90s"]),
    gate("canary-quorum-pass", ["canary_samples >= 5 or canary_failure_ratio <= 1", "canary_unique_ratio != 0.5"]),
    gate("uptime", ["green_uptime_ratio > 0.5 for 3m"]),
    gate("stability", ["lyapunov_v < 1"]),
)
POLICIES: Mapping[str, tuple[Policy, int]] = {
    "preset": (preset_policy(), 30),
    "services": (of_services(), 30),
    "no-realm": (replace(preset_policy(), realm=None), 7),
    "services-no-realm": (replace(of_services(), realm=None, weights={"uptime": 1.0}), 15),
    "slow-push": (replace(of_services(), heartbeat=_SLOW, gates=preset_gates(_SLOW), subjects=("service", "team")), 60),
    "quick": (replace(preset_policy(_QUICK), weights={"rehearsals": 0.6, "throughput": 0.3, "alerts": 0.1}), 1),
    "hostile": (
        replace(
            of_services(),
            realm='a "quoted" \\ ${P}\n{{ realm }}',
            subjects=("service.name", 'a"b'),
            slos=(_FREE, GREEN),
        ),
        30,
    ),
    "slos": (replace(of_services(), slos=_SLOS), 30),
    "slos-alone": (replace(preset_policy(), slos=(API, *_SLOS[1:]), realm=None), 30),
    "own-gates": (replace(of_services(), gates=_OWN, prefix="own", weights={}), 20),
    "own-signals": (
        replace(
            preset_policy(),
            signals={"canary_samples": Signal("canary_samples", "mine_total", {"job": 'x"y'})},
        ),
        30,
    ),
    "little": (replace(preset_policy(), gates=(gate("mine", ["green_uptime_ratio >= 0.9"]),)), 30),
}


def made(name: str) -> Pack:
    """Return the pack of a case."""
    policy, seconds = POLICIES[name]
    return pack(policy, timedelta(seconds=seconds))


def digests(made: Pack) -> dict[str, str]:
    """Return a digest of each file: of the text of rules and alerts, and of the meaning of tests."""
    meanings = {name: json.dumps(meaning(text), sort_keys=True) for name, text in made.tests_yaml.items()}
    files = {"rules": made.rules_yaml, "alerts": made.alerts_yaml, **meanings}
    return {name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, text in files.items()}


def meaning(text: str) -> dict[str, Any]:
    """Return the meaning of a test file: durations in seconds, labels by name, points one by one, all in order."""
    content = yaml.safe_load(text)
    return {
        "rule_files": content["rule_files"],
        "every": _seconds(content["evaluation_interval"]),
        "tests": sorted(map(_test, content["tests"]), key=_key),
    }


def _test(test: dict[str, Any]) -> dict[str, Any]:
    expressions = [
        [
            e["expr"],
            _seconds(e["eval_time"]),
            sorted(([labels(s["labels"]), float(s["value"])] for s in e["exp_samples"]), key=_key),
        ]
        for e in test.get("promql_expr_test", [])
    ]
    alerts = [
        [a["alertname"], _seconds(a["eval_time"]), sorted(a["exp_alerts"], key=_key)]
        for a in test.get("alert_rule_test", [])
    ]
    series = sorted(([labels(one["series"]), points(one["values"])] for one in test["input_series"]), key=_key)
    return {
        "name": test["name"],
        "step": _seconds(test["interval"]),
        "series": series,
        "expressions": sorted(expressions, key=_key),
        "alerts": sorted(alerts, key=_key),
    }


def labels(text: str) -> dict[str, str]:
    """Return the labels of a series as a test file writes it."""
    try:
        selector = parse_selector(text)
        own = {METRIC_LABEL: selector.metric}
    except ValueError:
        selector, own = parse_selector(f"none{text}"), {}
    return own | {matcher.label: matcher.value for matcher in selector.matchers}


def points(text: str) -> list[str]:
    """Read promtool's series notation according to its documentation."""
    found: list[str] = []
    for part in text.split():
        run, _, more = part.rpartition("x")
        if part.startswith("_x"):
            found += ["_"] * int(more)
        elif part in {"stale", "_"} or not run:
            found.append(part if part in {"stale", "_"} else repr(float(part)))
        else:
            cut = max(run.rfind("+", 1), run.rfind("-", 1))
            first, slope = (float(run[:cut]), float(run[cut:])) if cut > 0 else (float(run), 0.0)
            found += [repr(first + slope * place if slope else first) for place in range(int(more) + 1)]
    return found


def _seconds(text: str) -> float:
    return parse_duration(text).total_seconds()


def _key(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def written() -> dict[str, dict[str, str]]:
    """Return the digests of every case."""
    return {name: digests(made(name)) for name in POLICIES}


def golden_files() -> dict[Path, str]:
    """Return the golden files as they should be: the digests, and the rules and alerts of two cases."""
    files = {DIGESTS: json.dumps(written(), indent=1) + "\n"}
    for name in ("preset", "services"):
        files[GOLDEN / f"{name}.rules.yml"] = made(name).rules_yaml
        files[GOLDEN / f"{name}.alerts.yml"] = made(name).alerts_yaml
    return files


if __name__ == "__main__":
    for path, text in golden_files().items():
        same = path.read_text("utf-8") == text
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{'unchanged' if same else '  written'} {path.relative_to(Path.cwd())}\n")
