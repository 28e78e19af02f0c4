"""Decides now: reads the policy, asks the server, and judges.

The first question is how the rules are evaluated. vmalert evaluates rules in the past, and so does Prometheus with
``rule_query_offset``. The windows to read must then be longer. The rule files of vmalert have keys of their own.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import timedelta

from msgspec import Struct

from gonogo.errors import SourceError
from gonogo.formats.dialect import Dialect
from gonogo.journal.run_key import run_states
from gonogo.model.evidence import Evidence, TargetHealth, Unread
from gonogo.model.policy import Role
from gonogo.model.rule import ITSELF, Engine
from gonogo.model.verdict import Judgement, Report
from gonogo.policy.inputs import policy_rules
from gonogo.policy.load import refuse_misfit
from gonogo.policy.server import Server, client_of, server_of
from gonogo.policy.settings import PolicyFile
from gonogo.server.evaluator_api import evaluated_rules
from gonogo.server.http import Client
from gonogo.server.status_api import rule_query_offset
from gonogo.stopping import pause
from gonogo.verdict.core.questions import ASK_NOW, ask
from gonogo.verdict.core.verdict import judge
from gonogo.verdict.gather import LONGEST_READING, Gathered, Survey, end_of_reading, gather

SETTLING_STEP = 0.25
"""Seconds between two reads from a server whose rules have not been evaluated yet."""


class DecideWaits(Struct, frozen=True):
    """The longest waits of ``decide``, so that the whole command ends within 60 s.

    Attributes:
        settling: the longest wait for rules to be evaluated.
        answers: the longest time for all answers together. One answer may take ``prometheus.timeout``, or what is left
            of this time.
    """

    settling: timedelta = timedelta(seconds=24)
    answers: timedelta = LONGEST_READING


WAITS = DecideWaits()


class Foreseen(Struct, frozen=True):
    """The facts about the evaluating program that are known beforehand.

    ``late`` is the largest lateness of its samples. ``dialect`` is None if the policy's own dialect applies.
    ``query_offset`` is the ``rule_query_offset`` of Prometheus's loaded configuration.
    """

    late: timedelta = timedelta(0)
    dialect: Dialect | None = None
    query_offset: timedelta = timedelta(0)


def foreseen(policy_file: PolicyFile, server: Server, client: Client) -> Foreseen:
    """Read from the program at ``rules_url`` its rules, if it may be vmalert, or else its configuration.

    A program that does not answer, or lists no rule yet, may be vmalert. Then the keys of vmalert are read from
    the rule files. The verdict asks the program again and says what is missing.
    """
    if server.rules_url == server.url and policy_file.server.dialect is Dialect.PROMETHEUS:
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


def decide(policy_file: PolicyFile, url: str | None = None, waits: DecideWaits = WAITS) -> Report:
    """Judge the policy on its server, or on the server at ``url``.

    A server that has just started or reloaded gets one group interval to evaluate
    its rules. A server that fails in any way leads to a verdict, never to an error.

    Raises:
        PolicyError: the policy's rule files cannot be read, or the policy does not fit the
            intervals of its rule files.
        UsageError: an address is not a URL.
    """
    until = time.monotonic() + waits.answers.total_seconds()
    survey = prepare(policy_file, url, until=until)
    refuse_misfit(policy_file, survey.files)
    gathered = _settled(survey, policy_file, waits.settling, until)
    evidence = gathered.evidence
    return report_of(policy_file, survey, gathered, judge(survey.policy, evidence, evidence.now))


def prepare(
    policy_file: PolicyFile, url: str | None, asked: Iterable[Role] = ASK_NOW, *, until: float | None = None
) -> Survey:
    """Work out the questions to the server, once for all reads. The program that evaluates the rules is read first.

    ``until`` is the moment of the monotonic clock that ends this first look.

    Raises:
        PolicyError: the policy's rule files cannot be read.
        UsageError: an address is not a URL.
    """
    server = server_of(policy_file, url)
    client = client_of(policy_file.server, at_most=LONGEST_READING)
    seen = foreseen(policy_file, server, client.within(until=until or end_of_reading()))
    files = policy_rules(policy_file, seen.dialect)
    late = max((seen.late, *(group.delay for group in files if group.delay is not None)))
    questions = ask(policy_file.policy, files, asked=asked, late=late)
    return Survey(policy_file.policy, questions, files, client, server, seen.query_offset)


def _settled(survey: Survey, policy_file: PolicyFile, at_most: timedelta, until: float) -> Gathered:
    """Gather evidence. Repeat it for at most one group interval while rules or targets have not run yet."""
    started = time.monotonic()
    runs = run_states(policy_file)
    gathered = gather(survey, runs, until=until)
    groups = () if isinstance(gathered.evidence.rules, Unread) else gathered.evidence.rules
    longest = max((group.interval for group in groups), default=timedelta(0))
    deadline = started + min(longest, at_most).total_seconds()
    while _unsettled(survey, gathered.evidence) and time.monotonic() < deadline:
        pause(SETTLING_STEP)
        gathered = gather(survey, runs, until=until)
    return gathered


def report_of(policy_file: PolicyFile, survey: Survey, gathered: Gathered, judgement: Judgement) -> Report:
    """Return a judgement with the policy and the server that it is based on."""
    return Report(
        judgement,
        str(policy_file.path),
        policy_file.sha256,
        survey.policy.realm,
        survey.server.url,
        gathered.evidence.version,
        gathered.clock_skew_seconds,
    )


def _unsettled(survey: Survey, evidence: Evidence) -> bool:
    """Return whether a rule of the policy's files, or a target, has not run since the last start or reload."""
    if isinstance(evidence.rules, Unread) or isinstance(evidence.targets, Unread):
        return False
    ours = {rule.name for group in survey.files for rule in group.rules}
    waiting = any(
        state.evaluated_at is None for group in evidence.rules for state in group.rules if state.rule.name in ours
    )
    return waiting or any(target.health is TargetHealth.UNKNOWN for target in evidence.targets)
