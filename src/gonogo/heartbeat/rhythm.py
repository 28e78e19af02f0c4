"""Makes the heartbeat writer of a policy, and beats at a steady interval until the caller stops it."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from zlib import crc32

from gonogo.disk.durable import write_failed
from gonogo.disk.textfile import Textfile
from gonogo.errors import GonogoError
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.heartbeat import Beat
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


def beats(
    writer: HeartbeatWriter,
    every: timedelta,
    stop_within: Callable[[float], bool | None],
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Beat | GonogoError]:
    """Beat at once and then after every whole interval. Yield each beat, or the error that prevented it.

    The schedule never drifts: its times are counted from the first beat, on a clock
    that never jumps. If a beat takes longer than an interval, the beats that were due meanwhile are
    skipped.

    Args:
        writer: the heartbeat writer.
        every: the interval, above 0.
        stop_within: waits for the given seconds, or less if it is time to stop. Returns True to stop.
        clock: a clock in seconds that never goes back.
    """
    interval = every.total_seconds()
    start = clock()
    while True:
        try:
            yield writer.beat()
        except GonogoError as error:
            yield error
        elapsed = clock() - start
        due = (math.floor(elapsed / interval) + 1) * interval
        if stop_within(due - elapsed):
            return
