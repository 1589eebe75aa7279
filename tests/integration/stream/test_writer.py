"""Commands in, commits out: by real worker processes on a real broker."""

import time

import msgspec
import redis
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from contracts.commands import ReportIncident
from contracts.runtime import Runtime
from contracts.terms import Role, Source
from contracts.values import Actor, Place
from stream.audit import verify
from stream.commands import CommandGate, client_command_id
from stream.readmodel.read import live_digest, read_room
from stream.replay import replay
from tests.integration.stream.conftest import Workers, until

OPERATOR = Actor(account="op", role=Role.OPERATOR, area="3716")


def report(code: str, number: int) -> ReportIncident:
    return ReportIncident(source=Source.HOTLINE, place=Place(lat_wgs84=37.4, lon_wgs84=118.0, area=code + "001000", name=f"spot {number}"))


def test_a_command_becomes_a_commit_a_document_and_an_answer(runtime: Runtime, workers: Workers, store: redis.Redis) -> None:
    """What an operator sends is in the log, in the read model and answered; the replayed digest equals the live one."""
    workers.start("dispatcher")
    workers.start("projector")
    gate = CommandGate(runtime)
    ids = [client_command_id("op", str(number)) for number in range(20)]
    for number, command_id in enumerate(ids):
        code = ("371602", "371622")[number % 2]
        assert gate.send(report(code, number), jurisdiction=code, command_id=command_id, actor=OPERATOR)
    answers = [gate.answer(command_id, 20.0) for command_id in ids[:1]]
    workers.check()
    answers = [gate.answer(command_id, 5.0) for command_id in ids]
    assert all(answer is not None and answer.accepted and answer.created for answer in answers)
    live = live_digest(store)
    replayed = replay(runtime, at=live.offsets)
    assert replayed.digest == live.digest
    assert sorted(read_room(store, "371602").documents["incident"]) == sorted(replayed.states["371602"].incidents)
    assert verify(runtime).bad is None
    gate.close()
