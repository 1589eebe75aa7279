"""A vendor that is asked for its cases."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from hashlib import sha256

import msgspec

from camera_adapters.adapter import Reason, SourceError
from camera_adapters.case_feed.parse import MAX_BYTES, cases_in
from camera_adapters.case_feed.reader import CaseReader
from camera_adapters.case_feed.settings import PollSettings, VendorMapping
from camera_adapters.http_fetch import client, fetch
from contracts.errors import UnreadableError
from contracts.observations import DeadLetter, IntakeReport

_REMEMBERED = 50_000


class CaseFeedSource:
    """camera_adapters.adapter.Adapter. A case is told again when its document changed; its reference makes it the same incident."""

    kind = "case_feed"

    def __init__(self, mapping: VendorMapping, poll: PollSettings, reader: CaseReader) -> None:
        self._mapping = mapping
        self._poll = poll
        self._reader = reader
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def facts(self, stop: threading.Event) -> Iterator[IntakeReport | DeadLetter]:
        """Ask again and again. Raises SourceError."""
        poll = self._poll
        with client(poll.patience_s, headers=poll.headers) as vendor:
            while not stop.is_set():
                yield from self._new(fetch(vendor, poll.url, max_bytes=MAX_BYTES, patience_s=poll.patience_s, stop=stop).body or b"")
                stop.wait(poll.every_s)

    def _new(self, answer: bytes) -> Iterator[IntakeReport | DeadLetter]:
        try:
            cases = cases_in(answer, self._poll.cases)
        except UnreadableError as err:
            # An answer that is no list of cases is a fault of the vendor's service, not of one case.
            raise SourceError(Reason.GARBAGE, str(err)) from err
        now_ms = round(time.time() * 1000)
        for case in cases:
            if not self._first_time(msgspec.json.encode(case)):
                continue
            try:
                report = self._reader.read_one(case, self._mapping, now_ms)
            except UnreadableError as err:
                yield self._reader.letter(case, self._mapping, err, now_ms)
            else:
                if report is not None:
                    yield report

    def _first_time(self, octets: bytes) -> bool:
        mark = sha256(octets).digest()
        if mark in self._seen:
            return False
        self._seen[mark] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True
