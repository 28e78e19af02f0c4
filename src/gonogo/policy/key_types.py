"""The types of a policy's keys. Each has its own check, and a JSON Schema for editors."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, WithJsonSchema

from gonogo.model.certificate import Criterion
from gonogo.model.condition import Condition
from gonogo.model.gate import RUN_GATES
from gonogo.model.signal import ValueRange
from gonogo.policy import terms, values

DURATION_PATTERN = "^([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"

Duration = Annotated[
    timedelta,
    BeforeValidator(values.positive_duration),
    WithJsonSchema({"type": "string", "minLength": 2, "pattern": DURATION_PATTERN, "examples": ["45s", "6m", "1h30m"]}),
]
Text = Annotated[str, BeforeValidator(values.text), Field(min_length=1)]
Url = Annotated[str, BeforeValidator(values.http_url), WithJsonSchema({"type": "string", "pattern": "^https?://"})]
LabelName = Annotated[str, BeforeValidator(values.label_name)]
ClassicLabelName = Annotated[str, BeforeValidator(values.classic_label_name)]
MetricName = Annotated[str, BeforeValidator(values.metric_name)]
SignalName = Annotated[str, BeforeValidator(terms.signal_name)]
GateName = Annotated[str, BeforeValidator(terms.gate_name)]
Counter = Annotated[str, BeforeValidator(terms.counter)]
Variable = Annotated[str, BeforeValidator(values.variable)]
HeaderName = Annotated[str, BeforeValidator(values.header_name)]
FeatureName = Annotated[
    str,
    BeforeValidator(values.feature),
    WithJsonSchema(
        {"type": "string", "pattern": values.FEATURE_PATTERN, "examples": ["promql-experimental-functions"]}
    ),
]
HeaderValue = Annotated[str, BeforeValidator(values.header_value), Field(min_length=1)]
RunGate = Annotated[
    str, BeforeValidator(lambda value: values.one_of(value, RUN_GATES)), WithJsonSchema({"enum": list(RUN_GATES)})
]
Bounds = Annotated[
    InstanceOf[ValueRange],
    BeforeValidator(terms.bounds),
    WithJsonSchema(
        {"type": "array", "items": {"type": ["number", "null"]}, "minItems": 2, "maxItems": 2, "examples": [[0, None]]}
    ),
]
ConditionText = Annotated[
    InstanceOf[Condition],
    BeforeValidator(terms.condition),
    WithJsonSchema(
        {"type": "string", "examples": ["heartbeat_ok == 1", "x > 0.5 for 5m", "v <= 0.2 or falling(v, 30m)"]}
    ),
]
CriterionText = Annotated[
    InstanceOf[Criterion],
    BeforeValidator(terms.criterion),
    WithJsonSchema({"type": "string", "examples": ["share(x == 1) >= 0.99", "mean(v) <= 0.2", "rises(v, 0.2) <= 0"]}),
]
Weight = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Keys(BaseModel):
    """A mapping with known keys. Any other key is a mistake."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)
