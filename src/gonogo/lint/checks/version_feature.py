"""The server's version does not know a function, modifier, key or name, or only behind a feature flag.

The server refuses a whole rule file if it cannot read a part of it: after a reload the old rules stay, after a restart
there are none. promtool does not help if it has another version than the server. Write the rule without the feature, or
upgrade the server first. An experimental function needs ``--enable-feature`` on the server and on promtool.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.model.promql_features import GROUP_KEYS, RULE_KEYS, Feature, features_of_names
from gonogo.model.versions import PROMTOOL_FEATURES


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the features that the server's version cannot read."""
    for rule in estate.rules:
        for node in rule.nodes:
            for feature in node.needs:
                if verdict := _judged(feature, estate):
                    yield rule.hit(rule.at(node), *verdict)
        if rule.rule.keep_firing and (verdict := _judged(RULE_KEYS["keep_firing_for"], estate)):
            yield rule.hit(rule.at_key("keep_firing_for"), *verdict)
        for feature, keys in features_of_names(rule.rule):
            if verdict := _judged(feature, estate):
                yield rule.hit(rule.at_key(*keys), *verdict)
        if rule.place == 0:
            yield from _keys_of_group(rule, estate)


def _keys_of_group(first: WrittenRule, estate: Estate) -> Iterator[Hit]:
    loc = first.loc[:-2]
    written = first.document.at(loc)
    for key in GROUP_KEYS.keys() & written.keys() if isinstance(written, dict) else ():
        if verdict := _judged(GROUP_KEYS[key], estate):
            message, severity = verdict
            yield Hit(first.at_group(key), message, severity=severity, group=first.group.name)


def _judged(feature: Feature, estate: Estate) -> tuple[str, Severity] | None:
    version = _written(estate.version)
    if not feature.known(estate.version):
        came = f"{_written(feature.since)} added it"
        gone = f"{_written(feature.until or (0, 0))} removed it; use {feature.instead}"
        why = came if estate.version < feature.since else gone
        return f"Prometheus {version} does not know {feature.name}, and refuses the whole file; {why}", Severity.ERROR
    flag = feature.needed_flag(estate.version)
    if not flag or (estate.features is not None and flag in estate.features):
        return None
    severity = Severity.WARNING if estate.features is None else Severity.ERROR
    readers = "servers and promtools" if flag in PROMTOOL_FEATURES else "servers"
    return f"only {readers} with --enable-feature={flag} can read {feature.name}", severity


def _written(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


_BAD = """\
groups:
  - name: web
    query_offset: 30s
    rules:
      - record: job:latency_seconds:mad
        expr: mad_over_time(latency_seconds[10m])
"""

CHECK = Check(
    id="version-feature",
    severity=Severity.ERROR,
    find=find,
    of_prometheus=True,
    bad=Example({"rules.yml": _BAD}, facts={"version": (2, 42)}),
    good=Example(
        {"rules.yml": _BAD.replace("    query_offset: 30s\n", "").replace("mad", "stddev")}, facts={"version": (2, 42)}
    ),
)
