"""The judgement of an arbiter (promtool or vmalert): its version, the files that it accepts, and its refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gonogo.model.finding import Span
from gonogo.model.versions import release, since


@dataclass(frozen=True, slots=True)
class ArbiterRefusal:
    """A reason why an arbiter refuses a file. ``rule`` is the name of the rule, if the message names one."""

    where: Span
    message: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Arbiter:
    """The judgement of one arbiter. Each file is either in ``accepted`` or in ``refusals``.

    Attributes:
        name: the command that runs the arbiter.
        version: the version as the arbiter prints it, such as ``2.42.0``.
        accepted: the accepted files, by their path as findings name it.
        refusals: the reasons against the other files.
        excused: True if the arbiter may have another version than the first one.
        lacking: the features of the server for which the arbiter is too old.
    """

    name: str
    version: str
    accepted: frozenset[str] = frozenset()
    refusals: tuple[ArbiterRefusal, ...] = ()
    excused: bool = False
    lacking: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for each feature that the server has and this promtool cannot turn on."""
        return tuple(
            f"the server has the feature {name} on; {self.name} {self.version} cannot turn it on (promtool can "
            f"since {since(name)}) and may refuse rules that the server accepts"
            for name in self.lacking
        )


def newest(arbiters: Sequence[Arbiter]) -> Arbiter:
    """Return the arbiter with the highest version; the first one of equal versions."""
    return max(arbiters, key=lambda one: release(one.version) or (0, 0))
