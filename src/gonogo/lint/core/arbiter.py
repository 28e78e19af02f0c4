"""A promtool as arbiter of validity: its version, what it accepts, and what it refuses and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gonogo.model.finding import Span
from gonogo.model.promtool_features import since
from gonogo.model.versions import release


@dataclass(frozen=True, slots=True)
class ArbiterRefusal:
    """What a promtool says against a file, and against which rule of it, where it names one."""

    where: Span
    message: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Arbiter:
    """One promtool's word on every file; each is either in ``accepted`` or in ``refusals``.

    Attributes:
        name: the command that runs it.
        version: as it says, such as ``2.42.0``.
        accepted: the files, as findings name them.
        refusals: what it says against the others.
        excused: whether it may be of another version than the first one.
        lacking: the features of the server that it is too old for.
    """

    name: str
    version: str
    accepted: frozenset[str] = frozenset()
    refusals: tuple[ArbiterRefusal, ...] = ()
    excused: bool = False
    lacking: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for each feature that the server has and that this promtool cannot turn on."""
        return tuple(
            f"the server has the feature {name} on; {self.name} {self.version} cannot turn it on (promtool takes it "
            f"from {since(name)} on), and may refuse what the server takes"
            for name in self.lacking
        )


def newest(arbiters: Sequence[Arbiter]) -> Arbiter:
    """Return the arbiter of the highest version; the first of those of one version."""
    return max(arbiters, key=lambda one: release(one.version) or (0, 0))
