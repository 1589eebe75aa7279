"""Positions on their way: packed for Kafka once a second, and shown to consoles as Redis has them."""

import gevent
import msgspec
import structlog

from contracts.errors import StoreAwayError
from contracts.observations import Position, Positions
from contracts.runtime import Runtime
from contracts.topics import POSITIONS
from dispatch.areas import jurisdiction_of
from stream.access import topic
from web.access.caller import Caller
from web.api.values import FixBody
from web.board.board import Board
from web.ports import Gate

log = structlog.get_logger()
_EVERY_S = 1.0
_MOST_WAITING = 20_000
_MOST_A_RECORD = 2000


class PositionPacker:
    """Collects fixes by jurisdiction; the newest of a unit is enough."""

    def __init__(self, gate: Gate, board: Board, runtime: Runtime) -> None:
        self._gate, self._board = gate, board
        self._topic = topic(runtime, POSITIONS)
        self._waiting: dict[str, dict[str, Position]] = {}

    def take(self, caller: Caller, fixes: tuple[FixBody, ...]) -> int:
        """Keep the newest of these fixes for the caller's own unit; return how many were given."""
        unit = caller.account.unit
        if unit is None:
            return 0
        newest = max(fixes, key=lambda fix: fix.at_ms)
        home = self._board.unit(unit)
        waiting = self._waiting.setdefault(home.jurisdiction if home else jurisdiction_of(caller.area), {})
        known = waiting.get(unit)
        if known is None or known.at_ms <= newest.at_ms:
            waiting[unit] = Position(
                unit=unit, lat_wgs84=newest.lat_wgs84, lon_wgs84=newest.lon_wgs84, at_ms=newest.at_ms, accuracy_m=newest.accuracy_m
            )
        return len(fixes)

    def flush(self) -> None:
        """Send what waits. While Kafka is away the newest fix of each unit is kept, up to a limit."""
        for jurisdiction, waiting in list(self._waiting.items()):
            while waiting:
                units = list(waiting)[:_MOST_A_RECORD]
                record = Positions(jurisdiction=jurisdiction, fixes=tuple(waiting[unit] for unit in units))
                try:
                    self._gate.produce(self._topic, msgspec.json.encode(record), key=jurisdiction, acknowledged_s=0.0)
                except StoreAwayError:
                    if len(waiting) > _MOST_WAITING:
                        waiting.clear()
                    return
                for unit, sent in zip(units, record.fixes, strict=True):
                    # Kafka was waited for: there may be a newer one.
                    if waiting.get(unit) is sent:
                        del waiting[unit]

    def run(self) -> None:
        """Flush for ever."""
        while True:
            gevent.sleep(_EVERY_S)
            try:
                self.flush()
            except Exception:
                log.exception("positions were not sent")
