"""Asks the platform, once it is quiet, for everything that the checker judges: the log, the digest, what the screens show."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from kafka.errors import KafkaError

from chaos.acknowledged import Notes
from chaos.checker import Checker, Outage, Violation, digests_differ, views_differ
from chaos.city import logins
from chaos.ground import ROOT, Ground
from chaos.log_reading import LogReader
from chaos.person import Person, now_ms
from chaos.screens import Screen, fresh_view
from contracts.terms import Role
from contracts.topics import COMMITS
from stream.access import kafka_settings, topic

_TRIED_FOR_S = 40.0
_AGAIN_S = 0.3
# A command that its clock sent just now may not be a commit yet.
_ON_ITS_WAY_MS = 1_000


class Audit:
    """The checker with its eyes. One thread."""

    def __init__(self, ground: Ground, notes: Notes) -> None:
        self.checker = Checker()
        self._ground, self._notes = ground, notes
        self._over = threading.Event()
        auditor = next(login for login in logins() if login.role is Role.AUDITOR)
        self._auditor = Person(ground.base, auditor, notes, self._over)
        self._access, self._topic = kafka_settings(ground.runtime), topic(ground.runtime, COMMITS)
        self._reader: LogReader | None = None
        self._contradictions = 0

    def log(self, outages: Sequence[Outage]) -> list[Violation]:
        """Read what is new, and judge everything. Nobody may send meanwhile."""
        acknowledged, contradictions = self._notes.all()
        judged_ms = now_ms() - _ON_ITS_WAY_MS
        wrong = self._read()
        found = [Violation("log_changed", detail) for detail in wrong]
        found += [Violation("acknowledged_other", detail) for detail in contradictions[self._contradictions :]]
        self._contradictions = len(contradictions)
        return found + self.checker.violations(acknowledged, outages, judged_ms)

    def whole_log(self, outages: Sequence[Outage]) -> list[Violation]:
        """Read it once more from its beginning, with another client and another checker: it must come to the same end."""
        before = self.checker.heads()
        self.checker = Checker()
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        found = self.log(outages)
        for code, (sequence, head) in before.items():
            after = self.checker.heads().get(code, (0, ""))
            if after[0] < sequence or (after[0] == sequence and after[1] != head):
                said = f"{code} ended at {sequence} {head[:16]}, and when read again at {after[0]} {after[1][:16]}"
                found.append(Violation("log_changed", said))
        return found

    def digest(self) -> list[Violation]:
        """Compare what is live with what a replay folds at the same offsets."""
        deadline = time.monotonic() + _TRIED_FOR_S
        live = self._auditor.get("/digest")
        while live is None:
            if time.monotonic() > deadline:
                return [Violation("digest", "the live digest is not to be had")]
            time.sleep(_AGAIN_S)
            live = self._auditor.get("/digest")
        command = ["replay", "--data-dir", str(self._ground.folder), "--at", json.dumps(live["offsets"]), "--digest"]
        replayed = subprocess.run(
            [sys.executable, "-m", "nuandeng", *command], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )
        if replayed.returncode != 0:
            return [Violation("digest", f"the replay ended with {replayed.returncode}: {replayed.stderr.strip()[-300:]}")]
        return digests_differ(live["digest"], replayed.stdout.strip(), live["offsets"])

    def views(self, screens: Sequence[tuple[Screen, str]]) -> list[Violation]:
        """Compare each screen with a fresh snapshot for the same account. screens: with their tokens."""
        return [found for screen, token in screens for found in self._view(screen, token)]

    def _view(self, screen: Screen, token: str) -> list[Violation]:
        deadline = time.monotonic() + _TRIED_FOR_S
        said = "no fresh snapshot is to be had"
        while time.monotonic() < deadline:
            try:
                epoch, sequences, fresh = fresh_view(self._ground.base, token)
            except (ConnectionError, TimeoutError) as err:
                said = f"no fresh snapshot is to be had: {err}"
                time.sleep(_AGAIN_S)
                continue
            held_epoch, held_sequences, held = screen.rooms()
            if (held_epoch, held_sequences) == (epoch, sequences):
                return views_differ(screen.name, held, fresh)
            # Clocks ring on while we look: the one or the other is ahead.
            said = f"stays at {held_sequences} of epoch {held_epoch}, while a fresh snapshot is at {sequences} of {epoch}"
            time.sleep(_AGAIN_S)
        return [Violation("view", f"{screen.name} {said}")]

    def _read(self) -> list[str]:
        deadline = time.monotonic() + _TRIED_FOR_S
        while True:
            try:
                if self._reader is None:
                    self._reader = LogReader(self._access, self._topic)
                records, wrong = self._reader.more()
            except KafkaError:
                if time.monotonic() > deadline:
                    raise
                if self._reader is not None:
                    self._reader.connect()
                time.sleep(_AGAIN_S)
            else:
                self.checker.take(records)
                return wrong

    def close(self) -> None:
        """Disconnect."""
        self._over.set()
        self._auditor.close()
        if self._reader is not None:
            self._reader.close()
