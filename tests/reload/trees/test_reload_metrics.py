"""The result of the last reload as a text file."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.disk.textfile import Textfile
from gonogo.errors import ActionFailed
from gonogo.reload.afterwards import publish_reload
from gonogo.reload.result import Became, ReloadResult

LABELS = {"metric_realm": "prod"}
RELOADED = ReloadResult(Became.RELOADED, "", (), seconds=1.0)
ROLLED_BACK = ReloadResult(Became.ROLLED_BACK, "", (), seconds=12.5, retries=3)


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    """No metric is better than one that nobody sees."""
    textfile = Textfile(tmp_path / "gone" / "a.prom")
    with pytest.raises(ActionFailed):
        publish_reload(textfile, "duri", LABELS, RELOADED, 1.0)


def test_the_names_are_those_of_before(tmp_path: Path) -> None:
    """Success, timestamp and retries; duration and outcome beside them, each with the realm."""
    textfile = Textfile(tmp_path / "duri_prom_reload_a.prom")
    publish_reload(textfile, "duri", LABELS, RELOADED, 1.0)
    publish_reload(textfile, "duri", LABELS, ROLLED_BACK, 1795426075.25)
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
        textfile = Textfile(tmp_path / f"duri_prom_reload_{server}.prom")
        publish_reload(textfile, "duri", {"server": server}, RELOADED, 1.0)
    text = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert 'duri_prom_reload_success{server="a"} 1' in text
    assert 'duri_prom_reload_success{server="b"} 1' in text
