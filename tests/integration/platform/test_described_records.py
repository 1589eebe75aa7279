"""What real parts write to every topic is what docs/asyncapi.json says, and everything that it says is really written."""

import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
from kafka import KafkaConsumer, TopicPartition

from camera_adapters.publish import Publisher
from contracts.observations import CameraHealth, Detections, Look
from contracts.registry_entries import AccountEntry
from contracts.runtime import Jurisdiction, Runtime
from contracts.terms import CameraStatus, Role
from contracts.topics import RAW_INTAKE, TOPICS
from contracts.values import Box
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from stream.access import as_account, topic
from stream.commands import CommandGate
from stream.intake_sealing import seal_intake
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer
from tests.contract.asyncapi.described import described, faults_of_message, kind_on
from tests.integration.adapters.conftest import AdapterHost
from tests.integration.stream.conftest import CODES, until, workers_of
from tests.integration.stream.small_city import LAT, LON, register
from web.access.caller import Caller
from web.api.values import FixBody
from web.board.board import Board
from web.board.masking import MaskedNames
from web.positions import PositionPacker

CODE = "371602"
SAMPLES = Path(__file__).parents[2] / "contract" / "adapters" / "samples"


class Topics:
    """Everything that stands on the topics of an installation, as Kafka's own tools read it."""

    def __init__(self, kafka: RunningKafka, runtime: Runtime) -> None:
        self._consumer = KafkaConsumer(**kafka.client_settings(), group_id=None, auto_offset_reset="earliest", enable_auto_commit=False)
        self._names = {topic(runtime, one.name): one.name for one in TOPICS}
        self._consumer.assign([TopicPartition(topic(runtime, one.name), n) for one in TOPICS for n in range(one.partitions)])
        self.records: dict[str, list[Any]] = defaultdict(list)

    def kinds(self) -> set[tuple[str, str]]:
        """Read on; return the (topic, message) of all that was seen so far."""
        for place, records in self._consumer.poll(timeout_ms=100).items():
            self.records[self._names[place.topic]] += [one for one in records if one.value is not None]
        return {(name, kind_on(name, msgspec.json.decode(one.value))) for name, records in self.records.items() for one in records}

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()


def _written_by_adapters(runtime: Runtime) -> None:
    """Somebody stays before a camera, which then goes dark."""
    publisher = Publisher(as_account(runtime, "video-adapter"))
    now_ms = time.time_ns() // 1_000_000
    box = Box(x0=0.4, y0=0.4, x1=0.5, y1=0.7, score=0.8)
    for second in range(0, 60, 5):
        look = Look(captured_at_ms=now_ms - 100_000 + second * 1000, boxes=(box,))
        publisher.send(Detections(camera=f"{CODE}-c1", jurisdiction=CODE, looks=(look,), adapter="rtsp"))
    health = CameraHealth(
        camera=f"{CODE}-c1", jurisdiction=CODE, status=CameraStatus.UNWATCHED, reason="too_dark", at_ms=now_ms, adapter="rtsp"
    )
    publisher.send(health)
    publisher.flush()
    publisher.close()


def _written_by_web(runtime: Runtime, gate: CommandGate) -> None:
    """A warning and a case are pushed, and a warning that is none; a phone says where it is."""
    keys = FileKeyStore(Path(runtime.keystore))
    now_ms = time.time_ns() // 1_000_000
    pushed = [("weather", "12379-cold-wave.xml"), ("case:szcg-example", "case-szcg-example.json")]
    bodies = [(kind, (SAMPLES / name).read_bytes()) for kind, name in pushed] + [("weather", b"<!DOCTYPE a []><alert/>")]
    for kind, body in bodies:
        record = seal_intake(keys, kind, body, now_ms)
        assert gate.produce(topic(runtime, RAW_INTAKE), msgspec.json.encode(record), key=kind)
    packer = PositionPacker(gate, Board(MaskedNames(TextSealer(keys))), runtime)
    entry = AccountEntry(account="r", username="r", role=Role.RESPONDER, area=CODE, unit=f"{CODE}-u0", display_name="r")
    packer.take(Caller(account=entry, session="s", expires_at_ms=now_ms), (FixBody(lat_wgs84=LAT, lon_wgs84=LON, at_ms=now_ms),))
    packer.flush()


def test_every_record_is_as_described_and_every_description_has_one(
    kafka: RunningKafka, valkey: RunningValkey, tmp_path: Path, server_guard: Guard
) -> None:
    """Keys, headers and values of all topics; no topic and no message is documented that nobody writes."""
    host = AdapterHost(kafka, valkey, tmp_path)
    host.tell(
        valkey_url=f"{valkey.url.rpartition('/')[0]}/14", jurisdictions=tuple(Jurisdiction(code=c, name_zh=c, name_en=c) for c in CODES)
    )
    runtime, topics = host.runtime, Topics(kafka, host.runtime)
    gate = CommandGate(as_account(runtime, "web"))
    try:
        with workers_of(runtime, tmp_path, server_guard) as workers:
            for role in ("dispatcher", "projector", "sightings", "weather"):
                workers.start(role)
            for kind in ("weather", "cases"):
                host.start(f"camera_adapters.{kind}")
            register(gate, CODE, volunteers=1)
            _written_by_adapters(runtime)
            _written_by_web(runtime, gate)
            channels = described()["channels"]
            documented = {(one.name, message) for one in TOPICS for message in channels[one.name]["messages"]}
            until(lambda: documented <= topics.kinds(), "every message that is documented was written", 60)
            until(lambda: _named(topics, "SightingOpened"), "the sighting is in the log", 30)
            assert topics.kinds() == documented
    finally:
        gate.close()
        topics.close()
        host.close()
    for name, records in topics.records.items():
        for record in records:
            message = kind_on(name, msgspec.json.decode(record.value))
            said = described()["components"]["messages"][message]
            assert faults_of_message(message, msgspec.json.decode(record.value)) == [], (name, record.value)
            jsonschema.Draft7Validator(said["bindings"]["kafka"]["key"]).validate(record.key.decode())
            jsonschema.Draft7Validator(said["headers"]).validate(dict(record.headers))


def _named(topics: Topics, event: str) -> bool:
    topics.kinds()
    return any(event.encode() in record.value for record in topics.records["dispatch.commits"])
