"""A trace tells what became of one incident, out of the log alone; a collector that is away harms nobody."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

from contracts import commands as cmd
from contracts.commit import GENESIS, Commit
from contracts.documents import IncidentDocument
from contracts.events import DeliveryRecorded
from contracts.registry_entries import CameraEntry
from contracts.terms import Channel, DeliveryStatus, Role, Source
from contracts.values import Actor, Box, Place
from dispatch import State, document
from stream.log.fold import Fold
from stream.partition import partition_of
from stream.traces.otlp import KEPT, Exporter, body_of
from stream.traces.spans import Span, spans_of, trace_id
from stream.writer.decision import Judge

CODE = "371602"
SEEN_MS = 1_768_744_700_000
START_MS = SEEN_MS + 100_000
PLACE = Place(lat_wgs84=37.4, lon_wgs84=118.0, area=CODE + "001000")
OPERATOR = Actor(account="op", role=Role.OPERATOR, area="3716")
ADMIN = Actor(account="adm", role=Role.ADMIN, area="3716")
SYSTEM = Actor(account="sys", role=Role.SYSTEM)


class Log:
    """Decides commands, folds what stands, and keeps the spans."""

    def __init__(self) -> None:
        self._judge, self._states = Judge(partition_of(CODE)), dict[str, State]()
        self._fold = Fold(partition_of(CODE))
        self.spans: list[Span] = []
        self.sequence = 0

    def do(self, body: cmd.AnyBody, actor: Actor, at_ms: int, trace: str | None = None) -> IncidentDocument | None:
        """One command; return the incident it touched."""
        self.sequence += 1
        command = cmd.Command(id=f"c{self.sequence}", jurisdiction=CODE, actor=actor, body=body, sent_at_ms=at_ms, trace=trace)
        decision = self._judge.decide(self._states, cmd.encode_command(command), at_ms)
        assert decision.commit is not None
        standing = self._fold.step(self._fold.next_offset, decision.record)
        assert standing is not None
        incident: IncidentDocument | None = None
        for kind, name in standing.touched:
            if kind == "incident":
                found = document(self._fold.states[CODE], kind, name)
                assert isinstance(found, IncidentDocument)
                self.spans += spans_of(standing.commit, found)
                incident = found
        return incident


def seen_and_rejected() -> tuple[Log, str]:
    """A camera sees somebody, an operator receives the case after 20 s and rejects it after 30 s."""
    log = Log()
    log.do(cmd.RegisterCameras(cameras=(CameraEntry(camera="c1", name="天桥", place=PLACE, owner="police"),)), ADMIN, START_MS - 50_000)
    sighting = cmd.ReportSighting(
        camera="c1", track="t1", place=PLACE, boxes=(Box(x0=0.1, y0=0.1, x1=0.2, y1=0.3, score=0.9),), first_seen_ms=SEEN_MS,
        last_seen_ms=START_MS, dwell_threshold_s=60,
    )  # fmt: skip
    made = log.do(sighting, SYSTEM, START_MS)
    assert made is not None
    log.do(cmd.ReceiveIncident(incident=made.id), OPERATOR, START_MS + 20_000)
    log.do(cmd.RejectIncident(incident=made.id, reason="重复"), OPERATOR, START_MS + 30_000)
    return log, made.id


def test_a_trace_begins_at_the_camera_and_its_steps_leave_no_gap() -> None:
    """Each span starts where the one before it ended; the root holds them all."""
    log, incident = seen_and_rejected()
    *steps, root = log.spans
    assert [(span.begun_at_ms - SEEN_MS, span.ended_at_ms - SEEN_MS) for span in steps] == [
        (0, 100_000), (100_000, 120_000), (120_000, 130_000),
    ]  # fmt: skip
    assert (root.begun_at_ms, root.ended_at_ms, root.parent) == (SEEN_MS, START_MS + 30_000, "")
    assert {span.trace for span in log.spans} == {trace_id(CODE, incident)}
    assert {span.parent for span in steps} == {root.span}
    assert steps[1].attributes["nuandeng.role"] == "operator"


def test_a_message_to_a_phone_says_what_became_of_it() -> None:
    """The last step of a sighting's way: channel, status, and the code of what went wrong."""
    incident = Log()
    made = incident.do(cmd.ReportIncident(source=Source.HOTLINE, place=PLACE), OPERATOR, START_MS)
    assert made is not None
    told = DeliveryRecorded(assignment="a1", channel=Channel.WEB_PUSH, status=DeliveryStatus.FAILED, detail="no_subscription")
    commit = Commit(
        jurisdiction=CODE, sequence=9, previous=GENESIS, command_id="sys:x", occurred_at_ms=START_MS + 5, actor=SYSTEM, events=(told,)
    )
    (span,) = spans_of(commit, made)
    assert span.attributes["nuandeng.delivery"] == "failed"
    assert span.attributes["nuandeng.channel"] == "web_push"
    assert span.attributes["nuandeng.detail"] == "no_subscription"
    assert (span.begun_at_ms, span.ended_at_ms) == (START_MS, START_MS + 5)


def test_a_callers_own_trace_is_linked_from_the_step_it_asked_for() -> None:
    """Who called with a traceparent finds the incident from there; what is no traceparent links nothing."""
    log = Log()
    asked = cmd.ReportIncident(source=Source.HOTLINE, place=PLACE)
    log.do(asked, OPERATOR, START_MS, trace=f"00-{'4b' * 16}-{'7a' * 8}-01")
    log.do(asked, OPERATOR, START_MS + 1, trace="somebody else's")
    linked, unlinked = body_of(log.spans)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert linked["links"] == [{"traceId": "4b" * 16, "spanId": "7a" * 8}]
    assert "links" not in unlinked


def test_the_same_log_gives_the_same_spans() -> None:
    """Two readers, or one that starts again, tell a collector nothing that contradicts."""
    assert seen_and_rejected()[0].spans == seen_and_rejected()[0].spans


def test_the_body_is_otlp() -> None:
    """Identifiers in hex, nanoseconds as strings, typed attributes."""
    log, _ = seen_and_rejected()
    (resource,) = body_of(log.spans)["resourceSpans"]
    spans = resource["scopeSpans"][0]["spans"]
    assert len(spans[0]["traceId"]) == 32
    assert len(spans[0]["spanId"]) == 16
    assert spans[0]["startTimeUnixNano"] == f"{SEEN_MS}000000"
    kinds = {attribute["key"]: set(attribute["value"]) for attribute in spans[0]["attributes"]}
    assert kinds["nuandeng.sequence"] == {"intValue"}
    assert kinds["nuandeng.simulated"] == {"boolValue"}


class Collector:
    """Answers with the statuses it was given, the last one for ever; keeps the bodies it took."""

    def __init__(self, statuses: list[int]) -> None:
        self.statuses, self.taken = statuses, list[Any]()
        self.url = ""

    @contextmanager
    def running(self) -> Iterator["Collector"]:
        """On a free port of this machine."""
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = collector.statuses.pop(0) if len(collector.statuses) > 1 else collector.statuses[0]
                if status == 200 and self.path == "/v1/traces":
                    collector.taken.append(json.loads(body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.url = f"http://127.0.0.1:{server.server_port}/"
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


async def sent(exporter: Exporter, times: int) -> list[bool]:
    """Try so often; then close."""
    answers = [await exporter.send() for _ in range(times)]
    running = asyncio.create_task(exporter.run())
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return answers


def test_spans_wait_for_a_collector_that_is_away_and_come_in_order() -> None:
    """503 is for now: nothing is lost."""
    log, _ = seen_and_rejected()
    with Collector([503, 200]).running() as collector:

        async def act() -> tuple[Exporter, list[bool]]:
            exporter = Exporter(collector.url)
            exporter.take(log.spans)
            return exporter, await sent(exporter, 2)

        exporter, answers = asyncio.run(act())
    assert answers == [False, True]
    assert exporter.counts == {"spans": len(log.spans)}
    names = [span["name"] for span in collector.taken[0]["resourceSpans"][0]["scopeSpans"][0]["spans"]]
    assert names == [span.name for span in log.spans]


def test_spans_that_are_refused_for_good_are_dropped_and_counted() -> None:
    """400 now is 400 for ever: the next ones must not wait behind them."""
    log, _ = seen_and_rejected()
    with Collector([400, 200]).running() as collector:

        async def act() -> Exporter:
            exporter = Exporter(collector.url)
            exporter.take(log.spans[:2])
            await exporter.send()
            exporter.take(log.spans[2:])
            await sent(exporter, 1)
            return exporter

        exporter = asyncio.run(act())
    assert exporter.counts == {"spans_lost": 2, "spans": len(log.spans) - 2}


def test_a_collector_that_never_comes_costs_bounded_memory() -> None:
    """The oldest spans go, counted."""
    log, _ = seen_and_rejected()
    span = log.spans[0]

    async def act() -> Exporter:
        exporter = Exporter("http://127.0.0.1:1")
        exporter.take(msgspec.structs.replace(span, name=str(number)) for number in range(KEPT + 7))
        await sent(exporter, 1)
        return exporter

    assert asyncio.run(act()).counts == {"spans_lost": 7}
