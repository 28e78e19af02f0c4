"""Lets the server evaluate the rules of the judged signals once more.

A rule is evaluated once more for each sample of its signal, however often the signal is looked at, unless the last
answer had exceptions. So the server's extra work in a watch is at most one evaluation of the rules in their interval.

Each question raises SourceError if there was no valid answer.
"""

from __future__ import annotations

from collections.abc import Mapping

from gonogo.errors import SourceError
from gonogo.model.evidence import Recomputed
from gonogo.model.replacing import replace
from gonogo.server.api import evaluation_error
from gonogo.verdict.core.recomputation import Recomputation, needs_values
from gonogo.verdict.inquiry import Inquiry


def recompute(
    server: Inquiry, questions: tuple[Recomputation, ...], earlier: Mapping[str, Recomputed]
) -> Mapping[str, Recomputed]:
    """Ask for the exceptions of every signal in one question, and for fresh values only where there are exceptions.

    If the server cannot evaluate a rule, the others are asked without it. ``earlier`` has the answers of the last look.
    """
    times = {one.signal: one.at for one in questions}
    known = {name: one for name, one in earlier.items() if one == Recomputed(times.get(name, -1.0))}
    asked = tuple(one for one in questions if one.signal not in known)
    broken: dict[str, Recomputed] = {}
    try:
        exceptions = server.query_each({one.signal: one.exceptions for one in asked})
    except SourceError:
        broken = _broken(server, asked)
        if not broken:
            raise
        exceptions = server.query_each({one.signal: one.exceptions for one in asked if one.signal not in broken})
    found = {name: Recomputed(times[name], series) for name, series in exceptions.items()}
    open_ = {one.signal: one.values for one in asked if needs_values(one, exceptions.get(one.signal, ()))}
    fresh = {name: replace(found[name], fresh=series) for name, series in server.query_each(open_).items()}
    return {**known, **found, **fresh, **broken}


def _broken(server: Inquiry, asked: tuple[Recomputation, ...]) -> dict[str, Recomputed]:
    errors = ((one, evaluation_error(server.client, server.url, one.exceptions)) for one in asked)
    return {one.signal: Recomputed(one.at, failed=error) for one, error in errors if error is not None}
