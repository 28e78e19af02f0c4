"""Looks at the program that evaluates the rules, before anything else is asked, where it is not the server itself.

vmalert evaluates in the past, so the windows to read must reach back further; and its rule
files have keys of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from gonogo.app.server import Server, client_of
from gonogo.errors import SourceError
from gonogo.model.evaluator import ITSELF, Engine
from gonogo.policy.settings import PolicyFile
from gonogo.prometheus.evaluator_api import evaluated_rules
from gonogo.rules.dialect import Dialect

ONE_LOOK = timedelta(seconds=2)
"""The longest that one answer may take here, of two, so that a whole ``decide`` still ends within 60 s."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What is known of the evaluating program beforehand.

    ``late`` is how late its samples may be; ``dialect`` is None where nothing speaks
    against the policy's own.
    """

    late: timedelta = timedelta(0)
    dialect: Dialect | None = None


def foreseen(policy_file: PolicyFile, server: Server) -> Foreseen:
    """Look at the program at ``rules_url``, if that is another one than the server or the policy says vmalert.

    A program that does not answer, or lists no rule yet, may be vmalert: its keys are read, and
    the verdict, which asks again, says what is missing.
    """
    settings = policy_file.server
    if server.rules_url == server.url and settings.dialect is Dialect.PROMETHEUS:
        return Foreseen()
    try:
        groups, evaluator = evaluated_rules(client_of(settings, at_most=ONE_LOOK), server.rules_url)
    except SourceError:
        groups, evaluator = (), ITSELF
    late = max((evaluator.lateness(group.delay) for group in groups), default=timedelta(0))
    other = groups and evaluator.engine is not Engine.VMALERT
    return Foreseen(late, None if other else Dialect.VICTORIA_METRICS)
