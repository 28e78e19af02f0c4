"""Rewrites rule files for the smoke run: every group has an interval of one second, the rest is as written."""

from __future__ import annotations

import yaml

from gonogo.errors import ActionFailed

QUICK = "1s"


def quick(text: str, path: str) -> str:
    """Return the rule file with an interval of one second in every group. All other scalars keep their spelling.

    Raises:
        ActionFailed: the text is not a rule file.
    """
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise _no_rules(path, str(error)) from error
    groups = _value(root, "groups")
    if not isinstance(groups, yaml.SequenceNode):
        raise _no_rules(path, "it has no list of groups")
    for group in groups.value:
        if isinstance(group, yaml.MappingNode):
            interval = (_scalar("interval"), _scalar(QUICK))
            group.value = [(key, value) for key, value in group.value if key.value != "interval"] + [interval]
    return yaml.serialize(root, Dumper=yaml.CSafeDumper, allow_unicode=True)


def _value(node: yaml.Node | None, name: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)


def _scalar(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", text)


def _no_rules(path: str, why: str) -> ActionFailed:
    return ActionFailed("the file is not a rule file", where=path, why=why, next_step="see what gonogo lint reports")
