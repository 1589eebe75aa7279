"""Alert rules, dashboard, run-book and page of figures speak of what /metrics really serves."""

import json
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from web.app import Web

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "deploy" / "observability"
# Made by Prometheus itself for every target.
_PROMETHEUS_OWN = {"up"}
_WORDS = re.compile(r"\{[^}]*\}|\[[^]]*\]|\"[^\"]*\"|\b(?:by|on|without|ignoring)\s*\([^)]*\)")
_FUNCTIONS = {
    "abs", "max", "min", "sum", "rate", "increase", "changes", "absent", "histogram_quantile", "min_over_time", "and", "or", "unless",
    "offset", "m",
}  # fmt: skip


def names_in(expression: str) -> set[str]:
    """The metrics that a PromQL expression names: what is left without labels, ranges, groupings and functions."""
    return set(re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*", _WORDS.sub(" ", expression))) - _FUNCTIONS


def rules() -> Iterator[dict[str, Any]]:
    """Every rule of alerts.yml."""
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]:
        yield from group["rules"]


def expressions() -> Iterator[tuple[str, str]]:
    """Where, and the expression."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in json.loads((FOLDER / "nuandeng-dashboard.json").read_text())["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


@pytest.fixture
def served(web: Web) -> set[str]:
    """Names of samples that /metrics can have: those of each family it names, whether somebody told a figure of it yet or not."""
    found: set[str] = set()
    for family in text_string_to_metric_families(web.app.test_client().get("/metrics").text):
        match family.type:
            case "counter":
                found.add(f"{family.name}_total")
            case "histogram":
                found |= {f"{family.name}_bucket", f"{family.name}_sum", f"{family.name}_count"}
            case _:
                found.add(family.name)
    return found


def test_the_parser_of_expressions_finds_names() -> None:
    """Or the next test would prove nothing."""
    assert names_in('sum by (le) (rate(a_bucket{status=~"5.."}[5m])) / on () max(b_total offset 10m) > 0.5') == {"a_bucket", "b_total"}


def test_every_figure_in_rules_and_dashboard_is_served(served: set[str]) -> None:
    """An alert on a name that does not exist never fires."""
    used = {(where, name) for where, expression in expressions() for name in names_in(expression)}
    assert len({name for _, name in used}) > 30
    assert not {(where, name) for where, name in used if name not in served | _PROMETHEUS_OWN}


def test_every_figure_is_explained(served: set[str]) -> None:
    """docs/metrics.md names each of them, and none that is not there."""
    page = (ROOT / "docs" / "metrics.md").read_text()
    explained = set(re.findall(r"^\| `(nuandeng_[a-z_]+)", page, re.MULTILINE))
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in served}
    assert explained == families


def test_every_alert_is_whole() -> None:
    """A name, an expression, who is woken, a sentence in both languages."""
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["expr"].count("(") == rule["expr"].count(")"), rule["alert"]
        assert re.search(r"[一-鿿].*·.*[a-z]", rule["annotations"]["summary"]), rule["alert"]
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "1m"))


def test_every_alert_has_its_section_in_the_run_book() -> None:
    """Reached by the link, in Chinese and English; and no section is left over from an alert that is gone."""
    page = (ROOT / "docs" / "runbook.md").read_text()
    sections = {part.partition("\n")[0]: part.partition("\n")[2] for part in re.split(r"^### ", page, flags=re.MULTILINE)[1:]}
    alerts = {rule["alert"]: rule for rule in rules()}
    assert len(alerts) == len(list(rules()))
    assert set(sections) == set(alerts)
    for name, rule in alerts.items():
        assert rule["annotations"]["runbook_url"] == f"docs/runbook.md#{name.lower()}"
        woken = ("**叫醒。**", "**Page.**") if rule["labels"]["severity"] == "page" else ("**工单。**", "**Ticket.**")
        assert all(word in sections[name] for word in woken), name


def test_the_scrape_reads_the_rules() -> None:
    """Prometheus is told of the rules and of our path."""
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    assert config["rule_files"] == ["alerts.yml"]
    (job,) = config["scrape_configs"]
    assert (job["job_name"], job["metrics_path"]) == ("nuandeng", "/metrics")


def test_the_dashboard_is_the_one_that_its_code_writes() -> None:
    """Change dashboard.py and run it; panels neither overlap nor leave the page."""
    assert (FOLDER / "nuandeng-dashboard.json").read_text() == runpy.run_path(str(FOLDER / "dashboard.py"))["text"]()
    places = [panel["gridPos"] for panel in json.loads((FOLDER / "nuandeng-dashboard.json").read_text())["panels"]]
    cells = [(x, y) for at in places for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
