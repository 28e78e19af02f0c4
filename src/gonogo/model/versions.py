"""Versions of Prometheus, and the version of each change of behaviour that gonogo depends on.

Source: Prometheus, ``CHANGELOG.md``, and the behaviour of 2.42, 3.5 and 3.16 as run in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Version = tuple[int, int]
"""Major and minor number. Patch releases change no behaviour that gonogo depends on."""

OLDEST = (2, 0)
"""The oldest release of Prometheus 2. A lower number is the version of another program, such as Thanos."""

SCRAPE_CONFIG_FILES = (2, 43)
"""The key ``scrape_config_files`` exists from here on. An older server, and its promtool, refuses it."""

TEST_INTERVAL = (2, 49)
"""A unit test without ``interval`` takes the evaluation interval from here on. Before, all samples are at time 0."""

JUNIT = (2, 55)
"""``promtool test rules --junit FILE`` exists from here on. Progress lines that name a file end here."""

HOLT_WINTERS_RENAMED = (3, 0)
"""``holt_winters`` is called ``double_exponential_smoothing`` from here on, and needs a feature flag."""

LINT_NONE_FAILS = (3, 7)
"""``promtool check config --lint=none`` of 3.7.0 to 3.7.2 fails every rule file; 3.7.3 is right again."""

LEFT_OPEN = (3, 0)
"""Ranges, subqueries and the lookback leave out the sample at their left edge from here on."""

FLOAT_BOUNDS = (3, 0)
"""A scrape stores the bound of a classic bucket as a decimal fraction from here on: ``le="1"`` becomes ``le="1.0"``."""

QUOTED_SELECTORS = (2, 51)
"""Names in braces may be in quotes from here on. Source: ``promql/parser/generated_parser.y``."""

QUOTED_LABELS = (2, 55)
"""Label names after ``by``, ``on`` and similar words may be in quotes from here on. Source: the same file."""

UTF8_FLAG_EXISTS = (2, 55)
"""A server with ``--enable-feature=utf8-names`` accepts any UTF-8 name from here on. No promtool has the flag."""

UTF8_NAMES = (3, 0)
"""Names of metrics and labels may be any UTF-8 text from here on, without a flag."""

UTF8_RULE_NAMES = (3, 2)
"""Names that recording rules give may be any UTF-8 text from here on."""

PROMTOOL_FEATURES: Mapping[str, tuple[Version, Version | None]] = {
    "promql-at-modifier": ((2, 29), (2, 33)),
    "promql-negative-offset": ((2, 29), (2, 33)),
    "promql-experimental-functions": ((3, 4), None),
    "promql-delayed-name-removal": ((3, 4), None),
    "promql-duration-expr": ((3, 10), (3, 14)),
    "promql-extended-range-selectors": ((3, 10), (3, 16)),
    "promql-binop-fill-modifiers": ((3, 14), None),
    "promql-unquoted-utf8-names": ((3, 16), None),
}
"""Feature of PromQL -> the first version of promtool that accepts it in ``--enable-feature``, and the first version in
which the feature is always on. Source: ``cmd/promtool/main.go`` of each of these versions."""

SERVER_FEATURES = frozenset({"promql-per-step-stats"})
"""Features whose name begins with ``promql-`` and that do not change the meaning of an expression."""

RULES_BEFORE_LISTENING = (3, 5)
"""From here on a server reads its rule files once before it listens."""


def reaches(version: Version | None, since: Version) -> bool:
    """Return True if a program of this version has a change that came with ``since``.

    A program without a version is a new build: whoever builds one by hand forgets to link the version in.
    """
    return version is None or version >= since


_RELEASE = re.compile(r"\bversion v?(\d+)\.(\d+)|^v?(\d+)\.(\d+)")


def release(text: str) -> Version | None:
    """Return the release that ``--version`` or buildinfo names, such as (3, 5); None if the text names none."""
    if not (found := _RELEASE.search(text)):
        return None
    major, minor = (int(number) for number in found.groups() if number is not None)
    return major, minor
