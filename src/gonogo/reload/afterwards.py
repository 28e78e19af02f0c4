"""The steps after every reload: publish its metrics and, after a proved reload, write a beat."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from gonogo.errors import GonogoError
from gonogo.heartbeat.rhythm import heartbeat_writer
from gonogo.model.series import REALM_LABEL
from gonogo.policy.heartbeat import load_heartbeat
from gonogo.reload.compare.result import Became, ReloadResult, ReloadStep
from gonogo.reload.course import Course, Done, left_out, passed
from gonogo.reload.place import ReloadPlace
from gonogo.reload.request import ReloadRequest
from gonogo.reload.trees.reload_metrics import LastReload, publish_reload, reload_textfile
from gonogo.smoke.run import HEARTBEAT_OK

OWN_PREFIX = "gonogo"
"""The prefix of the metrics if the policy has none."""


def afterwards(request: ReloadRequest, place: ReloadPlace, course: Course, result: ReloadResult) -> ReloadResult:
    """Publish the metrics of a reload, write a beat after a proved one, and write the last record.

    Neither the metrics nor the beat changes the result of the reload.
    """
    course.touched = True  # the steps are recorded: a journal that is full now stops nothing
    course.take(ReloadStep.METRICS, lambda: _unless_it_fails(lambda: _metrics(place, result)))
    if request.beat and result.became is Became.RELOADED:
        course.take(ReloadStep.HEARTBEAT, lambda: _unless_it_fails(lambda: _beat(place)))
    return course.closed(result)


def _unless_it_fails(act: Callable[[], Done]) -> Done:
    try:
        return act()
    except GonogoError as error:
        return left_out(str(error))
    except KeyboardInterrupt:
        return left_out("it was interrupted")


def _metrics(place: ReloadPlace, result: ReloadResult) -> Done:
    policy = place.policy_file.policy
    folder = place.policy_file.reload.metrics
    if folder is None and policy.heartbeat.textfile_dir is not None:
        folder = Path(policy.heartbeat.textfile_dir)
    if folder is None or not folder.is_dir():
        return left_out(f"not published: there is no textfile folder{'' if folder is None else f' {folder}'}")
    prefix = policy.prefix or OWN_PREFIX
    labels = {"server": place.server.url, **({REALM_LABEL: policy.realm} if policy.realm is not None else {})}
    last = LastReload(result.became.success, time.time(), result.retries, result.seconds, result.became)
    textfile = reload_textfile(folder, prefix, place.state.folder.name)
    publish_reload(textfile, prefix, labels, last)
    return passed(f"published in {textfile.address}")


def _beat(place: ReloadPlace) -> Done:
    if HEARTBEAT_OK not in place.policy_file.policy.signals:
        return left_out("the policy reads no heartbeat, so none was made")
    beat = heartbeat_writer(load_heartbeat(place.policy_file.path)).beat()
    return passed(f"beat {beat.sequence}")
