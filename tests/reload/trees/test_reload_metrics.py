"""The result of the last reload as a text file."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.errors import ActionFailed
from gonogo.reload.trees.reload_metrics import LastReload, publish_reload, reload_textfile

LABELS = {"metric_realm": "prod"}


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    """No metric is better than one that nobody sees."""
    textfile = reload_textfile(tmp_path / "gone", "duri", "a")
    with pytest.raises(ActionFailed):
        publish_reload(textfile, "duri", LABELS, LastReload(True, 1.0, 0, 1.0, "x"))


def test_the_names_are_those_of_before(tmp_path: Path) -> None:
    """Success, timestamp and retries; duration and outcome beside them, each with the realm."""
    textfile = reload_textfile(tmp_path, "duri", "a")
    publish_reload(textfile, "duri", LABELS, LastReload(True, 1.0, 0, 1.0, "reloaded"))
    publish_reload(textfile, "duri", LABELS, LastReload(False, 1795426075.25, 3, 12.5, "rolled-back"))
    lines = (tmp_path / "duri_prom_reload_a.prom").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        'duri_prom_reload_success{metric_realm="prod"} 0',
        'duri_prom_reload_timestamp{metric_realm="prod"} 1795426075.25',
        'duri_prom_reload_retries{metric_realm="prod"} 3',
        'duri_prom_reload_duration_seconds{metric_realm="prod"} 12.5',
        'duri_prom_reload_outcome{metric_realm="prod",outcome="rolled-back"} 1',
    ]
    assert sum(line.startswith("# TYPE") for line in lines) == 5


def test_servers_of_one_prefix_have_a_file_each(tmp_path: Path) -> None:
    """Else the last one reloaded would take the others' metrics away."""
    for server in "ab":
        textfile = reload_textfile(tmp_path, "duri", server)
        publish_reload(textfile, "duri", {"server": server}, LastReload(True, 1.0, 0, 1.0, "reloaded"))
    text = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert 'duri_prom_reload_success{server="a"} 1' in text
    assert 'duri_prom_reload_success{server="b"} 1' in text
