"""The keys of a policy file: their types, defaults and meanings.

``gonogo schema`` prints these keys. Every policy is checked against them after it was
merged with its preset. Defaults of the model's values are taken from the model.
``null`` empties a list or a mapping.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic.json_schema import GenerateJsonSchema

from gonogo.durations import format_duration
from gonogo.model.heartbeat import Heartbeat
from gonogo.model.policy import Canary, DryRun, Runs, Scope
from gonogo.policy import values
from gonogo.policy.file import DEFAULT_PRESET, PRESETS
from gonogo.policy.heartbeat import CHECKS, READS, STATE_FOLDER, pushgateway_url
from gonogo.policy.key_types import (
    DURATION_SCHEMA,
    URL_SCHEMA,
    Bounds,
    ClassicLabelName,
    ConditionText,
    Counter,
    CriterionText,
    Duration,
    GateName,
    InstantSelector,
    Keys,
    LabelName,
    MetricName,
    RunGate,
    SignalName,
    Text,
    Weight,
)
from gonogo.policy.server_keys import PrometheusKeys, ReloadKeys

_HEARTBEAT = Heartbeat()


class RunsKeys(Keys):
    """The run gates: lint, unit tests and smoke."""

    max_age: Duration = Field(default=Runs().max_age, description="The greatest age of a passed record.")
    required: list[RunGate] | None = Field(default=list(Runs().required), description="The run gates that must pass.")


class SignalKeys(Keys):
    """A named series, an expression, or a count of alerts. For a signal of the preset, only the given keys change."""

    metric: MetricName | None = Field(
        default=None, description="The name of the metric; null = the prefix, _ and the signal's name."
    )
    expr: Text | None = Field(
        default=None, description="PromQL that gonogo evaluates, in place of a metric; its result has metric_realm."
    )
    alerts: dict[LabelName, Text] | None = Field(
        default=None, description="Labels of alerts: the signal is the number of firing alerts that have them."
    )
    interval: Duration | None = Field(
        default=None, description="The time between two evaluations of expr or alerts; null = 15s."
    )
    labels: dict[LabelName, Text] | None = Field(
        default=None, description="Labels that the series must have, besides metric_realm."
    )
    range: Bounds | None = Field(
        default=None, description="The values that the signal can have, [low, high]; null = no bound."
    )
    max_age: Duration | None = Field(
        default=None, description="The greatest age of the newest sample; null = 2 intervals + 5 s."
    )
    push_max_age: Duration | None = Field(
        default=None, description="The greatest age of a push that feeds the signal; null = max_age, at least 5m."
    )
    sources: float = Field(
        default=1.0, gt=0, le=1, description="The share of the sources that must be up, fresh and speaking."
    )
    scope: Literal["subject", "shared"] = Field(
        default=Scope.SUBJECT.value, description="One series for each subject, or one for all."
    )


class ReceiverKeys(Keys):
    """A job whose series arrive by remote write, OTLP or federation."""

    job: Text = Field(description="The label job of the series.")
    heartbeat: InstantSelector = Field(
        description="Selector of a series that is fresh while the receiver and the way to it work."
    )


class SourcesKeys(Keys):
    """The sources that need no target and no push."""

    trusted: list[ReceiverKeys] | None = Field(
        default=None, description="Jobs whose series the policy vouches for while their heartbeat is fresh."
    )


class HeartbeatKeys(Keys):
    """The beats of the writer, and the limits of the rules that read them."""

    every: Duration = Field(default=_HEARTBEAT.every, description="The time between two beats.")
    window: Duration = Field(
        default=_HEARTBEAT.window, description="The time over which changes of the sequence are counted."
    )
    fresh: Annotated[timedelta, BeforeValidator(CHECKS["fresh"]), DURATION_SCHEMA] = Field(
        default=_HEARTBEAT.fresh, description="The greatest age of the newest beat; whole seconds, at most 7d."
    )
    textfile_dir: Text | None = Field(
        default=_HEARTBEAT.textfile_dir, description="node_exporter's textfile folder; null = none."
    )
    pushgateway: Annotated[str, BeforeValidator(pushgateway_url), URL_SCHEMA] | None = Field(
        default=_HEARTBEAT.pushgateway, description="The address of a Pushgateway; null = none."
    )
    read: Annotated[str, BeforeValidator(CHECKS["read"]), WithJsonSchema({"enum": list(READS)})] = Field(
        default=_HEARTBEAT.read, description="The published copy that the rules read."
    )
    labels: dict[ClassicLabelName, Text] | None = Field(
        default=None, description="Labels of every beat, such as the subject's."
    )


class SloKeys(Keys):
    """An objective and its two counters."""

    name: Text = Field(description="The value of the label slo.")
    objective: float = Field(gt=0, lt=1, description="The share of events that must be good, strictly between 0 and 1.")
    bad: Counter = Field(description="Selector of the counter of bad events; P_ stands for the prefix.")
    total: Counter = Field(description="Selector of the counter of all events; P_ stands for the prefix.")


class CanaryKeys(Keys):
    """The settings of `canary judge`. The gates have their own numbers."""

    min_samples: int = Field(
        default=Canary().min_samples, ge=1, description="The least number of samples for a decision."
    )
    window: Duration = Field(default=Canary().window, description="The time over which samples are counted.")


class WeightKeys(Keys):
    """The weights of the shortfalls in V: all five, not negative, 1 in sum."""

    uptime: Weight | None = Field(default=None, description="The heartbeat's freshness over 1 h.")
    alerts: Weight | None = Field(default=None, description="Alerts an hour.")
    recovery: Weight | None = Field(default=None, description="Time to recover.")
    rehearsals: Weight | None = Field(default=None, description="Failed rehearsals over 7 d.")
    throughput: Weight | None = Field(default=None, description="Events created over 1 h.")


class StabilityKeys(Keys):
    """The formula of V."""

    weights: WeightKeys = Field(default_factory=WeightKeys, description="The weight of each shortfall.")


class GateKeys(Keys):
    """A gate: a named set of conditions."""

    require: list[ConditionText] | None = Field(
        default=None, description="All conditions must hold for the gate to pass."
    )
    abort: list[ConditionText] | None = Field(default=None, description="A condition that holds ends a dry run.")
    warn: list[ConditionText] | None = Field(
        default=None, description="A condition that holds is reported, and changes no verdict."
    )


class DryRunKeys(Keys):
    """The watched period."""

    duration: Duration = Field(default=DryRun().duration, description="The length of the watch.")
    step: Duration = Field(default=DryRun().step, description="The time between two verdicts.")
    blind: Duration = Field(default=DryRun().blind, description="HOLD for this long is an abort.")
    certify: list[CriterionText] | None = Field(
        default=None, description="The criteria that the whole run must meet for a certificate."
    )
    on_abort: Annotated[list[Text], Field(min_length=1)] | None = Field(
        default=None,
        description="A program and its arguments; it gets the verdict and the cause as JSON on standard input.",
    )
    reload: bool | None = Field(
        default=None,
        description="Reload the server before the verdict; false: only compare what it has loaded with the files. "
        "null = true with a preset, false without.",
    )

    @model_validator(mode="after")
    def _steps_fit(self) -> DryRunKeys:
        if self.step > self.duration:
            raise ValueError("step must not be longer than duration")
        return self


class PolicyKeys(Keys):
    """A policy of gonogo: the signals, the gates, and the settings of every command."""

    version: Literal[1] = Field(description="The version of these keys.")
    preset: Annotated[str, WithJsonSchema({"enum": list(PRESETS)})] | None = Field(
        default=DEFAULT_PRESET, description="The preset that the other keys change; null = no preset."
    )
    realm: Text | None = Field(default=None, description="The value of metric_realm that every signal must have.")
    prefix: Annotated[str, BeforeValidator(values.prefix)] | None = Field(
        default=None, description="The beginning of the preset's metric names."
    )
    subjects: list[LabelName] | None = Field(
        default=None, description="Labels whose values name the subjects; empty = one subject."
    )
    synthetic_labels: dict[LabelName, list[Text]] | None = Field(
        default={"mode": ["smoke"]}, description="Label values that mark a series as made up."
    )
    prometheus: PrometheusKeys = Field(default_factory=PrometheusKeys, description="The server that gonogo asks.")
    reload: ReloadKeys = Field(default_factory=ReloadKeys, description="The safe reload.")
    rules: list[Text] | None = Field(default=["prometheus/rules/*.yml"], description="Globs of the rule files.")
    tests: list[Text] | None = Field(default=["tests/promql"], description="Files and folders of promtool tests.")
    runs: RunsKeys = Field(default_factory=RunsKeys, description="The run gates.")
    journal: Text = Field(default=f"{STATE_FOLDER}/journal.sqlite", description="The file of records.")
    signals: dict[SignalName, SignalKeys | None] | None = Field(
        default=None, description="Signals by name; null removes one."
    )
    sources: SourcesKeys = Field(default_factory=SourcesKeys, description="The sources of series.")
    heartbeat: HeartbeatKeys = Field(default_factory=HeartbeatKeys, description="The writer's beats.")
    slos: list[SloKeys] | None = Field(default=None, description="Service level objectives.")
    canary: CanaryKeys = Field(default_factory=CanaryKeys, description="The settings of `canary judge`.")
    stability: StabilityKeys | None = Field(default=None, description="The formula of V.")
    gates: dict[GateName, GateKeys | None] | None = Field(default=None, description="Gates by name; null removes one.")
    dry_run: DryRunKeys = Field(default_factory=DryRunKeys, description="The watched period.")


class _Readable(GenerateJsonSchema):
    """A JSON Schema with durations as a policy writes them, and without titles that only repeat the keys."""

    def encode_default(self, dft: object) -> object:
        """Return a default as the policy file writes it."""
        return format_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - pydantic's signature
        """Return False: titles are left out."""
        return False


def json_schema() -> dict[str, object]:
    """Return the JSON Schema (2020-12) of the policy file."""
    schema = PolicyKeys.model_json_schema(schema_generator=_Readable)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "gonogo policy"}
