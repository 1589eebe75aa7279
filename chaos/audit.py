"""Asks the platform, once it is quiet, for everything that the checker judges: the log, the digest, what the screens show."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from kafka.errors import KafkaError

from chaos.acknowledged import Notes
from chaos.checker import Checker, Outage, Violation, digests_differ, views_differ
from chaos.city import logins
from chaos.ground import ROOT, Ground
from chaos.log_reading import LogReader
from chaos.person import Person, now_ms
from chaos.screens import Phone, Screen, fresh_view
from contracts.terms import Role
from contracts.topics import COMMITS
from stream.access import kafka_settings, topic

_TRIED_FOR_S = 40.0
_AGAIN_S = 0.3
_REPLAYED_WITHIN_S = 120.0
_LOOKS_AT_ONCE = 4
# Longer than a phone needs to find out that its connection has fallen silent.
_STAYS_S = 15.0
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
        self._replay: subprocess.Popen[str] | None = None

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

    def digest(self) -> Callable[[], list[Violation]]:
        """Ask for the digest of what is live, and begin to fold a replay at the same offsets; return what waits for it and compares them.

        The replay reads what stands: meanwhile the platform may go on, but for the brokers, which must not be hit.
        """
        deadline = time.monotonic() + _TRIED_FOR_S
        live = self._auditor.get("/digest")
        while live is None:
            if time.monotonic() > deadline:
                return lambda: [Violation("digest", "the live digest is not to be had")]
            time.sleep(_AGAIN_S)
            live = self._auditor.get("/digest")
        command = ["replay", "--data-dir", str(self._ground.folder), "--at", json.dumps(live["offsets"]), "--digest"]
        replay = subprocess.Popen(
            [sys.executable, "-m", "nuandeng", *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._replay = replay

        def compared() -> list[Violation]:
            try:
                said, wrong = replay.communicate(timeout=_REPLAYED_WITHIN_S)
            except subprocess.TimeoutExpired:
                replay.kill()
                replay.communicate()
                return [Violation("digest", f"the replay did not end within {_REPLAYED_WITHIN_S:.0f} s")]
            if replay.returncode != 0:
                return [Violation("digest", f"the replay ended with {replay.returncode}: {wrong.strip()[-300:]}")]
            return digests_differ(live["digest"], said.strip(), live["offsets"])

        return compared

    def views(self, screens: Sequence[Screen]) -> list[Violation]:
        """Compare each screen with a fresh snapshot for the same account."""
        with ThreadPoolExecutor(_LOOKS_AT_ONCE) as pool:
            looks = pool.map(lambda screen: self._phone(screen) if isinstance(screen, Phone) else self._console(screen), screens)
            return [found for look in looks for found in look]

    def _phone(self, phone: Phone) -> list[Violation]:
        """Its sequences are its connection's own, and a change may be on its way: violated is what stays as it is, and other than fresh."""
        deadline = time.monotonic() + _TRIED_FOR_S
        found = [Violation("view", f"{phone.name}: no fresh snapshot is to be had")]
        stands, since_s = None, 0.0
        while time.monotonic() < deadline:
            try:
                epoch, _, fresh = fresh_view(phone.served, phone.token)
            except (ConnectionError, TimeoutError) as err:
                found = [Violation("view", f"{phone.name}: no fresh snapshot is to be had: {err}")]
                time.sleep(_AGAIN_S)
                continue
            held_epoch, sequences, held = phone.rooms()
            found = views_differ(phone.name, held, fresh)
            if held_epoch != epoch:
                found.append(Violation("view", f"{phone.name} stays at epoch {held_epoch}, a fresh one is at {epoch}"))
            if not found:
                break
            if stands != (held_epoch, sequences):
                stands, since_s = (held_epoch, sequences), time.monotonic()
            elif time.monotonic() - since_s > _STAYS_S:
                break
            time.sleep(_AGAIN_S)
        return found

    def _console(self, screen: Screen) -> list[Violation]:
        """Room by room: clocks ring on while we look, and seldom are all rooms of both at the same place in one moment."""
        deadline = time.monotonic() + _TRIED_FOR_S
        said = "no fresh snapshot is to be had"
        compared: dict[str, list[Violation]] = {}
        compared_at = ""
        while time.monotonic() < deadline:
            try:
                epoch, sequences, fresh = fresh_view(screen.served, screen.token)
            except (ConnectionError, TimeoutError) as err:
                said = f"no fresh snapshot is to be had: {err}"
                time.sleep(_AGAIN_S)
                continue
            held_epoch, held_sequences, held = screen.rooms()
            if compared_at != epoch:
                compared_at, compared = epoch, {}
            if held_epoch == epoch and held.keys() == fresh.keys():
                for room in fresh.keys() - compared.keys():
                    if held_sequences[room] == sequences[room]:
                        compared[room] = views_differ(screen.name, {room: held[room]}, {room: fresh[room]})
                if compared.keys() == fresh.keys():
                    return [one for found in compared.values() for one in found]
            said = f"stays at {held_sequences} of epoch {held_epoch}, while a fresh snapshot is at {sequences} of {epoch}"
            time.sleep(_AGAIN_S)
        return [Violation("view", f"{screen.name} {said}"), *(one for found in compared.values() for one in found)]

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
        if self._replay is not None and self._replay.poll() is None:
            self._replay.kill()
            self._replay.communicate()
        self._auditor.close()
        if self._reader is not None:
            self._reader.close()
