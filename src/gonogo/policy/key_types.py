"""The types of a policy's keys. Each has its own check, and a JSON Schema for editors.

The message of each ValueError says in words what is wrong.
"""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, WithJsonSchema

from gonogo.model.condition import SIGNAL_NAME, Condition, Criterion, parse_condition, parse_criterion
from gonogo.model.policy import RUN_GATES, ValueRange
from gonogo.model.series import SCRAPE
from gonogo.policy import values
from gonogo.policy.values import text
from gonogo.server.http_settings import header_mistake, sendable

_GATE_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")


def _signal_name(value: object) -> str:
    """Check that the grammar of conditions can read the name of a signal."""
    if not SIGNAL_NAME.fullmatch(name := text(value)) or name == "or":
        raise ValueError(
            "is not a valid signal name: use letters, digits, _ and :, no digit at the beginning, and not 'or'"
        )
    return name


def _gate_name(value: object) -> str:
    """Check the name of a gate, which must not be the name of a run gate."""
    if not _GATE_NAME.fullmatch(name := text(value)):
        raise ValueError(
            "is not a valid gate name: use letters, digits, _, - and ., with a letter or digit at the beginning"
        )
    if name in RUN_GATES:
        raise ValueError("is the name of a run gate, which needs a record; list it under runs.required")
    return name


def _counter(value: object) -> str:
    """Check the selector of a counter."""
    from gonogo.rulepack.selector import parse_selector  # noqa: PLC0415 - a policy without SLOs does not pay for it

    parse_selector(selector := text(value))
    return selector


def _instant_selector(value: object) -> str:
    """Check the selector of an instant vector. Return its canonical text."""
    from gonogo.promql.canonical import instant  # noqa: PLC0415 - a policy without selectors does not pay for it
    from gonogo.promql.parser import parse  # noqa: PLC0415 - as above
    from gonogo.promql.tree import Vector  # noqa: PLC0415 - as above

    tree = parse(text(value))
    if not isinstance(tree, Vector) or tree.offset or tree.at or tree.metric is None:
        raise ValueError('must be the selector of one metric, such as up{job="otel"}')
    if tree.metric.startswith(SCRAPE):
        raise ValueError(
            "must not be a scrape_ series, which is fresh while the target is down; name up, which must be 1"
        )
    return instant(tree)


def _header_name(value: object) -> str:
    """Check the name of an HTTP header that a policy may set."""
    if mistake := header_mistake(name := text(value)):
        raise ValueError(mistake)
    return name


def _header_value(value: object) -> str:
    """Check the value of an HTTP header. No message repeats the value."""
    if not sendable(given := text(value)):
        raise ValueError("must be printable ASCII on one line, without spaces around it")
    return given


def _bounds(value: object) -> ValueRange:
    """Read ``[low, high]``. The value ``null`` means an open end."""
    if not isinstance(value, list) or len(value) != 2 or not all(_is_end(end) for end in value):  # noqa: PLR2004 - a pair
        raise ValueError("must be [low, high], each a number or null")
    low, high = (-math.inf if value[0] is None else value[0]), (math.inf if value[1] is None else value[1])
    if low > high:
        raise ValueError("must have its lower end first")
    return ValueRange(float(low), float(high))


def _is_end(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value))


DURATION_PATTERN = "^([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"

DURATION_SCHEMA = WithJsonSchema(
    {"type": "string", "minLength": 2, "pattern": DURATION_PATTERN, "examples": ["45s", "6m", "1h30m"]}
)

Duration = Annotated[timedelta, BeforeValidator(values.positive_duration), DURATION_SCHEMA]
Text = Annotated[str, BeforeValidator(values.text), Field(min_length=1)]
URL_SCHEMA = WithJsonSchema({"type": "string", "pattern": "^https?://"})
Url = Annotated[str, BeforeValidator(values.http_url), URL_SCHEMA]
LabelName = Annotated[str, BeforeValidator(values.label_name)]
ClassicLabelName = Annotated[str, BeforeValidator(values.classic_label_name)]
MetricName = Annotated[str, BeforeValidator(values.metric_name)]
SignalName = Annotated[str, BeforeValidator(_signal_name)]
GateName = Annotated[str, BeforeValidator(_gate_name)]
Counter = Annotated[str, BeforeValidator(_counter)]
InstantSelector = Annotated[str, BeforeValidator(_instant_selector)]
Variable = Annotated[str, BeforeValidator(values.variable)]
HeaderName = Annotated[str, BeforeValidator(_header_name)]
FeatureName = Annotated[
    str,
    BeforeValidator(values.feature),
    WithJsonSchema(
        {"type": "string", "pattern": values.FEATURE_PATTERN, "examples": ["promql-experimental-functions"]}
    ),
]
HeaderValue = Annotated[str, BeforeValidator(_header_value), Field(min_length=1)]
RunGate = Annotated[
    str, BeforeValidator(lambda value: values.one_of(value, RUN_GATES)), WithJsonSchema({"enum": list(RUN_GATES)})
]
Bounds = Annotated[
    InstanceOf[ValueRange],
    BeforeValidator(_bounds),
    WithJsonSchema(
        {"type": "array", "items": {"type": ["number", "null"]}, "minItems": 2, "maxItems": 2, "examples": [[0, None]]}
    ),
]
ConditionText = Annotated[
    InstanceOf[Condition],
    BeforeValidator(lambda value: parse_condition(text(value))),
    WithJsonSchema(
        {
            "type": "string",
            "examples": [
                "heartbeat_ok == 1",
                "x > 0.5 for 5m",
                "v <= 0.2 or falling(v, 30m)",
                "unknown(x) for 5m",
            ],
        }
    ),
]
CriterionText = Annotated[
    InstanceOf[Criterion],
    BeforeValidator(lambda value: parse_criterion(text(value))),
    WithJsonSchema({"type": "string", "examples": ["share(x == 1) >= 0.99", "mean(v) <= 0.2", "rises(v, 0.2) <= 0"]}),
]
Weight = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Keys(BaseModel):
    """A mapping with known keys. Any other key is a mistake."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)
