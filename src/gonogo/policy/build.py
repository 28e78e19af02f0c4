"""Builds the policy of the core, and the settings beside it, from keys that were checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from gonogo.disk.finding_files import escaped
from gonogo.formats.dialect import Dialect
from gonogo.model.heartbeat import Heartbeat
from gonogo.model.policy import (
    EVALUATION,
    Canary,
    DryRun,
    Gate,
    Policy,
    Receiver,
    Runs,
    Scope,
    Signal,
    Slo,
    ValueRange,
    evaluated_metric,
)
from gonogo.model.replacing import replace
from gonogo.policy.heartbeat import Identity
from gonogo.policy.schema import PolicyKeys, SignalKeys
from gonogo.policy.server_keys import PrometheusKeys, ReloadKeys, TlsKeys
from gonogo.policy.settings import ReloadSettings, Secret, ServerSettings, Trigger


def build_policy(keys: PolicyKeys, identity: Identity, heartbeat: Heartbeat) -> Policy:
    """Return the policy, with the signals of its preset."""
    run, weights = keys.dry_run, keys.stability.weights.model_dump() if keys.stability else {}
    bare = Policy(
        realm=identity.realm,
        prefix=identity.prefix or "",
        subjects=tuple(keys.subjects or ()),
        synthetic_labels={label: tuple(found) for label, found in (keys.synthetic_labels or {}).items()},
        signals={},
        gates=(),
        runs=Runs(keys.runs.max_age, tuple(keys.runs.required or ())),
        heartbeat=heartbeat,
        slos=tuple(Slo(slo.name, slo.objective, slo.bad, slo.total) for slo in keys.slos or ()),
        canary=Canary(keys.canary.min_samples, keys.canary.window),
        weights={name: weight for name, weight in weights.items() if weight is not None},
        trusted=tuple(Receiver(one.job, one.heartbeat) for one in keys.sources.trusted or ()),
        dry_run=DryRun(
            run.duration,
            run.step,
            run.blind,
            tuple(run.certify or ()),
            tuple(run.on_abort or ()),
            identity.preset is not None if run.reload is None else run.reload,
        ),
    )
    built_in = preset_signals(bare) if identity.preset is not None else {}
    return replace(bare, signals=_signals(built_in, keys, identity.prefix), gates=_gates(keys))


def preset_signals(policy: Policy) -> dict[str, Signal]:
    """Return the signals of all gates of the preset by name."""
    from gonogo.rulepack.gates.catalogue import PRESET_GATES  # noqa: PLC0415 - a policy without the preset does not pay for it

    return {signal.name: signal for gate in PRESET_GATES for signal in gate.signals(policy)}


def server_settings(keys: PrometheusKeys, folder: Path) -> ServerSettings:
    """Return the settings of the server. Relative paths start from ``folder``."""
    authorization, basic, tls = keys.authorization, keys.basic_auth, keys.tls_config or TlsKeys()
    return ServerSettings(
        url=keys.url,
        config=_path(folder, keys.config),
        rules_url=keys.rules_url,
        targets_url=keys.targets_url,
        timeout=keys.timeout,
        max_bytes=keys.max_bytes,
        authorization_type=authorization.type if authorization else "Bearer",
        credentials=_secret(folder, authorization.credentials_file, authorization.credentials_env)
        if authorization
        else None,
        username=basic.username if basic else None,
        password=_secret(folder, basic.password_file, basic.password_env) if basic else None,
        ca_file=_path(folder, tls.ca_file),
        cert_file=_path(folder, tls.cert_file),
        key_file=_path(folder, tls.key_file),
        server_name=tls.server_name,
        insecure_skip_verify=tls.insecure_skip_verify,
        dialect=Dialect(keys.dialect),
        headers={n: _secret(folder, of.value_file, of.value_env, of.value) for n, of in (keys.headers or {}).items()},
        features=tuple(keys.features or ()),
    )


def _secret(folder: Path, file: str | None, env: str | None, value: str | None = None) -> Secret:
    return Secret(value, _path(folder, file), env)


def reload_settings(keys: ReloadKeys, folder: Path) -> ReloadSettings:
    """Return the settings of the safe reload. Relative paths start from ``folder``."""
    there = keys.promtool
    return ReloadSettings(
        trigger=Trigger(keys.trigger),
        pid=keys.pid,
        pid_file=_path(folder, keys.pid_file),
        command=tuple(keys.command or ()),
        promtool=tuple(there.command) if there else (),
        promtool_root=there.root if there else None,
        promtool_base=_path(folder, there.base) if there else None,
        min_gap=keys.min_gap or timedelta(0),
        max_removed=keys.max_removed,
        timeout=keys.timeout,
        metrics=_path(folder, keys.metrics),
        state=_path(folder, keys.state),
    )


def absolute_glob(folder: Path, pattern: str) -> str:
    """Return a glob that starts from ``folder``. Special characters in the folder's own name are escaped."""
    return pattern if Path(pattern).is_absolute() else f"{escaped(str(folder))}/{pattern}"


def _path(folder: Path, name: str | None) -> Path | None:
    return None if name is None else folder / name


def _gates(keys: PolicyKeys) -> tuple[Gate, ...]:
    return tuple(
        Gate(name, tuple(gate.require or ()), tuple(gate.abort or ()), tuple(gate.warn or ()))
        for name, gate in (keys.gates or {}).items()
        if gate is not None
    )


def _signals(built_in: Mapping[str, Signal], keys: PolicyKeys, prefix: str | None) -> dict[str, Signal]:
    signals = dict(built_in)
    for name, given in (keys.signals or {}).items():
        if given is None:
            signals.pop(name, None)
            continue
        metric = name if prefix is None else f"{prefix}_{name}"
        signals[name] = replace(signals.get(name, Signal(name, metric)), **_given(given, metric))
        if given.expr is not None or given.alerts is not None:
            signals[name] = replace(
                signals[name],
                metric=evaluated_metric(name),
                expression=given.expr or "",
                alerts=given.alerts,
                interval=given.interval or EVALUATION,
            )
    return signals


def _given(keys: SignalKeys, metric: str) -> dict[str, Any]:
    """Return the parts of a signal that its keys set. The value ``null`` means the default."""
    meant = {
        "metric": keys.metric or metric,
        "labels": dict(keys.labels or {}),
        "range": keys.range or ValueRange(),
        "max_age": keys.max_age,
        "push_max_age": keys.push_max_age,
        "scope": Scope(keys.scope),
        "sources": keys.sources,
    }
    return {name: value for name, value in meant.items() if name in keys.model_fields_set}
