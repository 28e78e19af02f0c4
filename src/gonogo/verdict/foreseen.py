"""Looks at the program that evaluates the rules, before anything else is asked.

vmalert evaluates in the past, and so does Prometheus with ``rule_query_offset``, so the windows to read must
reach back further. The rule files of vmalert have keys of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from gonogo.errors import SourceError
from gonogo.formats.dialect import Dialect
from gonogo.model.evaluator import ITSELF, Engine
from gonogo.policy.server import Server, client_of
from gonogo.policy.settings import PolicyFile
from gonogo.server.evaluator_api import evaluated_rules
from gonogo.server.http import Client
from gonogo.server.status_api import rule_query_offset

ONE_LOOK = timedelta(seconds=2)
"""The longest that one answer may take here, of two, so that a whole ``decide`` still ends within 60 s."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What is known of the evaluating program beforehand.

    ``late`` is how late its samples may be; ``dialect`` is None where nothing speaks
    against the policy's own. ``query_offset`` is the ``rule_query_offset`` of Prometheus's loaded configuration.
    """

    late: timedelta = timedelta(0)
    dialect: Dialect | None = None
    query_offset: timedelta = timedelta(0)


def foreseen(policy_file: PolicyFile, server: Server) -> Foreseen:
    """Look at the program at ``rules_url``: at its rules, if it may be vmalert, or at its configuration.

    A program that does not answer, or lists no rule yet, may be vmalert: its keys are read, and
    the verdict, which asks again, says what is missing.
    """
    settings = policy_file.server
    client = client_of(settings, at_most=ONE_LOOK)
    if server.rules_url == server.url and settings.dialect is Dialect.PROMETHEUS:
        return _by_configuration(client, server)
    try:
        groups, evaluator = evaluated_rules(client, server.rules_url)
    except SourceError:
        groups, evaluator = (), ITSELF
    late = max((evaluator.lateness(group.delay) for group in groups), default=timedelta(0))
    if groups and evaluator.engine is not Engine.VMALERT:
        return _by_configuration(client, server)
    return Foreseen(late, Dialect.VICTORIA_METRICS)


def _by_configuration(client: Client, server: Server) -> Foreseen:
    """Read the offset of all rules; without a configuration nothing is late, and no sample may be."""
    try:
        offset = rule_query_offset(client, server.rules_url)
    except SourceError:
        offset = timedelta(0)
    return Foreseen(offset, query_offset=offset)
