"""OTLP over HTTP, JSON encoding: spans to a collector. A collector that is away costs memory for a while, then spans; never more.

Source:
    OpenTelemetry Protocol 1.x, "OTLP/HTTP"; identifiers as hex, times as decimal strings of nanoseconds.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable
from typing import Any

import httpx
import structlog

from stream.traces.spans import Span

log = structlog.get_logger(__name__)

KEPT = 20_000
_AT_ONCE = 500
_EVERY_S = 1.0
_AGAIN_S = 5.0
_TIMEOUT_S = 10.0
_INTERNAL, _ERROR = 1, 2


def body_of(spans: Iterable[Span]) -> dict[str, Any]:
    """Return an ExportTraceServiceRequest."""
    scope = {"scope": {"name": "nuandeng.log"}, "spans": [_form(span) for span in spans]}
    return {"resourceSpans": [{"resource": {"attributes": [_attribute("service.name", "nuandeng")]}, "scopeSpans": [scope]}]}


def _form(span: Span) -> dict[str, Any]:
    form = {
        "traceId": span.trace,
        "spanId": span.span,
        "parentSpanId": span.parent,
        "name": span.name,
        "kind": _INTERNAL,
        "startTimeUnixNano": str(span.begun_at_ms * 1_000_000),
        "endTimeUnixNano": str(span.ended_at_ms * 1_000_000),
        "attributes": [_attribute(name, value) for name, value in span.attributes.items()],
    }
    if span.link is not None:
        form["links"] = [{"traceId": span.link.trace, "spanId": span.link.span}]
    return form | ({"status": {"code": _ERROR}} if span.refused else {})


def _attribute(name: str, value: str | int | bool) -> dict[str, Any]:
    match value:
        case bool():
            return {"key": name, "value": {"boolValue": value}}
        case int():
            return {"key": name, "value": {"intValue": str(value)}}
        case str():
            return {"key": name, "value": {"stringValue": value}}


class Exporter:
    """Takes spans at any speed, sends them in the background. counts: spans, spans_lost, for the heartbeat."""

    def __init__(self, url: str, client: httpx.AsyncClient | None = None) -> None:
        """url: of the collector, without the path `/v1/traces`."""
        self._url = url.rstrip("/") + "/v1/traces"
        self._client = client or httpx.AsyncClient(timeout=_TIMEOUT_S)
        self._waiting: deque[Span] = deque()
        self.counts: Counter[str] = Counter()

    def take(self, spans: Iterable[Span]) -> None:
        """Put spans on their way; the oldest go when more than KEPT wait."""
        self._waiting.extend(spans)
        while len(self._waiting) > KEPT:
            self._waiting.popleft()
            self.counts["spans_lost"] += 1

    async def run(self) -> None:
        """Send until cancelled."""
        try:
            while True:
                taken = await self.send()
                await asyncio.sleep(_EVERY_S if taken else _AGAIN_S)
        finally:
            await self._client.aclose()

    async def send(self) -> bool:
        """Send what waits; False when the collector cannot take it now. One that refuses a request for good has lost its spans."""
        while self._waiting:
            spans = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
            try:
                answer = await self._client.post(self._url, json=body_of(spans))
            except httpx.HTTPError as err:
                self._give_back(spans, repr(err))
                return False
            if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
                self._give_back(spans, str(answer.status_code))
                return False
            if answer.is_success:
                self.counts["spans"] += len(spans)
            else:
                self.counts["spans_lost"] += len(spans)
                log.warning("spans_refused", url=self._url, status=answer.status_code, spans=len(spans))
        return True

    def _give_back(self, spans: list[Span], error: str) -> None:
        log.warning("collector_away", url=self._url, error=error, waiting=len(spans) + len(self._waiting))
        self._waiting.extendleft(reversed(spans))
        self.take(())
