"""The end of every reload: its warnings, its metrics and, after a proved reload, a beat."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from gonogo.disk.exposition import Gauge, exposition
from gonogo.disk.textfile import Textfile
from gonogo.errors import GonogoError
from gonogo.model.series import HEARTBEAT_OK, REALM_LABEL
from gonogo.policy.heartbeat import load_heartbeat
from gonogo.reload.course import Course, Done, left_out, passed
from gonogo.reload.own_file import unproved_parts, unproved_secrets
from gonogo.reload.place import ReloadPlace, ReloadRequest
from gonogo.reload.result import Became, ReloadResult, ReloadStep
from gonogo.reload.snapshot import Snapshot
from gonogo.reload.trees.good_trees import GoodTree

OWN_PREFIX = "gonogo"
"""The prefix of the metrics if the policy has none."""


def afterwards(request: ReloadRequest, place: ReloadPlace, course: Course, result: ReloadResult) -> ReloadResult:
    """Publish the metrics of a reload, write a beat after a proved one, and write the last record.

    Neither the metrics nor the beat changes the result of the reload.
    """
    course.touched = True  # the steps are recorded: a journal that is full now stops nothing
    course.take(ReloadStep.METRICS, _unless_it_fails, _metrics, place, result)
    if request.beat and result.became is Became.RELOADED:
        course.take(ReloadStep.HEARTBEAT, _unless_it_fails, _beat, place)
    return course.closed(result)


def warnings_of(place: ReloadPlace, found: Snapshot, good: GoodTree | None) -> tuple[str, ...]:
    """Return the facts that a user should know although the server has the files on disk.

    ``good`` is the last good copy now.
    """
    return (*_unlinked(place, good), *_secrets(place, found))


def publish_reload(textfile: Textfile, prefix: str, labels: Mapping[str, str], result: ReloadResult, at: float) -> None:
    """Replace the metrics in a text file for node_exporter by those of the last reload, which ended ``at``.

    The system before gonogo had the first three metric names, and its alerts must continue to work.

    Raises:
        ActionFailed: the file could not be written. The old file is unchanged.
    """

    def gauge(name: str, meaning: str, value: float) -> Gauge:
        return Gauge(f"{prefix}_prom_reload_{name}", meaning, repr(float(value)).removesuffix(".0"))

    gauges = (
        gauge("success", "1 if the last reload was proved, else 0.", result.became.success),
        gauge("timestamp", "The end of the last reload in unix seconds.", at),
        gauge("retries", "The number of retries in the last reload.", result.retries),
        gauge("duration_seconds", "The duration of the last reload.", result.seconds),
    )
    outcome = gauge("outcome", "The outcome of the last reload, as a label. The value is always 1.", 1)
    textfile.publish(exposition(gauges, labels) + exposition((outcome,), {**labels, "outcome": result.became}))


def _unless_it_fails(act: Callable[..., Done[None]], *args: object) -> Done[None]:
    try:
        return act(*args)
    except GonogoError as error:
        return left_out(str(error))
    except KeyboardInterrupt:
        return left_out("it was interrupted")


def _metrics(place: ReloadPlace, result: ReloadResult) -> Done[None]:
    policy, folder = place.policy_file.policy, place.policy_file.reload.metrics
    if folder is None and policy.heartbeat.textfile_dir is not None:
        folder = Path(policy.heartbeat.textfile_dir)
    if folder is None or not folder.is_dir():
        return left_out(f"not published: there is no textfile folder{'' if folder is None else f' {folder}'}")
    prefix = policy.prefix or OWN_PREFIX
    labels = {"server": place.server.url, **({REALM_LABEL: policy.realm} if policy.realm is not None else {})}
    textfile = Textfile(folder / f"{prefix}_prom_reload_{place.state.folder.name}.prom")
    publish_reload(textfile, prefix, labels, result, time.time())
    return passed(f"published in {textfile.address}")


def _beat(place: ReloadPlace) -> Done[None]:
    if HEARTBEAT_OK not in place.policy_file.policy.signals:
        return left_out("the policy reads no heartbeat, so none was made")
    from gonogo.heartbeat.rhythm import heartbeat_writer  # noqa: PLC0415 - only a policy with a heartbeat needs it

    beat = heartbeat_writer(load_heartbeat(place.policy_file.path)).beat()
    return passed(f"beat {beat.sequence}")


def _unlinked(place: ReloadPlace, good: GoodTree | None) -> Iterator[str]:
    """Report the files that a rollback put where links were. Deployments through the links do not reach them."""
    if good is None or place.live is None:
        return
    for name, text in good.unlinked.items():
        path = place.live.path(name)
        if path.is_file() and not path.is_symlink():
            yield (
                f"{path} is a file where a link to {text} was: a rollback put it there, and what is deployed through "
                f"the link does not reach the server (put the link back: {shlex.join(('ln', '-sfn', text, str(path)))})"
            )


def _secrets(place: ReloadPlace, found: Snapshot) -> Iterator[str]:
    if found.own is not None and found.seen is not None and place.live is not None:
        yield from unproved_secrets(place.live.path(place.live.config), found.own, found.seen, known=found.is_known)
        if found.before is not None and found.new is not None:
            yield from unproved_parts(place.live, found.before, found.new, found.old)
