"""Writes the Grafana dashboard beside this file: `python deploy/observability/dashboard.py`. Standard library only.

Read from the top: is anybody not helped, can people see and decide, which part is it, what does the log say.
"""

import json
from pathlib import Path
from typing import Any

WHERE = Path(__file__).with_name("nuandeng-dashboard.json")
_SOURCE = {"type": "prometheus", "uid": "${source}"}
_WIDTH, _HEIGHT, _ACROSS = 6, 7, 24
_RED, _GREEN = "red", "green"

Queries = dict[str, str]
# Rows of (title, unit, limit above which it is red or None, {legend: query}).
# Workers' figures come through every web process alike: `max by (worker …)` counts them once.
ROWS: tuple[tuple[str, tuple[tuple[str, str, float | None, Queries], ...]], ...] = (
    ("救助 · Rescue", (
        ("等人处理最久 · Longest wait for a person", "s", 300.0,
         {"{{asked}}": 'max by (asked) (nuandeng_incident_oldest_asked_seconds{simulated=~"$simulated"})'}),
        ("未结事件 · Open incidents", "short", None,
         {"{{state}}": 'max by (state) (nuandeng_incidents_open{simulated=~"$simulated"})'}),
        ("等人处理 · Waiting for a person", "short", None,
         {"{{asked}}": 'max by (asked) (nuandeng_incidents_asked{simulated=~"$simulated"})'}),
        ("推送结果 · Messages to phones", "ops",
         None, {"{{result}}": "sum by (result) (max by (worker, result) (rate(nuandeng_push_messages_total[5m])))"}),
    )),
    ("摄像机 · Cameras", (
        ("摄像机状态 · Cameras by status", "short", None,
         {"{{status}}": "sum by (status) (max by (status, simulated) (nuandeng_cameras))"}),
        ("看一遍的间隔 · Time between looks", "s", 10.0, {"{{quantile}}": "max by (quantile) (nuandeng_camera_cadence_seconds)"}),
        ("看的次数 · Looks", "ops", None, {"{{worker}}": "max by (worker) (rate(nuandeng_camera_looks_total[5m]))"}),
        ("接入与在看 · Read and inspected", "short", None, {
            "read": "max(nuandeng_cameras_read)", "inspected": "max(nuandeng_cameras_inspected)",
        }),
    )),
    ("裁决 · Decisions", (
        ("裁决与提交 · Decided and committed", "ops", None, {
            "decided": "sum(max by (worker) (rate(nuandeng_commands_decided_total[1m])))",
            "committed": "sum(max by (worker) (rate(nuandeng_commits_total[1m])))",
        }),
        ("被拒(按代码)· Refused by code", "ops", None,
         {"{{code}}": "sum by (code) (max by (worker, code) (rate(nuandeng_commands_rejected_total[5m])))"}),
        ("命令到回音 · Command to answer", "s", 2.0, {
            "p50": "histogram_quantile(0.5, sum by (le) (rate(nuandeng_web_command_seconds_bucket[5m])))",
            "p99": "histogram_quantile(0.99, sum by (le) (rate(nuandeng_web_command_seconds_bucket[5m])))",
        }),
        ("不能裁决 · Cannot decide", "s", 10.0, {"{{worker}}": "max by (worker) (nuandeng_writer_doubt_seconds)"}),
        ("积压 · Lag", "short", None, {"{{worker}}": "max by (worker) (nuandeng_worker_lag_records)"}),
        ("恢复用时 · Recovery", "s", 10.0, {
            "{{worker}}": "max by (worker) (increase(nuandeng_recovery_seconds_total[15m]))"
            " / (max by (worker) (increase(nuandeng_recoveries_total[15m])) > 0)",
        }),
        ("待办的后续 · Effects owed", "short", None, {"{{worker}}": "max by (worker) (nuandeng_effects_owed)"}),
        ("死信(按原因)· Dead letters by reason", "short", 0.5,
         {"{{reason}}": "sum by (reason) (max by (worker, reason) (increase(nuandeng_dead_letters_total[10m])))"}),
    )),
    ("屏幕 · Screens", (
        ("读模型落后 · Read model behind the log", "s", 15.0, {"age": "min(nuandeng_read_model_age_seconds)"}),
        ("Web 距上次更新 · Since the last update", "s", 10.0, {"{{instance}}": "max by (instance) (nuandeng_web_feed_age_seconds)"}),
        ("提交到屏幕 · Commit to this process", "s", 0.3, {
            "p99": "histogram_quantile(0.99, sum by (le) (rate(nuandeng_web_feed_lag_seconds_bucket[5m])))",
        }),
        ("在线连接 · Connected", "short", None, {"{{namespace}}": "sum by (namespace) (nuandeng_web_sockets)"}),
        ("重取画面 · Fresh snapshots taken", "short", None,
         {"{{reason}}": "sum by (reason) (increase(nuandeng_web_feed_gaps_total[15m]))"}),
        ("HTTP 状态 · Responses", "reqps", None, {"{{status}}": "sum by (status) (rate(nuandeng_web_responses_total[5m]))"}),
        ("Web 恢复 · Read model away from a process", "s", 5.0, {
            "p95": "histogram_quantile(0.95, sum by (le) (rate(nuandeng_web_recovery_seconds_bucket[1h])))",
        }),
        ("位置 · Positions", "ops", None, {"fixes": "sum(max by (worker) (rate(nuandeng_position_fixes_total[1m])))"}),
    )),
    ("部件 · Parts", (
        ("部件在否 · Parts heard", "short", None, {"{{part}}": "max by (part) (nuandeng_part_up)"}),
        ("心跳年龄 · Heartbeat age", "s", 15.0, {"{{part}}": "min by (part) (nuandeng_heartbeat_age_seconds)"}),
        ("Kafka · Valkey", "short", None, {"Kafka": "max(nuandeng_kafka_up)", "Valkey": "max(nuandeng_valkey_up)"}),
        ("重启 · Restarts", "short", 3.0, {"{{part}}": "max by (part) (changes(nuandeng_part_start_time_seconds[15m]))"}),
        ("快照年龄 · Snapshot age", "s", None, {"{{worker}}": "max by (worker) (nuandeng_snapshot_age_seconds)"}),
        ("启动要重放 · Records a start folds", "short", None, {"{{worker}}": "max by (worker) (nuandeng_snapshot_behind_records)"}),
        ("检查点被拒 · Checkpoints refused", "short", 0.5,
         {"{{worker}}": "max by (worker) (increase(nuandeng_checkpoints_refused_total[2h]))"}),
        ("丢失的事实 · Facts lost", "short", 0.5, {"{{worker}}": "max by (worker) (increase(nuandeng_adapter_facts_lost_total[10m]))"}),
    )),
)  # fmt: skip


def dashboard() -> dict[str, Any]:
    """Return the dashboard as Grafana imports it (schema 39, Grafana 10 and later)."""
    panels: list[dict[str, Any]] = []
    y = 0
    for title, figures in ROWS:
        panels.append({"id": len(panels) + 1, "type": "row", "title": title, "collapsed": False, "gridPos": _place(0, y, _ACROSS, 1)})
        y += 1
        for number, (name, unit, limit, queries) in enumerate(figures):
            x = number * _WIDTH % _ACROSS
            panels.append(_panel(len(panels) + 1, name, unit, limit, queries) | {"gridPos": _place(x, y, _WIDTH, _HEIGHT)})
            if x + _WIDTH == _ACROSS or number == len(figures) - 1:
                y += _HEIGHT
    return {
        "uid": "nuandeng",
        "title": "暖灯 Nuandeng",
        "tags": ["nuandeng"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "15s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "templating": {
            "list": [
                {"name": "source", "type": "datasource", "query": "prometheus", "label": "Prometheus"},
                {
                    "name": "simulated", "type": "custom", "label": "演练 · simulated", "query": "false,true", "includeAll": True,
                    "allValue": ".*", "current": {"text": "All", "value": "$__all"},
                },
            ]
        },
        "panels": panels,
    }  # fmt: skip


def text() -> str:
    """Return the file's text."""
    return json.dumps(dashboard(), ensure_ascii=False, indent=1) + "\n"


def _place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "w": width, "h": height}


def _panel(number: int, title: str, unit: str, limit: float | None, queries: Queries) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": _GREEN, "value": None}]
    if limit is not None:
        steps.append({"color": _RED, "value": limit})
    return {
        "id": number,
        "type": "timeseries",
        "title": title,
        "datasource": _SOURCE,
        "fieldConfig": {
            "defaults": {
                "unit": unit,
                "min": 0,
                "thresholds": {"mode": "absolute", "steps": steps},
                "custom": {"lineWidth": 1, "fillOpacity": 8, "thresholdsStyle": {"mode": "off" if limit is None else "line"}},
            },
            "overrides": [],
        },
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": _SOURCE, "expr": query, "legendFormat": legend}
            for place, (legend, query) in enumerate(queries.items())
        ],
    }


if __name__ == "__main__":
    WHERE.write_text(text(), encoding="utf-8")
