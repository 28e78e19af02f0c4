"""Makes the heartbeat writer that a policy's heartbeat keys describe."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

from gonogo.disk.durable import write_failed
from gonogo.disk.textfile import Textfile
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.series import REALM_LABEL
from gonogo.policy.heartbeat import HeartbeatFile


def heartbeat_writer(
    file: HeartbeatFile, *, instance: str | None = None, nanoseconds: Callable[[], int] = time.time_ns
) -> HeartbeatWriter:
    """Make the writer of a policy.

    Args:
        file: the policy's heartbeat keys.
        instance: the label ``instance`` of the pushed group. The default is the host's name.
        nanoseconds: the writer's clock, in nanoseconds of unix time.

    Raises:
        PolicyError: the Pushgateway's address is not a URL.
        ActionFailed: the folder for the state of a push-only heartbeat could not be made.
    """
    heartbeat = file.heartbeat
    textfile, group = None, None
    if heartbeat.textfile_dir is not None:
        textfile = Textfile(Path(heartbeat.textfile_dir, f"{file.prefix}_textfile_heartbeat.prom"))
    if heartbeat.pushgateway is not None:
        from gonogo.heartbeat.pushgateway import PushGroup  # noqa: PLC0415 - a beat without a Pushgateway does not pay for the import

        labels = {"job": f"{file.prefix}_heartbeat", "instance": instance or os.uname().nodename}
        group = PushGroup.at(heartbeat.pushgateway, labels)
    return HeartbeatWriter(
        prefix=file.prefix,
        labels={REALM_LABEL: file.realm or "", **heartbeat.labels},
        state_dir=textfile.path.parent if textfile else _make_folder(file.state_dir),
        textfile=textfile,
        group=group,
        every=heartbeat.every,
        nanoseconds=nanoseconds,
        machine=_machine(),
    )


def _machine() -> int:
    """Return a number that no other running machine has. The containers of one machine share it."""
    try:
        return crc32(Path("/proc/sys/kernel/random/boot_id").read_bytes())
    except OSError:
        return 0


def _make_folder(state_dir: Path) -> Path:
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_failed("no beat: there is no folder for the heartbeat's state", state_dir, error) from error
    return state_dir
