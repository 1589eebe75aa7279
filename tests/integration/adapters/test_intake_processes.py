"""The weather and the case process, real, on a real Kafka: what is pushed and what lies in folders becomes facts or dead letters."""

import json
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
import redis

from contracts.observations import DeadLetter, IntakeReport, WeatherWarning
from contracts.terms import Hazard, Source, WarningKind
from contracts.topics import DEAD_LETTERS, RAW_INTAKE, REPORTS, WARNINGS
from nuandeng.embedded.session import RunningKafka, RunningValkey
from stream.heartbeat import read_heartbeats
from stream.intake_sealing import seal_intake
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer
from tests.conftest import broker
from tests.integration.adapters.conftest import AdapterHost, until

# One of its own: after a kill, a broker first looks through the topics of every test there was.
kafka = pytest.fixture(scope="module", name="kafka")(broker)

SAMPLES = Path(__file__).parents[2] / "contract" / "adapters" / "samples"
NOW_MS = 1_795_270_000_000


def test_warnings_from_a_folder_and_a_push(host: AdapterHost) -> None:
    """A file that is dropped, a push, and a push of nonsense: two warnings, one dead letter that can be sent again."""
    keys = FileKeyStore(Path(host.runtime.keystore))
    process = host.start("camera_adapters.weather")
    pushed = (SAMPLES / "12379-cancel.xml").read_bytes()
    host.write(RAW_INTAKE, "weather", msgspec.json.encode(seal_intake(keys, "weather", pushed, NOW_MS)))
    nonsense = msgspec.json.encode(seal_intake(keys, "weather", b"<!DOCTYPE a []><alert/>", NOW_MS))
    host.write(RAW_INTAKE, "weather", nonsense)
    until((host.folder / "weather").is_dir, "the folder is there")
    shutil.copy(SAMPLES / "cap-cold-wave.xml", host.folder / "weather" / "warning.xml")
    until(lambda: len(host.heard(WARNINGS, WeatherWarning)) == 2, "both warnings are on the topic")
    until(lambda: host.heard(DEAD_LETTERS, DeadLetter), "the dead letter is there")
    found = {w.identifier: w for w in host.heard(WARNINGS, WeatherWarning)}
    assert found["BZ-COLD-20261121-1"].hazard is Hazard.COLD_WAVE
    assert found["37160041600000_20261122090000"].kind is WarningKind.CANCEL
    (letter,) = host.heard(DEAD_LETTERS, DeadLetter)
    assert (letter.reason, letter.topic, letter.key) == ("unreadable", RAW_INTAKE, "weather")
    process.terminate()
    assert process.wait(15) == 0


def test_warnings_lie_in_the_places_of_the_settings_too(host: AdapterHost) -> None:
    """A folder of the bureau's that the settings name, beside the data directory's own."""
    bureau = host.folder / "bureau"
    bureau.mkdir()
    shutil.copy(SAMPLES / "cap-cold-wave.xml", bureau / "warning.xml")
    host.tell(weather_places=(str(bureau),))
    host.start("camera_adapters.weather")
    until(lambda: host.heard(WARNINGS, WeatherWarning), "the warning is on the topic")


def test_a_warning_that_comes_while_kafka_is_away_arrives_later(host: AdapterHost, kafka: RunningKafka) -> None:
    """The broker dies (kill -9), a file is dropped, the broker comes back: the warning stands on the topic, with nobody's help."""
    host.start("camera_adapters.weather")
    until((host.folder / "weather").is_dir, "the folder is there")
    shutil.copy(SAMPLES / "12379-cold-wave.xml", host.folder / "weather" / "1.xml")
    until(lambda: len(host.heard(WARNINGS, WeatherWarning)) == 1, "the process is at work")
    host.let_go()
    kafka.kill()
    shutil.copy(SAMPLES / "cap-cold-wave.xml", host.folder / "weather" / "2.xml")
    until(lambda: "fact_waits" in (host.folder / "camera_adapters.weather.log").read_text(), "the process noticed")
    kafka.restart()
    until(lambda: "BZ-COLD-20261121-1" in {w.identifier for w in host.heard(WARNINGS, WeatherWarning)}, "the warning arrived", 90)


def test_a_pushed_case_becomes_a_report_that_only_the_keystore_opens(host: AdapterHost) -> None:
    """From the sealed record to the report; a vendor without a mapping file is a dead letter, still sealed."""
    keys = FileKeyStore(Path(host.runtime.keystore))
    process = host.start("camera_adapters.cases")
    body = (SAMPLES / "case-szcg-example.json").read_bytes()
    for vendor in ("szcg-example", "nobody"):
        host.write(RAW_INTAKE, f"case:{vendor}", msgspec.json.encode(seal_intake(keys, f"case:{vendor}", body, NOW_MS)))
    until(lambda: host.heard(REPORTS, IntakeReport) and host.heard(DEAD_LETTERS, DeadLetter), "report and dead letter are there")
    (report,) = host.heard(REPORTS, IntakeReport)
    assert (report.vendor, report.jurisdiction, report.source) == ("szcg-example", "371602", Source.CASE_FEED)
    assert report.description is not None
    assert TextSealer(keys).unseal_text(report.description) == json.loads(body)["caseDesc"]
    (letter,) = host.heard(DEAD_LETTERS, DeadLetter)
    assert letter.reason == "mapping_invalid"
    assert json.loads(body)["reporterTel"] not in letter.raw
    process.terminate()
    assert process.wait(15) == 0


def test_every_adapter_is_heard_with_its_process_and_lets_go_when_it_ends(host: AdapterHost, valkey: RunningValkey) -> None:
    """`worker:{kind}-adapter` as of a worker: pid, progress that grows, no lag."""
    with redis.Redis.from_url(valkey.url) as store:
        for kind in ("weather", "cases", "video"):
            process = host.start(f"camera_adapters.{kind}")

            def beat(kind: str = kind, process: subprocess.Popen[bytes] = process) -> dict[str, str]:
                heard = read_heartbeats(store).get(f"{kind}-adapter", {})
                return heard if heard.get("pid") == str(process.pid) else {}

            until(beat, f"{kind} is heard")
            first = int(beat()["progress"])

            def turned(first: int = first) -> bool:
                return int(beat()["progress"]) > first

            until(turned, f"the loops of {kind} turn")
            assert beat()["lag"] == "0"
            process.terminate()
            assert process.wait(15) == 0
