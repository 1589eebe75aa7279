"""One session: a platform is started, put under load, and hit round after round; after each round it must be right again."""

import contextlib
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from chaos.acknowledged import Notes
from chaos.audit import Audit
from chaos.checker import Outage, Violation
from chaos.city import COUNTIES, logins
from chaos.copies import copies_missing
from chaos.faults import inject
from chaos.ground import Ground
from chaos.load import Load
from chaos.person import Person, now_ms
from chaos.plan import Fault, Kind, Scope, faults_of
from chaos.profile import Profile
from chaos.recovery import Probes
from chaos.screens import Screen, until
from chaos.stalls import Stalls, load_per_core
from chaos.tree import role_of
from contracts.terms import Role

_BREATH_S = (1.0, 3.0)
_ALL_BACK_S = 60.0
_PAUSED_WITHIN_S = 60.0


class RoundResult(NamedTuple):
    """What a round came to. recovery_s: from the end of the (last) fault. load_per_core: of the machine, others' included."""

    number: int
    faults: list[str]
    met: list[str]
    recovery_s: float
    took_s: float
    load_per_core: float
    violations: list[str]


class Session:
    """A platform with its load, its screens and its audit; started when made."""

    def __init__(self, folder: Path, seed: int, profile: Profile, scope: Scope) -> None:
        """Raises GroundError, OSError, TimeoutError."""
        self._seed, self._profile, self._scope = seed, profile, scope
        self._outages: list[Outage] = []
        self._ending = contextlib.ExitStack()
        try:
            self._start(folder)
        except BaseException:
            self._ending.close()
            raise

    def _start(self, folder: Path) -> None:
        ends = self._ending.callback
        self.ground = Ground(folder, self._profile, small_disks=Kind.DISK_FULL in self._scope.able)
        ends(self.ground.close)
        # The two that decide when a clock has come.
        deciding = [part for part in self._profile.tree.all if role_of(part) in ("dispatcher", "kafka")]
        self._stalls = Stalls(lambda: [pid for pid in map(self.ground.parts.pid, deciding) if pid is not None])
        ends(self._stalls.close)
        self._notes = Notes(folder / "acknowledged.jsonl")
        ends(self._notes.close)
        over = threading.Event()
        watching = [login for login in logins() if login.role is Role.SUPERVISOR]
        watching += [login for login in logins() if login.role is Role.OPERATOR and login.area == COUNTIES[0]]
        self._screens: list[tuple[Screen, str]] = []
        for login in watching:
            person = Person(self.ground.base, login, self._notes, over)
            ends(person.close)
            # A log-in holds for hours: the token is asked for once, and not while the platform is broken.
            for _ in range(self._profile.screens):
                self._screens.append((Screen(self.ground.base, login.account, person.token), person.token))
                ends(self._screens[-1][0].close)
        self._probes = Probes(self.ground, self._screens[0][0], self._notes)
        ends(self._probes.close)
        self._audit = Audit(self.ground, self._notes)
        ends(self._audit.close)
        self._load = Load(self.ground.base, self.ground.runtime, self._notes, self._seed)
        ends(self._load.stop)
        ends(over.set)
        if not until(lambda: all(screen.sequence(COUNTIES[0]) > 0 for screen, _ in self._screens), 60):
            raise TimeoutError("the screens show nothing")
        self._load.start()

    def round(self, number: int) -> RoundResult:
        """Do one."""
        began_s = time.monotonic()
        chance = random.Random(f"{self._seed}/{number}/how")  # noqa: S311 - must be repeatable
        time.sleep(chance.uniform(*_BREATH_S))
        faults = faults_of(self._seed, number, self._scope)
        fault_ms = now_ms()
        met = self._hit(faults, chance)
        recovery_s, missing = self._probes.recovered(faults)
        self._outages.append(Outage(fault_ms, now_ms()))
        found = [Violation("not_recovered", detail) for detail in missing]
        found += [Violation("not_back", part) for part in self._probes.all_beat(_ALL_BACK_S)]
        if self._profile.copies and not until(lambda: copies_missing(self.ground.runtime) == [], _ALL_BACK_S):
            found += [Violation("not_back", f"a copy of {place}") for place in copies_missing(self.ground.runtime)]
        if not self.ground.runs:
            found.append(Violation("not_back", "the supervisor has ended"))
        found += self._judged(self._audit.log)
        return RoundResult(
            number=number, faults=[fault.name for fault in faults], met=met, recovery_s=round(recovery_s, 2),
            took_s=round(time.monotonic() - began_s, 1), load_per_core=load_per_core(),
            violations=[f"{one.rule}: {one.detail}" for one in found],
        )  # fmt: skip

    def last_look(self) -> list[str]:
        """Read the whole log once more, and compare everything once more."""
        return [f"{one.rule}: {one.detail}" for one in self._judged(self._audit.whole_log)]

    @property
    def figures(self) -> dict[str, int]:
        """What the checker has seen."""
        checker, acknowledged = self._audit.checker, self._notes.all()[0]
        seen = {"records": checker.records, "standing": checker.standing, "clocks": checker.fired}
        return {"acknowledged": len(acknowledged), **seen, "stalls": len(self._stalls.outages())}

    def close(self) -> int | None:
        """End everything; return the supervisor's exit code."""
        self._ending.close()
        return self.ground.exit_code

    def _hit(self, faults: tuple[Fault, ...], chance: random.Random) -> list[str]:
        met = [""] * len(faults)

        def act(at: int, fault: Fault, own: random.Random) -> None:
            met[at] = inject(fault, self.ground, own)

        chances = [random.Random(chance.random()) for _ in faults]  # noqa: S311
        threads = [threading.Thread(target=act, args=one) for one in zip(range(len(faults)), faults, chances, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return met

    def _judged(self, log: Callable[[list[Outage]], list[Violation]]) -> list[Violation]:
        """Pause the load, look at everything, and let it go on."""
        busy = self._load.gate.pause(_PAUSED_WITHIN_S)
        found = [Violation("unanswered", f"{name} still waits for the answer to a command") for name in busy]
        found += log([*self._outages, *self._stalls.outages()])
        found += self._audit.digest()
        found += self._audit.views(self._screens)
        self._load.gate.resume()
        return found
