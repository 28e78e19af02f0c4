"""Versions of Prometheus, and the version of each change of behaviour that gonogo depends on.

Source: Prometheus, ``CHANGELOG.md``, and the behaviour of 2.42, 3.5 and 3.16 as run in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

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

UTF8_FLAG = "utf8-names"
"""The flag of names in UTF-8, before such names needed no flag."""

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


PROMQL = "promql-"
"""The beginning of the name of every feature that changes the meaning of an expression."""


class Features(Struct, frozen=True):
    """The features that a promtool of one version must turn on.

    Attributes:
        flags: the features that promtool accepts and that are not always on.
        lacking: the features for which promtool is too old.
    """

    flags: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        """Return the option for promtool; empty if there is no feature to turn on."""
        return (f"--enable-feature={','.join(self.flags)}",) if self.flags else ()


def features_for(names: Iterable[str], version: Version | None) -> Features:
    """Return the features of a server or a policy, sorted by the support of a promtool.

    Features that do not concern PromQL are left out, because promtool does not need them.
    """
    known = {name: PROMTOOL_FEATURES[name] for name in names if name in PROMTOOL_FEATURES}
    lacking = tuple(name for name, (since, _) in known.items() if not reaches(version, since))
    optional = (name for name, (_, always) in known.items() if always is None or not reaches(version, always))
    return Features(tuple(name for name in optional if name not in lacking), lacking)


def since(name: str) -> str:
    """Return the first version of promtool that accepts a feature, such as ``3.4``."""
    major, minor = PROMTOOL_FEATURES[name][0]
    return f"{major}.{minor}"


def unknown_feature(name: str) -> str:
    """Return what is wrong with the name of a PromQL feature; empty if it is known, or is not a PromQL feature."""
    if not name.startswith(PROMQL) or name in PROMTOOL_FEATURES or name in SERVER_FEATURES:
        return ""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    near = get_close_matches(name, PROMTOOL_FEATURES, 1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(PROMTOOL_FEATURES))}"
    return f"{name} is not a known feature of PromQL; {hint}"
