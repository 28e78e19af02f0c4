"""The templates of the rule pack: YAML files in ``templates/``, with placeholders such as ``${realm}``.

A template is read as YAML before its placeholders are filled in, so that no value of a policy can change the structure
of a file. A value that goes into PromQL is a whole matcher or a quoted string.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from gonogo.model.policy import Policy, Signal
from gonogo.model.series import REALM_LABEL
from gonogo.promql.matchers import equal, label
from gonogo.rulepack.selector import CounterSelector, parse_selector

_FOLDER = Path(__file__).parent / "templates"
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_PREFIX_PLACEHOLDER = "P_"
_SUBJECTS = ("alpha", "beta")
_INVERSE_PRECISION = 10**6


@cache
def documents(name: str) -> tuple[dict[str, Any], ...]:
    """Return the documents of a template. Every scalar is text."""
    return tuple(yaml.load_all((_FOLDER / name).read_text("utf-8"), yaml.BaseLoader))


def filled(template: Any, values: Mapping[str, str]) -> Any:  # noqa: ANN401 - any YAML
    """Return a part of a template with its placeholders filled in. A value is not looked at again."""
    match template:
        case str():
            return _PLACEHOLDER.sub(lambda found: values[found[1]], template)
        case dict():
            return {filled(key, values): filled(part, values) for key, part in template.items()}
    return [filled(part, values) for part in template]


def placeholders(*texts: str) -> set[str]:
    """Return the names of the placeholders in texts."""
    return {name for text in texts for name in _PLACEHOLDER.findall(text)}


def policy_values(policy: Policy, interval: timedelta) -> dict[str, str]:
    """Return the values that rules of any gate may use; ``templates/alerts.yml`` explains them."""
    matcher = "" if policy.realm is None else equal(REALM_LABEL, policy.realm)
    shared = kept_labels(policy)[: 0 if policy.realm is None else 1]
    return {
        "P": policy.prefix,
        "realm": matcher and f"{{{matcher}}}",
        "and_realm": matcher and f",{matcher}",
        "by": keeping(kept_labels(policy)),
        "by_realm": keeping(shared),
        "by_bucket": keeping(("le", *shared)),
        "read": policy.heartbeat.read,
        "fresh": policy.heartbeat.fresh_name,
        "fresh_seconds": number(policy.heartbeat.fresh.total_seconds()),
        "window": policy.heartbeat.window_name,
        "interval_seconds": number(interval.total_seconds()),
    }


def kept_labels(policy: Policy) -> tuple[str, ...]:
    """Return the labels that an aggregate of one subject keeps: the realm first, if the policy has one."""
    return (*(() if policy.realm is None else (REALM_LABEL,)), *policy.subjects)


def keeping(labels: tuple[str, ...]) -> str:
    """Write the clause of an aggregation that keeps these labels."""
    return f" by ({', '.join(map(label, labels))}) " if labels else ""


def number(value: float) -> str:
    """Write a number so that it reads back as the same double."""
    return repr(float(value)).removesuffix(".0")


def rounded(value: float) -> float:
    """Return a value as PromQL's ``round(value, 0.000001)`` gives it."""
    return int(value * _INVERSE_PRECISION + 0.5) / _INVERSE_PRECISION


def signal_series(policy: Policy, signal: Signal) -> CounterSelector:
    """Return the selector of a signal's series in the policy's realm."""
    return _in_realm(policy, CounterSelector(signal.metric).where(**signal.labels))


def slo_counter(policy: Policy, text: str) -> CounterSelector:
    """Return an SLO's counter selector in the policy's realm; ``P_`` in it stands for the prefix.

    Raises:
        ValueError: the text is not a plain selector.
    """
    selector = parse_selector(text)
    if selector.metric.startswith(_PREFIX_PLACEHOLDER):
        own = f"{policy.prefix}_{selector.metric.removeprefix(_PREFIX_PLACEHOLDER)}"
        selector = CounterSelector(own, selector.matchers)
    return _in_realm(policy, selector)


def _in_realm(policy: Policy, selector: CounterSelector) -> CounterSelector:
    return selector if policy.realm is None else selector.where(**{REALM_LABEL: policy.realm})


def subjects(policy: Policy) -> tuple[dict[str, str], ...]:
    """Return two subjects if the policy has subjects, else one without labels."""
    if not policy.subjects:
        return ({},)
    return tuple(dict.fromkeys(policy.subjects, value) for value in _SUBJECTS)


def in_realm(policy: Policy, labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels with the policy's realm."""
    return dict(labels) if policy.realm is None else {**labels, REALM_LABEL: policy.realm}


def source(policy: Policy, labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of a raw series in the policy's realm, as a scraped target would have them."""
    return in_realm(policy, {"job": "source", "instance": "one", **labels})


def elsewhere(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of the same series in another realm, which no rule of the policy may read."""
    return {**labels, REALM_LABEL: "elsewhere"}
