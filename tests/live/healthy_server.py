"""Events in the life of a healthy server: reloads, restarts, and changes of what it scrapes and evaluates."""

from __future__ import annotations

import yaml

from tests.live.healthy_pods import wait
from tests.live.healthy_stage import INTERVAL, HealthyStage


def reload(place: HealthyStage) -> None:
    """Reload files that have not changed."""
    place.reload()
    wait(INTERVAL)


def reloads(place: HealthyStage) -> None:
    """Reload again and again."""
    for _ in range(6):
        place.reload()
        wait(0.4)


def comment(place: HealthyStage) -> None:
    """Reload rule files with one more comment."""
    rules = place.folder / "rules.yml"
    rules.write_text(f"# reviewed\n{rules.read_text(encoding='utf-8')}", encoding="utf-8")
    reload(place)


def more_rules(place: HealthyStage) -> None:
    """Load one more file of rules that the policy does not read."""
    folder = place.folder / "more"
    folder.mkdir(exist_ok=True)
    group = {"name": "more", "rules": [{"record": "more:up:sum", "expr": "sum(up)"}]}
    (folder / f"rules-{len(list(folder.iterdir()))}.yml").write_text(yaml.safe_dump({"groups": [group]}))
    reload(place)


def one_more_rule(place: HealthyStage) -> None:
    """Add a rule to the group that the policy reads, in the file of both."""
    rules = place.folder / "rules.yml"
    root = yaml.safe_load(rules.read_text(encoding="utf-8"))
    root["groups"][0]["rules"].append({"record": "app:pods:count", "expr": 'count by (service) (up{job="app"})'})
    rules.write_text(yaml.safe_dump(root, sort_keys=False), encoding="utf-8")
    reload(place)


def paused(place: HealthyStage) -> None:
    """Let the server do nothing for two seconds, and go on."""
    place.server.pause()
    wait(2 * INTERVAL)
    place.server.resume()
    wait(2 * INTERVAL)


def changed(place: HealthyStage, **keys: object) -> None:
    """Change the scrape job, and load the configuration."""
    path = place.folder / "prometheus.yml"
    root = yaml.safe_load(path.read_text(encoding="utf-8"))
    root["scrape_configs"][0].update(keys)
    path.write_text(yaml.safe_dump(root, sort_keys=False), encoding="utf-8")
    reload(place)


def scraped_twice_as_often(place: HealthyStage) -> None:
    """Scrape twice as often as before."""
    changed(place, scrape_interval="500ms", scrape_timeout="500ms")
    wait(2 * INTERVAL)


def zoned(place: HealthyStage) -> None:
    """Let the configuration add a label to every series."""
    changed(place, metric_relabel_configs=[{"target_label": "zone", "replacement": "b"}])
    wait(INTERVAL)


def restart(place: HealthyStage) -> None:
    """Restart the server."""
    place.server.restart()
    place.until_has('count(up{job="app"}) >= 1')
    wait(2 * INTERVAL)


def crash(place: HealthyStage) -> None:
    """Kill the server, and start it again. The server replays its WAL."""
    place.server.kill()
    place.server.launch()
    wait(3 * INTERVAL)
