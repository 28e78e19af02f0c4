"""Proves that a server has loaded what the files say, and changes nothing.

A dry run takes this step in place of a reload where ``dry_run.reload`` is false. The server is only read: it needs
neither ``--web.enable-lifecycle`` nor another way to be asked. Without a configuration in the policy, as for a managed
server, only the policy's rules are compared. The server may then have rules of others too.
"""

from __future__ import annotations

from collections.abc import Iterable

from gonogo.errors import SourceError
from gonogo.journal.runs import Recording, Run, failed
from gonogo.model.outcome import Outcome
from gonogo.model.plain import counted
from gonogo.model.record import LOADED
from gonogo.model.replacing import replace
from gonogo.model.rule import Engine, RuleGroup, with_external_labels
from gonogo.policy.inputs import policy_rules
from gonogo.policy.server import client_of, server_of
from gonogo.policy.settings import PolicyFile
from gonogo.reload.compare.document import secrets_in
from gonogo.reload.compare.rules import rules_difference
from gonogo.reload.contents import contents_of
from gonogo.reload.place import ONE_ANSWER, ReloadPlace, ReloadRequest, place_of
from gonogo.reload.snapshot import discovered_state, unlike
from gonogo.reload.trees.manifest import snapshot
from gonogo.reload.trees.tree import Tree
from gonogo.server.evaluator_api import evaluated_rules
from gonogo.verdict.decide import foreseen

RULES_ALONE = "if the server never shows it, write prometheus: {config: null}, and the rules alone are compared"

UNSHOWN = "the server does not show its configuration"

UNLOADED = "the server has not loaded what the files say"


def loaded(policy_file: PolicyFile, url: str | None = None) -> Run:
    """Compare the files with the policy's server, or the server at ``url``, and record the outcome.

    Raises:
        PolicyError: a secret, or a rule file of the policy, cannot be read.
        UsageError: an address is not a URL.
        ActionFailed: the journal cannot be written, or the marker of a switch cannot be read.
    """
    with Recording(policy_file, LOADED) as record:
        place = place_of(ReloadRequest(policy_file, url))
        tree = place.live
        if tree is None or not (tree.path(tree.config).exists() or "prometheus.config" in policy_file.named):
            record.finish(_rules(place, url))
        else:
            record.finish(_whole(place, tree))
    return record.run


def _whole(place: ReloadPlace, tree: Tree) -> Run:
    """Compare the configuration, all its rules and its scrape files."""
    try:
        if why := place.server.unready():
            return failed(LOADED, (f"{why}; {RULES_ALONE}",), UNSHOWN, {})
        state = discovered_state(place.server.state, every=place.waits.look_every)
    except SourceError as error:
        return failed(LOADED, (f"{error}; {RULES_ALONE}",), UNSHOWN, {})
    contents = place.server.as_spelled(contents_of(tree, snapshot(tree)))
    state = place.server.spelled(state)
    if differences := unlike(contents, state):
        return failed(LOADED, differences, UNLOADED, {})
    unseen = "; the server masks its secrets, so these were not compared" if secrets_in(contents.text) else ""
    unseen += _unshown(contents.rules)
    detail = f"the configuration and {counted(contents.rule_count, 'rule')} are loaded as in the files{unseen}"
    return Run(LOADED, Outcome.PASS, f"{detail}; nothing was changed")


def _rules(place: ReloadPlace, url: str | None) -> Run:
    """Compare the rules of the policy's files. Further rules on the server belong to others."""
    policy_file = place.policy_file
    server = server_of(policy_file, url)
    client = client_of(policy_file.server, at_most=ONE_ANSWER)
    files = policy_rules(policy_file, foreseen(policy_file, server, client).dialect)
    groups, evaluator = evaluated_rules(client, server.rules_url)
    ours = place.server.spelling.of_files(with_external_labels(files, evaluator))
    found = rules_difference(ours, place.server.spelling.of_server(groups))
    if differences := replace(found, extra=()).words:
        return failed(LOADED, differences, UNLOADED, {})
    count = sum(len(group.rules) for group in files)
    others = f", beside {counted(len(found.extra), 'rule')} of others" if found.extra else ""
    others += "" if evaluator.engine is Engine.VMALERT else _unshown(files)
    return Run(
        LOADED, Outcome.PASS, f"{counted(count, 'rule')} are loaded as in the files{others}; nothing was changed"
    )


def _unshown(groups: Iterable[RuleGroup]) -> str:
    """Return a clause about the setting of rule groups that Prometheus never shows, or nothing."""
    count = sum(group.delay is not None for group in groups)
    groups_with_one = counted(count, "group")
    return f"; the server does not show the query_offset of {groups_with_one}, so it was not compared" if count else ""
