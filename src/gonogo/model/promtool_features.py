"""The features of PromQL that a promtool has to turn on, as the server does, by ``--enable-feature``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gonogo.model.versions import PROMTOOL_FEATURES, SERVER_FEATURES, Version, reaches

PROMQL = "promql-"
"""The beginning of the name of every feature that changes what an expression means."""


@dataclass(frozen=True, slots=True)
class Features:
    """The features that a promtool of one version is to turn on.

    Attributes:
        flags: those that it takes, and that are not always on.
        lacking: those that it is too old for.
    """

    flags: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        """The option for promtool; none if there is nothing to turn on."""
        return (f"--enable-feature={','.join(self.flags)}",) if self.flags else ()


def features_for(names: Iterable[str], release: Version | None) -> Features:
    """Sort the features of a server, or of a policy, by what a promtool can do with them.

    Features that are not about PromQL are left out: promtool has no use for them.
    """
    known = {name: PROMTOOL_FEATURES[name] for name in names if name in PROMTOOL_FEATURES}
    lacking = tuple(name for name, (since, _) in known.items() if not reaches(release, since))
    optional = (name for name, (_, always) in known.items() if always is None or not reaches(release, always))
    return Features(tuple(name for name in optional if name not in lacking), lacking)


def since(name: str) -> str:
    """Write the version from which promtool takes a feature, such as ``3.4``."""
    major, minor = PROMTOOL_FEATURES[name][0]
    return f"{major}.{minor}"


def unknown_feature(name: str) -> str:
    """Say what is wrong with the name of a feature of PromQL; nothing for a known one, or one that is not of PromQL."""
    if not name.startswith(PROMQL) or name in PROMTOOL_FEATURES or name in SERVER_FEATURES:
        return ""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    near = get_close_matches(name, PROMTOOL_FEATURES, 1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(PROMTOOL_FEATURES))}"
    return f"{name} is not a known feature of PromQL; {hint}"
