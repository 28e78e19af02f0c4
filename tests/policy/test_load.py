"""Loading a policy: refusals first, then the values of a valid policy."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonogo.errors import PolicyError, Problem
from gonogo.model.heartbeat import Heartbeat
from gonogo.model.policy import RUN_GATES, Canary, DryRun, Runs, Scope, Signal, ValueRange
from gonogo.policy.load import ServerSettings, load
from gonogo.policy.settings import Secret
from gonogo.rulepack.gates.catalogue import PRESET_GATES
from tests.policy.policy_files import loaded, mistakes, problems, written

TWELVE = """\
version: 2
rulez: [a.yml]
realm: 7
prometheus:
  timeout: 10
  url: prometheus:9090
subjects: [__lives]
subjects: [service]
signals:
  latency: {range: [1, 0]}
slos:
  - {name: a, objective: 1, bad: x, total: y}
gates:
  heartbeat:
    require: [heartbeat_ok = 1, heartbeat_okk == 1, heartbeat_ok >= 2]
"""


def test_twelve_mistakes_are_all_listed_with_their_places(tmp_path: Path) -> None:
    """No mistake hides another, and no mistake is listed twice."""
    found = problems(tmp_path, TWELVE)
    assert [(problem.where.line, problem.where.column) for problem in found if problem.where] == [
        (1, 10),
        (2, 1),
        (3, 8),
        (5, 12),
        (6, 8),
        (7, 12),
        (8, 1),
        (10, 20),
        (12, 26),
        (15, 15),
        (15, 33),
        (15, 53),
    ]
    text = str(PolicyError(found))
    assert text.startswith("the policy has 12 mistakes:\n")
    assert "did you mean 'rules'?" in text
    assert "did you mean 'heartbeat_ok'?" in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the policy is empty"),
        (b"# nothing but a comment\n", "the policy is empty"),
        (b"- a\n", "1:1: a policy is a mapping of keys"),
        (b"just text", "1:1: a policy is a mapping of keys"),
        (b"\x7fELF\x00\x01", "1:5: this is not UTF-8 text"),
        (b"version: 1\nrealm: \xff", "2:8: this is not UTF-8 text"),
        (b"version: 1\nrealm: [", "this is not YAML"),
        (b"version: 1\n---\nversion: 1\n", "3:1: a second document begins here"),
        (b"[a, a", "this is not YAML"),
        (b"#" * (1024 * 1024 + 1), "larger than 1024 KiB"),
    ],
)
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """Every kind of wrong file has one clear error with exit code 2."""
    path = tmp_path / "gonogo.yaml"
    path.write_bytes(content)
    with pytest.raises(PolicyError) as raised:
        load(path)
    assert said in str(raised.value)
    assert len(raised.value.problems) == 1
    assert raised.value.exit_code == 2


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The error says that there is no such file."""
    with pytest.raises(PolicyError, match="there is no such file"):
        load(tmp_path / "gonogo.yaml")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """The error says that the path is a folder."""
    with pytest.raises(PolicyError, match="this is a folder"):
        load(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    """Only a regular file is read."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(PolicyError, match="not a regular file"):
        load(pipe)


@pytest.mark.parametrize("name", ["x" * 5000, "loop", "a\0b"])
def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path, name: str) -> None:
    """The error has the reason that the system gives."""
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(PolicyError, match="the file cannot be read: "):
        load(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gates: 5", "2:8: gates: must be a mapping, not a number"),
        ("gates: {g: [a]}", "2:12: gates.g: must be a mapping, not a list"),
        ("rules: a.yml", "2:8: rules: must be a list, not text"),
        ("rules: [1]", "2:9: rules[0]: must be text, not a number; quote it"),
        ("rules: ['']", "2:9: rules[0]: must not be empty"),
        (
            "sources: {trusted: [{job: a, heartbeat: 'up offset 1m'}]}",
            "sources.trusted[0].heartbeat: must be the selector of one metric, such as up{job=",
        ),
        (
            "sources: {trusted: [{job: a, heartbeat: scrape_samples_scraped}]}",
            "sources.trusted[0].heartbeat: must not be a scrape_ series, which is fresh while the target is down",
        ),
        ("prometheus: null", "2:13: prometheus: must be a mapping, not null"),
        ("prometheus: {max_bytes: 1.5}", "2:25: prometheus.max_bytes: must be a whole number, not a number"),
        ("prometheus: {max_bytes: true}", "2:25: prometheus.max_bytes: must be a whole number, not true or false"),
        ("prometheus: {max_bytes: 0}", "2:25: prometheus.max_bytes: must be at least 1"),
        ("prometheus: {timeout: 0s}", "2:23: prometheus.timeout: must be greater than zero"),
        ("prometheus: {timeout: soon}", "2:23: prometheus.timeout: 'soon' is not a duration"),
        ("prometheus: {tls_config: {insecure_skip_verify: 1}}", "must be true or false, not a number"),
        ("prometheus: {tls_config: {cert_file: a}}", "cert_file and key_file must be set together"),
        ("prometheus: {url: 9090}", "prometheus.url: must be an address such as http://127.0.0.1:9090, not a number"),
        ("prometheus: {url: 'http://h:0'}", "prometheus.url: must be an address such as"),
        ("prometheus: {url: 'http://h:99999'}", "prometheus.url: must be an address such as"),
        ("prometheus: {url: 'http://h/#top'}", "prometheus.url: must be an address without ? and #"),
        (
            "gates: {require: {bogus: 1}}",
            "gates.require.bogus: there is no such key (known keys: abort, require, warn)",
        ),
        ("slos: [{name: a, objective: .nan, bad: x, total: y}]", "slos[0].objective: must be"),
        ("slos: [{name: a, objective: 0, bad: x, total: y}]", "slos[0].objective: must be above 0"),
        ("slos: [{name: a, objective: high, bad: x, total: y}]", "slos[0].objective: must be a number, not text"),
        ("slos: [{name: a, objective: 0.9, bad: x}]", "slos[0].total: is missing"),
        ("slos: [{name: a, objective: 0.9, bad: 'rate(x[5m])', total: y}]", "is not a plain counter selector"),
        (
            "slos: [{name: a, objectiv: 1, objective: 0.9, bad: x, total: y}]",
            "slos[0].objectiv: there is no such key (did you mean",
        ),
        ("subjects: [a, b, a]", "2:18: subjects[2]: 'a' is listed twice"),
        ("subjects: [metric_realm]", "subjects[0]: the label of the realm cannot name subjects"),
        (
            "subjects: [__name__]",
            "subjects[0]: is not a valid label name: Prometheus reserves names that begin with __",
        ),
        ("subjects: ['']", "subjects[0]: must not be empty"),
        ("synthetic_labels: {mode: smoke}", "synthetic_labels.mode: must be a list, not text"),
        ("synthetic_labels: {__9: [a]}", "2:20: synthetic_labels.__9: is not a valid label name"),
        ("runs: {required: [obs-lint, obs-lint]}", "runs.required[1]: 'obs-lint' is listed twice"),
        ("runs: {required: [lint]}", "runs.required[0]: must be obs-lint or promql-unit or sandbox-smoke-60s"),
        ("runs: {max_age: null}", "runs.max_age: must be a duration such as 45s, 6m or 1h30m, not null"),
        ("signals: {a b: {}}", "2:11: signals.a b: is not a valid signal name"),
        ("signals: {or: {}}", "signals.or: is not a valid signal name"),
        ("signals: {a: {metric: ' '}}", "signals.a.metric: must not be empty"),
        ("signals: {a: {labels: {'': x}}}", "signals.a.labels.: must not be empty"),
        ("signals: {a: {range: [1]}}", "signals.a.range: must be [low, high]"),
        ("signals: {a: {range: [low, 1]}}", "signals.a.range: must be [low, high]"),
        ("signals: {a: {scope: all}}", "signals.a.scope: must be 'subject' or 'shared'"),
        (
            "signals: {a: {labels: {metric_realm: x}}}",
            "a signal cannot set the label of the realm",
        ),
        ("gates: {obs-lint: {}}", "2:9: gates.obs-lint: is the name of a run gate"),
        ("gates: {'a b': {}}", "gates.a b: is not a valid gate name"),
        ("gates: {g: {require: [1]}}", "gates.g.require[0]: must be text, not a number"),
        ("gates: {g: {require: [a ~ 1]}}", "2:23: gates.g.require[0]: 'a ~ 1' is not a condition"),
        ("gates: {g: {require: [a == 1]}}", "gates.g.require[0]: there is no signal 'a' (declare it under signals)"),
        ("gates: {g: {require: [heartbeat_ok <= 1.5]}}", "1.5 is outside the range of heartbeat_ok, [0, 1]"),
        ("gates: {g: {require: [heartbeat_ok > 1]}}", "heartbeat_ok is in [0, 1], so it is never > 1"),
        ("gates: {g: {abort: [heartbeat_ok >= 0]}}", "heartbeat_ok is in [0, 1], so it is always >= 0"),
        ("gates: {g: {require: [heartbeat_changes_6m >= 10]}}", "heartbeat_changes_6m is at most 9"),
        ("gates: {g: {warn: [error_budget_burn_7d > 1001]}}", "error_budget_burn_7d is at most 1000"),
        ("dry_run: {certify: [mean(x) <= 1]}", "dry_run.certify[0]: there is no signal 'x'"),
        ("dry_run: {certify: [share(x) <= 1]}", "dry_run.certify[0]: 'x' is not a condition"),
        ("dry_run: {certify: [share(heartbeat_ok == 1) >= 99]}", "dry_run.certify[0]: 99 is outside [0, 1]"),
        ("dry_run: {certify: ['rises(x, 0.2) <= 0']}", "dry_run.certify[0]: there is no signal 'x'"),
        ("dry_run: {on_abort: []}", "dry_run.on_abort: must have at least 1 entry"),
        ("dry_run: {on_abort: rm -rf}", "dry_run.on_abort: must be a list, not text"),
        ("dry_run: {step: 2h, duration: 1h}", "dry_run: step must not be longer than duration"),
        ("stability: {weights: {uptime: 0.41}}", "stability.weights: the weights sum to 1.01, not to 1"),
        ("stability: {weights: {uptime: -1}}", "stability.weights.uptime: must be at least 0"),
        ("stability: {weights: {uptime: 2}}", "stability.weights.uptime: must be at most 1"),
        ("stability: {weights: {uptime: .inf}}", "stability.weights.uptime: must be"),
        ("stability: {weights: {uptime: null, alerts: null}}", "stability.weights: uptime and alerts missing"),
        ("stability: {weights: {luck: 0}}", "stability.weights.luck: there is no such key"),
        ("preset: l5", "2:9: preset: must be l4-dryrun, or null for a policy without a preset"),
        ("preset: [l4-dryrun]", "2:9: preset: must be l4-dryrun"),
        ("realm: null", "2:8: realm: the signals of the preset need a realm"),
        ("prefix: null", "2:9: prefix: the signals of the preset need a prefix"),
        ("prefix: a-b", "2:9: prefix: must have only letters, digits and _"),
        ("prometheus: {dialect: metricsql}", "prometheus.dialect: "),
        ("realm: ' '", "2:8: realm: must not be empty"),
        ("heartbeat: []", "2:12: heartbeat: must be a mapping, not a list"),
        ("heartbeat: {labels: []}", "heartbeat.labels: must be a mapping of names to text, not a list"),
        ("heartbeat: {labels: {via: x}}", "2:22: heartbeat.labels.via: is set by the writer"),
        ("heartbeat: {labels: {1b: x, ok: y}}", "heartbeat.labels.1b: is not a valid label name in a textfile"),
        ("heartbeat: {labels: {service.name: x}}", "older node_exporters refuse as a whole"),
        ("heartbeat: {read: push}", "heartbeat.read: there is no Pushgateway to read from"),
        ("heartbeat: {textfile_dir: null}", "heartbeat.read: there is no textfile to read"),
        ("heartbeat: {read: mail}", "heartbeat.read: must be textfile or push"),
        ("heartbeat: {fresh: 1500ms}", "heartbeat.fresh: must be whole seconds"),
        ("heartbeat: {fresh: 45s}", "heartbeat.fresh: a limit of 45s makes a healthy writer stale"),
        ("heartbeat: {window: 45s}", "heartbeat.window: a window of 45s can be without a beat"),
    ],
)
def test_one_mistake_is_one_problem_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    """Each mistake is reported once, in words, and causes no others."""
    found = mistakes(tmp_path, text)
    assert len(found) == 1, found
    assert said in found[0]


@pytest.mark.parametrize(
    "text",
    [
        "prometheus: {basic_auth: {username: u, password: hunter2, password_file: p}}",
        "prometheus: {authorization: {credentials: hunter2, credentials_file: p}}",
        "prometheus: {url: 'http://u:hunter2@host:9090'}",
        "prometheus: {rules_url: 'http://hunter2@host:9090'}",
        "prometheus: {targets_url: 'http://host/?token=hunter2'}",
        "prometheus: {url: 'hunter2'}",
        "prometheus: {timeout: 10s, bearer_token: hunter2}",
        "prometheus: {basic_auth: hunter2}",
        "prometheus: {basic_auth: {username: u, password_env: 'hunter2-'}}",
        "heartbeat: {pushgateway: 'https://u:hunter2@host'}",
    ],
)
def test_no_message_repeats_a_secret(tmp_path: Path, text: str) -> None:
    """A secret in the policy is a mistake, and the message does not repeat the secret."""
    found = mistakes(tmp_path, text)
    assert len(found) == 1, found
    assert "hunter2" not in found[0].replace("password_env", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("authorization: {type: Basic, credentials_file: p}", "for the type Basic use basic_auth"),
        ("authorization: {type: Bearer}", "give either credentials_file or credentials_env"),
        ("authorization: {credentials_file: p, credentials_env: P}", "give either credentials_file or credentials_env"),
        ("basic_auth: {username: u}", "give either password_file or password_env"),
        ("basic_auth: {password_file: p}", "prometheus.basic_auth.username: is missing"),
        (
            "authorization: {credentials_file: p}\n  basic_auth: {username: u, password_file: p}",
            "give either authorization or basic_auth",
        ),
    ],
)
def test_authentication_needs_one_method_with_one_secret(tmp_path: Path, text: str, said: str) -> None:
    """Contradictory or incomplete authentication is refused."""
    found = mistakes(tmp_path, f"prometheus:\n  {text}\n")
    assert len(found) == 1, found
    assert said in found[0]


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ("{Host: {value: x}}", "3:13: prometheus.headers.Host: is written by the HTTP client itself"),
        ("{authorization: {value: hunter2}}", "prometheus.headers.authorization: has keys of its own"),
        ("{'X A': {value: x}}", "prometheus.headers.X A: is not a valid header name"),
        ("{X-A: {value: x, value_env: X}}", "prometheus.headers.X-A: give exactly one of value"),
        ("{X-A: {}}", "prometheus.headers.X-A: give exactly one of value"),
        ("{X-A: hunter2}", "prometheus.headers.X-A: must be a mapping"),
        ('{X-A: {value: "hunter2\\r\\nX-B: c"}}', "prometheus.headers.X-A.value: must be printable ASCII on one line"),
        ("{X-A: {value: 7}}", "prometheus.headers.X-A.value: must be text, not a number; quote it"),
        ("{X-A: {value: a}, x-a: {value: b}}", "headers names one header twice"),
    ],
)
def test_an_invalid_header_is_refused(tmp_path: Path, headers: str, said: str) -> None:
    """The message has the place of the header, and not its value."""
    found = mistakes(tmp_path, f"prometheus:\n  headers: {headers}\n")
    assert len(found) == 1, found
    assert said in found[0]
    assert "hunter2" not in found[0]


@pytest.mark.parametrize(
    ("features", "said"),
    [
        (
            "[promql-experimental-function]",
            "prometheus.features[0]: promql-experimental-function is not a known",
        ),
        ("[promql-experimental-functions, 'a,b']", "prometheus.features[1]: must be the name of one feature"),
        ("[7]", "prometheus.features[0]: must be text"),
        ("promql-experimental-functions", "prometheus.features: must be a list"),
    ],
)
def test_an_unknown_feature_is_refused(tmp_path: Path, features: str, said: str) -> None:
    """A misspelt feature of PromQL would leave promtool without the feature."""
    found = mistakes(tmp_path, f"prometheus:\n  features: {features}\n")
    assert len(found) == 1, found
    assert said in found[0]


def test_headers_are_values_files_or_variables(tmp_path: Path) -> None:
    """Each source is kept, and the text of a header is not in the repr."""
    headers = "{X-Scope-OrgID: {value: team-a}, X-Key: {value_file: key}, X-Other: {value_env: OTHER}}"
    server = loaded(tmp_path, f"prometheus: {{headers: {headers}}}").server
    assert server.headers == {
        "X-Scope-OrgID": Secret("team-a"),
        "X-Key": Secret(file=tmp_path / "key"),
        "X-Other": Secret(env="OTHER"),
    }
    assert "team-a" not in repr(server)


def test_an_earlier_mistake_does_not_move_later_places(tmp_path: Path) -> None:
    """Entries after an unreadable entry keep their own places."""
    text = "gates:\n  g:\n    require:\n      - 1\n      - heartbeat_ok == 1\n      - 2\n      - heartbeat_okay == 1\n"
    assert [line.split(": ")[0] for line in mistakes(tmp_path, text)] == ["5:9", "7:9", "8:9"]


def test_the_consequences_of_a_mistake_are_not_reported(tmp_path: Path) -> None:
    """A signal that is missing because of another mistake is not called undeclared."""
    text = "heartbeat: {fresh: soon, window: never}\nsignals: {a: 5}\ngates: {g: {require: [%s]}}"
    judged = "a == 1, heartbeat_fresh_90s == 1, heartbeat_changes_4m >= 1"
    assert len(mistakes(tmp_path, text % judged)) == 3
    assert len(mistakes(tmp_path, "signals: {9: {}, a: {}, b: []}\ngates: {g: {require: [a > 1, b > 1]}}")) == 2


def test_the_default_is_the_preset_and_the_model(tmp_path: Path) -> None:
    """A policy of one line has the values of the specification."""
    file = loaded(tmp_path)
    policy = file.policy
    assert (policy.realm, policy.prefix, policy.subjects) == ("prod", "duri", ())
    assert policy.synthetic_labels == {"mode": ("smoke",)}
    assert (policy.runs, policy.heartbeat, policy.canary) == (Runs(), Heartbeat(), Canary())
    assert [gate.name for gate in policy.gates] == [gate.name for gate in PRESET_GATES]
    assert policy.signals == {signal.name: signal for gate in PRESET_GATES for signal in gate.signals(policy)}
    assert [str(condition) for condition in policy.gates[0].require] == [
        "heartbeat_ok == 1",
        "heartbeat_fresh_120s == 1",
        "heartbeat_changes_6m >= 1",
    ]
    assert sum(policy.weights.values()) == pytest.approx(1)
    assert [slo.name for slo in policy.slos] == ["green"]
    assert len(policy.dry_run.certify) == 4
    assert policy.dry_run == DryRun(certify=policy.dry_run.certify, reload=True)
    assert file.server == ServerSettings(config=tmp_path / "prometheus/prometheus.yml")
    assert file.rules == (f"{tmp_path}/prometheus/rules/*.yml",)
    assert file.tests == (tmp_path / "tests/promql",)
    assert file.journal == tmp_path / ".gonogo/journal.sqlite"
    assert file.named == {"version"}
    assert file.sha256 == hashlib.sha256(b"version: 1\n").hexdigest()


def test_signal_names_follow_the_heartbeat_durations(tmp_path: Path) -> None:
    """The signals and gates of the preset have the policy's own numbers."""
    policy = loaded(tmp_path, "heartbeat: {fresh: 1m45s, window: 5m, every: 30s}").policy
    names = {term.signal for gate in policy.gates for c in gate.require + gate.abort for term in c.terms}
    assert {"heartbeat_fresh_105s", "heartbeat_changes_5m"} <= names <= set(policy.signals)
    assert "share(heartbeat_fresh_105s == 1) >= 0.995" in {criterion.text for criterion in policy.dry_run.certify}


def test_mappings_merge_lists_replace_and_null_removes(tmp_path: Path) -> None:
    """The policy is laid over its preset key by key."""
    text = """
gates:
  heartbeat: {abort: [heartbeat_ok != 1 for 10m]}
  stability: null
  uptime: null
  canary-quorum-pass: {warn: null}
  mine: {require: [latency <= 0.5]}
signals: {latency: null, lyapunov_v: null}
slos: null
stability: null
dry_run: {certify: null, blind: 5m}
runs: {required: null}
rules: null
tests: []
"""
    (found,) = mistakes(tmp_path, text)
    assert "there is no signal 'latency'" in found
    file = loaded(tmp_path, text.replace("latency: null", "latency: {}"))
    policy = file.policy
    gates = {gate.name: gate for gate in policy.gates}
    kept = [gate.name for gate in PRESET_GATES if gate.name not in {"stability", "uptime"}]
    assert list(gates) == [*kept, "mine"]
    assert len(gates["heartbeat"].require) == 3
    assert [str(condition) for condition in gates["heartbeat"].abort] == ["heartbeat_ok != 1 for 10m"]
    assert gates["canary-quorum-pass"].warn == ()
    assert "lyapunov_v" not in policy.signals
    assert (policy.slos, policy.weights, policy.dry_run.certify, policy.runs.required) == ((), {}, (), ())
    assert policy.dry_run.blind == timedelta(minutes=5)
    assert (file.rules, file.tests) == ((), ())


def test_signals_of_the_preset_change_only_in_the_given_keys(tmp_path: Path) -> None:
    """A given key replaces the value of the preset, and null means the default."""
    text = """
signals:
  lyapunov_v: {max_age: 2m}
  heartbeat_ok: {metric: other_ok, labels: {job: a}, range: [null, 1], push_max_age: null, scope: shared}
  latency: {metric: "job:latency:p99", range: [0, 1]}
  plain: {range: null}
"""
    policy = loaded(tmp_path, text).policy
    built_in = loaded(tmp_path).policy.signals
    assert policy.signals["lyapunov_v"].max_age == timedelta(minutes=2)
    assert policy.signals["lyapunov_v"].range == built_in["lyapunov_v"].range
    ok = policy.signals["heartbeat_ok"]
    assert (ok.metric, ok.labels, ok.push_max_age, ok.scope) == ("other_ok", {"job": "a"}, None, Scope.SHARED)
    assert ok.range == ValueRange(high=1)
    assert ok.written_at == built_in["heartbeat_ok"].written_at
    assert policy.signals["latency"] == Signal("latency", "job:latency:p99", range=ValueRange(0, 1))
    assert policy.signals["plain"] == Signal("plain", "duri_plain")


def test_a_policy_without_a_preset(tmp_path: Path) -> None:
    """Any gates judge any signals, with no realm and no prefix."""
    text = "preset: null\nsignals: {up: {labels: {job: api}}}\ngates: {alive: {require: [up == 1]}, quiet: {}}\n"
    file = loaded(tmp_path, text)
    assert (file.policy.realm, file.policy.prefix) == (None, "")
    assert file.policy.signals == {"up": Signal("up", "up", {"job": "api"})}
    assert [gate.name for gate in file.policy.gates] == ["alive", "quiet"]
    assert file.policy.runs.required == RUN_GATES
    assert {"preset", "signals.up.labels.job", "gates.alive.require"} <= file.named
    named = loaded(tmp_path, text + "realm: null\nprefix: acme").policy
    assert (named.realm, named.signals["up"].metric) == (None, "acme_up")


def test_the_realm_label_may_be_a_subject_in_a_policy_without_a_realm(tmp_path: Path) -> None:
    """The label is a realm only if the policy has a realm."""
    text = "preset: null\nsubjects: [metric_realm]\nsignals: {up: {labels: {metric_realm: a}}}"
    assert loaded(tmp_path, text).policy.subjects == ("metric_realm",)


def test_a_gate_that_only_requires_presence_is_accepted(tmp_path: Path) -> None:
    """A doubtful gate is not an error."""
    assert loaded(tmp_path, "gates: {g: {require: [heartbeat_ok >= 0]}, empty: {}}").policy.gates[-1].name == "empty"


def test_paths_start_from_the_policy_and_the_path_stays_as_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative paths start at the policy's folder, and absolute paths stay. The folder's unusual name is no glob."""
    folder = tmp_path / "a[b]*"
    folder.mkdir()
    written(
        folder,
        """
version: 1
rules: [rules/*.yml, /etc/rules.yml]
tests: [t, /etc/t]
journal: j
heartbeat: {textfile_dir: text, labels: null}
prometheus:
  config: null
  authorization: {credentials_file: c}
  tls_config: {ca_file: ca, cert_file: cert, key_file: /key, server_name: s, insecure_skip_verify: true}
""",
    )
    monkeypatch.chdir(folder)
    file = load(Path("gonogo.yaml"))
    assert file.path == Path("gonogo.yaml")
    assert file.rules == (f"{tmp_path}/a\\[b]\\*/rules/*.yml", "/etc/rules.yml")
    assert file.tests == (folder / "t", Path("/etc/t"))
    assert file.journal == folder / "j"
    assert file.policy.heartbeat.textfile_dir == str(folder / "text")
    assert file.server == ServerSettings(
        authorization_type="Bearer",
        credentials=Secret(file=folder / "c"),
        ca_file=folder / "ca",
        cert_file=folder / "cert",
        key_file=Path("/key"),
        server_name="s",
        insecure_skip_verify=True,
    )


def test_a_password_can_come_from_a_variable(tmp_path: Path) -> None:
    """The policy names the environment variable. Its value is not read yet."""
    server = loaded(tmp_path, "prometheus: {url: 'https://h/p', basic_auth: {username: u, password_env: PW}}").server
    assert (server.url, server.username, server.password) == ("https://h/p", "u", Secret(env="PW"))


FRAGMENTS = st.sampled_from(
    [
        "version: 1",
        "preset: null",
        "realm: null",
        "prefix: x",
        "subjects: [a]",
        "gates:",
        "  g:",
        "    require: [heartbeat_ok == 1]",
        "  heartbeat: null",
        "signals:",
        "  s: {range: [0, 1]}",
        "  s: null",
        "slos: [{name: a}]",
        "slos: null",
        "heartbeat: {every: 30s}",
        "heartbeat: {fresh: 30s, bogus: 1}",
        "prometheus: {url: http://h, authorization: {}}",
        "stability: {weights: null}",
        "stability: {weights: {uptime: 1}}",
        "dry_run: {certify: [mean(s) <= 1, 3]}",
        "runs: [1]",
        "rules: {a: b}",
        "? [a]",
        "- x",
        "&a",
        "*a",
        "\t",
        ": 1",
    ]
)


@given(st.lists(FRAGMENTS, max_size=8), st.integers(0, 200), st.text("{}[]:-,&*!|>'\"# \n0aé", max_size=4))
@settings(suppress_health_check=[*settings().suppress_health_check, HealthCheck.function_scoped_fixture])
def test_any_text_is_a_policy_or_has_mistakes(tmp_path: Path, lines: list[str], cut: int, noise: str) -> None:
    """The loader raises no other error, and every mistake has its place."""
    text = "\n".join(lines)
    path = written(tmp_path, f"{text[:cut]}{noise}{text[cut:]}")
    found: tuple[Problem, ...] = ()
    try:
        load(path)
    except PolicyError as error:
        found = error.problems
    assert all(problem.where or "empty" in problem.message for problem in found)


WHOLE = """\
version: 1
subjects: [service]
prometheus: {url: http://127.0.0.1:9090, timeout: 10s, authorization: {type: Bearer, credentials_file: x}}
signals: {lat: {metric: "a:b", labels: {job: api}, range: [0, 1], max_age: 2m, push_max_age: 5m, scope: shared}}
heartbeat: {every: 45s, window: 6m, fresh: 120s, textfile_dir: x, pushgateway: null, read: textfile, labels: {}}
slos:
  - {name: a, objective: 0.999, bad: 'x{slo="a"}', total: y}
gates:
  g: {require: ["lat <= 0.5 or falling(lat, 30m)"], abort: [lat > 0.9 for 5m]}
dry_run: {certify: [share(lat <= 0.5) >= 0.9, mean(lat) <= 0.2, "rises(lat, 0.2) <= 0"]}
"""
VALUES = [
    "null",
    "[]",
    "{}",
    "-1",
    "1e400",
    ".nan",
    "true",
    "''",
    "5m",
    "{a: {b: c}}",
    "[1, [2]]",
    "*a",
    "!!int ",
    "\n",
    "",
]


@given(st.integers(0, len(WHOLE)), st.integers(0, 20), st.sampled_from(VALUES))
@settings(suppress_health_check=[*settings().suppress_health_check, HealthCheck.function_scoped_fixture])
def test_a_policy_with_a_replaced_piece_is_loaded_or_refused(tmp_path: Path, at: int, length: int, piece: str) -> None:
    """A slip anywhere in a valid policy gives a policy or mistakes, and never a crash."""
    path = written(tmp_path, WHOLE[:at] + piece + WHOLE[at + length :])
    found: tuple[Problem, ...] = ()
    try:
        load(path)
    except PolicyError as error:
        found = error.problems
    assert all(str(tmp_path) in str(problem) for problem in found)


def test_the_policy_of_the_replacement_tests_is_valid(tmp_path: Path) -> None:
    """Without a replaced piece the policy can be loaded."""
    assert load(written(tmp_path, WHOLE)).policy.gates[-1].name == "g"
