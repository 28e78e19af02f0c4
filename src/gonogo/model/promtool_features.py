"""The features of PromQL that promtool must turn on by ``--enable-feature``, as the server does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gonogo.model.versions import PROMTOOL_FEATURES, SERVER_FEATURES, Version, reaches

PROMQL = "promql-"
"""The beginning of the name of every feature that changes the meaning of an expression."""


@dataclass(frozen=True, slots=True)
class Features:
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


def features_for(names: Iterable[str], release: Version | None) -> Features:
    """Return the features of a server or a policy, sorted by the support of a promtool.

    Features that do not concern PromQL are left out, because promtool does not need them.
    """
    known = {name: PROMTOOL_FEATURES[name] for name in names if name in PROMTOOL_FEATURES}
    lacking = tuple(name for name, (since, _) in known.items() if not reaches(release, since))
    optional = (name for name, (_, always) in known.items() if always is None or not reaches(release, always))
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
