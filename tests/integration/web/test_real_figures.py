"""What /metrics says of real workers: dispatcher and projector as processes, over real Kafka and Valkey."""

from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.web.test_whole import BODY, Platform, log_in, until, whole

__all__ = ["whole"]
pytestmark = pytest.mark.timeout(200)


def figure(platform: Platform, name: str, **labels: str) -> float | None:
    """One sample, None when it is not told."""
    text = httpx.get(f"{platform.base}/metrics").text
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return sample.value
    return None


def test_decisions_refusals_and_ages_of_real_workers(request: pytest.FixtureRequest) -> None:
    """One command accepted and one refused are counted by the writer, named in its lines, and the read model is as new as the log."""
    platform: Platform = request.getfixturevalue("whole")
    operator = log_in(platform, "op")
    made: Any = operator.post("/incidents", json=BODY).raise_for_status().json()
    incident = made["created"][0]
    assert operator.post(f"/incidents/{incident}/close", json={}).status_code in {403, 409}
    until(lambda: figure(platform, "nuandeng_commands_rejected_total", worker="dispatcher"), "the refusal is counted")
    assert (figure(platform, "nuandeng_commands_decided_total", worker="dispatcher") or 0) >= 2
    assert (figure(platform, "nuandeng_recoveries_total", worker="dispatcher") or 0) >= 1
    assert figure(platform, "nuandeng_writer_doubt_seconds", worker="dispatcher") == 0
    assert figure(platform, "nuandeng_writer_partitions") == figure(platform, "nuandeng_log_partitions")
    assert figure(platform, "nuandeng_part_up", part="projector") == 1
    assert figure(platform, "nuandeng_part_up", part="effects") == 0
    until(lambda: (figure(platform, "nuandeng_read_model_age_seconds") or 99) < 5, "the read model is as new as the log")
    assert (figure(platform, "nuandeng_projected_commits_total") or 0) >= 2
    line = until(lambda: next((line for line in platform.log("dispatcher").splitlines() if '"refused"' in line), None), "the line")
    assert '"command":' in line.replace(" ", "").replace("\\", "")
    assert '"sequence":' in line
