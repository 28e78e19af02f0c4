"""An assertion of "no alert" passes for ever if the alert's name is misspelt, because no rule raises that alert."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """Yield the assertions of "no alert" with a name that no rule has."""
    for test in loaded.unit.tests:
        for one in test.alerts:
            if not one.expected and one.alertname and one.alertname not in loaded.alerts:
                near = get_close_matches(one.alertname, loaded.alerts, 1)
                hint = f"did you mean {near[0]}?" if near else "fix the name"
                why = f"no alert is expected of {one.alertname!r}, and no rule has that name"
                yield Problem(one.where, why, hint)


SILENT_PASS = SilentPass("unknown-alert", find)
