"""Reads how the rules are evaluated, before any other question is asked.

vmalert evaluates rules in the past, and so does Prometheus with ``rule_query_offset``. The windows to read must then
be longer. The rule files of vmalert have keys of their own.
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
"""The longest time for each of the two answers here, so that a whole ``decide`` still ends within 60 s."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The facts about the evaluating program that are known beforehand.

    ``late`` is the largest lateness of its samples. ``dialect`` is None if the policy's own dialect applies.
    ``query_offset`` is the ``rule_query_offset`` of Prometheus's loaded configuration.
    """

    late: timedelta = timedelta(0)
    dialect: Dialect | None = None
    query_offset: timedelta = timedelta(0)


def foreseen(policy_file: PolicyFile, server: Server) -> Foreseen:
    """Read from the program at ``rules_url`` its rules, if it may be vmalert, or else its configuration.

    A program that does not answer, or lists no rule yet, may be vmalert. Then the keys of vmalert are read from
    the rule files. The verdict asks the program again and says what is missing.
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
    """Read the offset of all rules. Without a configuration the offset is zero, and no sample may be late."""
    try:
        offset = rule_query_offset(client, server.rules_url)
    except SourceError:
        offset = timedelta(0)
    return Foreseen(offset, query_offset=offset)
