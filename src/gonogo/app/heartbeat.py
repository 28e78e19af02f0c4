"""From a policy's heartbeat keys to the writer that they describe."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from gonogo.actuators.disk_trouble import write_failed
from gonogo.actuators.exposition import is_label_name
from gonogo.actuators.heartbeat_writer import HeartbeatWriter
from gonogo.actuators.pushgateway import PushGroup
from gonogo.actuators.textfile import Textfile
from gonogo.errors import PolicyError, Problem
from gonogo.model.policy import REALM_LABEL
from gonogo.policy.heartbeat import HeartbeatFile

OWN_LABELS = frozenset({REALM_LABEL, "via", "job", "instance"})
"""Labels that the writer, the scrape or the push sets; a policy cannot."""


def heartbeat_writer(
    file: HeartbeatFile, *, instance: str | None = None, nanoseconds: Callable[[], int] = time.time_ns
) -> HeartbeatWriter:
    """Make the writer of a policy.

    Args:
        file: the policy's heartbeat keys.
        instance: the label ``instance`` of what is pushed; the host's name by default.
        nanoseconds: the writer's clock, in nanoseconds of unix time.

    Raises:
        PolicyError: it publishes nowhere, or under labels that cannot be.
        ActionFailed: the folder for the state of a push-only heartbeat could not be made.
    """
    heartbeat = file.heartbeat
    problems = tuple(_label_problems(heartbeat.labels))
    if heartbeat.textfile_dir is None and heartbeat.pushgateway is None:
        hint = "set heartbeat.textfile_dir or heartbeat.pushgateway"
        problems += (Problem(None, "the heartbeat is published nowhere", hint),)
    if problems:
        raise PolicyError(problems)
    realm = {REALM_LABEL: file.realm} if file.realm is not None else {}
    folder = file.path.parent / heartbeat.textfile_dir if heartbeat.textfile_dir is not None else None
    textfile = Textfile(folder / f"{file.prefix}_textfile_heartbeat.prom") if folder is not None else None
    group = _push_group(heartbeat.pushgateway, file.prefix, instance or os.uname().nodename)
    state_dir = folder if folder is not None else _made(file.state_dir)
    labels = {**realm, **heartbeat.labels}
    return HeartbeatWriter(file.prefix, labels, state_dir, textfile, group, nanoseconds=nanoseconds)


def _push_group(address: str | None, prefix: str, instance: str) -> PushGroup | None:
    return PushGroup.at(address, {"job": f"{prefix}_heartbeat", "instance": instance}) if address else None


def _made(state_dir: Path) -> Path:
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_failed("no beat: there is no folder for the heartbeat's state", state_dir, error) from error
    return state_dir


def _label_problems(labels: Mapping[str, str]) -> Iterator[Problem]:
    for name, value in labels.items():
        where = f"heartbeat.labels.{name}"
        if name in OWN_LABELS:
            yield Problem(None, f"{where} is set by the writer, the scrape or the push", "choose another name")
        elif not is_label_name(name):
            yield Problem(None, f"{where} is no name of a label", "letters, digits and _, no digit or __ first")
        elif not _encodable(value):
            yield Problem(None, f"the value of {where} is no text that UTF-8 can hold", "write plain characters")


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
