"""Keeps the board current: loads snapshots, follows the feed, tells listeners, and wakes who waits for a sequence or a command."""

import time
from typing import Protocol

import gevent
import structlog
from gevent.event import Event

from contracts.documents import Answer, FeedEntry
from contracts.errors import StoreAwayError, UnreadableError
from stream.log_clock import LogClock
from web import metrics
from web.board.board import Board, GapError
from web.clock import now_ms
from web.ports import ReadModel

log = structlog.get_logger()
# A store that is emptied ends no wait for its streams: so long its loss may go unseen.
_WAIT_MS = 500
_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 2.0


class Listener(Protocol):
    """Who wants to know of every entry."""

    def told(self, entry: FeedEntry) -> None:
        """The board has just taken an entry in."""

    def begun_anew(self) -> None:
        """The board was loaded from a fresh snapshot."""


class Expected(Event):  # type: ignore[misc]  # gevent has no types
    """Set when the feed tells of a command; answer: what became of it, None if only that is known."""

    answer: Answer | None = None


class Follower:
    """One greenlet per process."""

    def __init__(self, read_model: ReadModel, board: Board, jurisdictions: tuple[str, ...], clock: LogClock) -> None:
        """clock: learns from each entry when it was committed."""
        self._read_model, self.board, self._jurisdictions, self._clock = read_model, board, jurisdictions, clock
        self.listeners: list[Listener] = []
        self.contact_ms = 0
        self._moved = Event()
        self._expected: dict[str, Expected] = {}
        self._greenlet: gevent.Greenlet | None = None
        self._pause_s = _PAUSE_S
        self._away = False
        self._away_since_s = 0.0

    def start(self) -> None:
        """Begin."""
        self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """End."""
        if self._greenlet is not None:
            self._greenlet.kill()

    @property
    def age_ms(self) -> int:
        """How long ago the read model last answered; what the board shows is at least this old."""
        return now_ms() - self.contact_ms if self.contact_ms else -1

    def wait_for(self, jurisdiction: str, sequence: int, timeout_s: float) -> bool:
        """Wait until a jurisdiction has reached a sequence; False if it did not in time."""
        deadline = time.monotonic() + timeout_s
        while True:
            moved = self._moved
            room = self.board.rooms.get(jurisdiction)
            if room is not None and room.sequence >= sequence:
                return True
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return False
            moved.wait(left_s)

    def expect(self, command_id: str) -> Expected:
        """Return an event that is set when the feed tells of a command."""
        return self._expected.setdefault(command_id, Expected())

    def forget(self, command_id: str) -> None:
        """Nobody waits for this command any more."""
        self._expected.pop(command_id, None)

    def step(self) -> None:
        """Load if there is nothing to follow, else take in what is new. Raises StoreAwayError, GapError, UnreadableError."""
        if self.board.epoch is None:
            self._load()
            return
        reached = {name: self.board.rooms[name].sequence if name in self.board.rooms else 0 for name in self._jurisdictions}
        epoch, entries = self._read_model.follow(reached, _WAIT_MS)
        self.contact_ms = now_ms()
        if epoch is None:
            epoch = self._built()
        if epoch != self.board.epoch:
            self._load()
            return
        awaited = [entry.command_id for entry in entries if entry.command_id in self._expected]
        answers = self._read_model.answers(awaited) if awaited else {}
        # Nobody runs before all entries are in the board. Then whoever asked is answered first, and screens are told after them.
        for entry in entries:
            expected = self._expected.pop(entry.command_id, None)
            if expected is not None:
                expected.answer = answers.get(entry.command_id)
                expected.set()
        for entry in entries:
            self._clock.seen(entry.at_ms)
            if self.board.apply(entry):
                self._tell(entry)

    def _built(self) -> str:
        """Wait until the read model is built: its streams are empty, and whoever waits for those is not woken. Raises StoreAwayError."""
        while (epoch := self._read_model.epoch()) is None:
            self.contact_ms = now_ms()
            gevent.sleep(_PAUSE_S)
        return epoch

    def _load(self) -> None:
        epoch = self._read_model.epoch()
        if epoch is None:
            gevent.sleep(_PAUSE_S)
            return
        snapshots = [self._read_model.snapshot(name) for name in self._jurisdictions]
        if any(snapshot.epoch != epoch for snapshot in snapshots):
            return
        self.board.take(snapshots, epoch)
        metrics.RELOADS.inc()
        self.contact_ms = now_ms()
        log.info("board loaded", epoch=epoch, sequences={one.jurisdiction: one.sequence for one in snapshots})
        self._wake()
        for listener in self.listeners:
            listener.begun_anew()

    def _tell(self, entry: FeedEntry) -> None:
        self._wake()
        for listener in self.listeners:
            listener.told(entry)

    def _wake(self) -> None:
        self._moved.set()
        self._moved = Event()

    def _run(self) -> None:
        while True:
            try:
                self.step()
                if self._away:
                    away_s = time.monotonic() - self._away_since_s
                    metrics.RECOVERY_S.observe(away_s)
                    log.info("read model is back", away_s=round(away_s, 3))
                self._away, self._pause_s = False, _PAUSE_S
            except StoreAwayError as away:
                if not self._away:
                    self._away_since_s = time.monotonic()
                    log.warning("read model away", why=str(away), age_ms=self.age_ms)
                self._away = True
                self._rest()
            except (GapError, UnreadableError) as broken:
                log.warning("board loads again", why=str(broken))
                self.board.epoch = None
                self._rest()
            except Exception:
                # The loop that everything on the screens hangs on: it goes on whatever happened.
                log.exception("the feed's reader failed; it begins anew")
                self.board.epoch = None
                self._rest()

    def _rest(self) -> None:
        gevent.sleep(self._pause_s)
        self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)
