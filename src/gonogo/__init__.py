"""gonogo: GO, HOLD or NO-GO, decided from evidence that the monitoring is alive, tested and honest.

The names of ``__all__`` are the public interface; docs/python.md has examples. Everything else is private and may
change with any release.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gonogo.version import __version__ as __version__

if TYPE_CHECKING:
    from gonogo.api import decide as decide
    from gonogo.api import judge as judge
    from gonogo.api import lint as lint
    from gonogo.api import load as load
    from gonogo.api import reload as reload
    from gonogo.api import test as test
    from gonogo.errors import GonogoError as GonogoError
    from gonogo.errors import PolicyError as PolicyError
    from gonogo.lint.core.report import LintReport as LintReport
    from gonogo.lint.run import Linted as Linted
    from gonogo.model.evidence import Evidence as Evidence
    from gonogo.model.finding import Finding as Finding
    from gonogo.model.outcome import Outcome as Outcome
    from gonogo.model.outcome import Reason as Reason
    from gonogo.model.policy import Policy as Policy
    from gonogo.model.verdict import Judgement as Judgement
    from gonogo.model.verdict import Report as Report
    from gonogo.model.verdict import Verdict as Verdict
    from gonogo.policy.settings import PolicyFile as PolicyFile
    from gonogo.reload.result import Became as Became
    from gonogo.reload.result import ReloadResult as ReloadResult
    from gonogo.ruletests.core.report import FileReport as FileReport
    from gonogo.ruletests.core.report import UnitReport as UnitReport


_PUBLIC = {
    **dict.fromkeys(("decide", "judge", "lint", "load", "reload", "test"), "gonogo.api"),
    "Became": "gonogo.reload.result",
    "Evidence": "gonogo.model.evidence",
    "FileReport": "gonogo.ruletests.core.report",
    "Finding": "gonogo.model.finding",
    "GonogoError": "gonogo.errors",
    "Judgement": "gonogo.model.verdict",
    "LintReport": "gonogo.lint.core.report",
    "Linted": "gonogo.lint.run",
    "Outcome": "gonogo.model.outcome",
    "Policy": "gonogo.model.policy",
    "PolicyError": "gonogo.errors",
    "PolicyFile": "gonogo.policy.settings",
    "Reason": "gonogo.model.outcome",
    "ReloadResult": "gonogo.reload.result",
    "Report": "gonogo.model.verdict",
    "UnitReport": "gonogo.ruletests.core.report",
    "Verdict": "gonogo.model.verdict",
}
"""Public name -> the module that defines it. A module is imported when one of its names is asked for."""

__all__ = [  # noqa: RUF022 - the functions come first, as people look for them
    "load",
    "decide",
    "judge",
    "lint",
    "test",
    "reload",
    "Became",
    "Evidence",
    "FileReport",
    "Finding",
    "GonogoError",
    "Judgement",
    "LintReport",
    "Linted",
    "Outcome",
    "Policy",
    "PolicyError",
    "PolicyFile",
    "Reason",
    "ReloadResult",
    "Report",
    "UnitReport",
    "Verdict",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is asked for."""
    if name in _PUBLIC:
        from importlib import import_module  # noqa: PLC0415 - the command line does not need it

        return getattr(import_module(_PUBLIC[name]), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


class _Package(type(sys)):  # type: ignore[misc]  # the type of modules, without an import
    """The type of this package. ``lint`` and ``reload`` stay functions.

    Two folders have the same names, and the import system would bind each folder to its name here.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _PUBLIC and isinstance(value, type(sys))):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
