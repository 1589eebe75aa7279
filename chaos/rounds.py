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
from chaos.city import COUNTIES, Login, logins, probe_phone, with_phones
from chaos.copies import copies_missing
from chaos.faults import inject
from chaos.ground import Ground
from chaos.load import Load
from chaos.person import Person, now_ms
from chaos.plan import Fault, Kind, Scope, faults_of
from chaos.profile import Profile
from chaos.recovery import Probes
from chaos.screens import Phone, Screen, Served, until
from chaos.stalls import Stalls, load_per_core
from chaos.tree import role_of
from contracts.terms import Role

_BREATH_S = (1.0, 3.0)
_ALL_BACK_S = 60.0
_PAUSED_WITHIN_S = 60.0


class StopWatch:
    """What seconds go to, one thing after the other."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._began_s = self._since_s = time.monotonic()

    @property
    def in_all_s(self) -> float:
        """Since it was made."""
        return time.monotonic() - self._began_s

    def lap(self, what: str) -> None:
        """From the last lap to here it was this."""
        now_s = time.monotonic()
        self.laps[what] = self.laps.get(what, 0.0) + now_s - self._since_s
        self._since_s = now_s


def _watches(login: Login) -> bool:
    """Whether there is a screen of theirs: a console of the whole city and of one county, phones in each."""
    if login.unit is not None:
        return login.unit in (*with_phones(login.area), probe_phone(login.area))
    return login.role is Role.SUPERVISOR or (login.role is Role.OPERATOR and login.area == COUNTIES[0])


class RoundResult(NamedTuple):
    """What a round came to. recovery_s: from the end of the (last) fault. load_per_core: of the machine, others' included.

    spent_s: seconds of the round by what they went to.
    """

    number: int
    faults: list[str]
    met: list[str]
    recovery_s: float
    took_s: float
    load_per_core: float
    violations: list[str]
    spent_s: dict[str, float]


class Session:
    """A platform with its load, its screens and its audit; started when made."""

    def __init__(self, folder: Path, seed: int, profile: Profile, scope: Scope) -> None:
        """Raises GroundError, OSError, TimeoutError."""
        self._seed, self._profile, self._scope = seed, profile, scope
        self._outages: list[Outage] = []
        self._watch = StopWatch()
        self._resumed_s = float("-inf")
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
        self._screens: list[Screen] = []
        phones: dict[str, Phone] = {}
        for login in logins():
            served = self.ground.phones if login.unit is not None else Served(self.ground.base)
            if not _watches(login) or served is None:
                continue
            person = Person(self.ground.base, login, self._notes, over)
            ends(person.close)
            # A log-in holds for hours: the token is asked for once, and not while the platform is broken.
            if login.unit is not None:
                phones[login.account] = Phone(served, login.account, person.token)
                self._screens.append(phones[login.account])
            else:
                self._screens += [Screen(served, login.account, person.token) for _ in range(self._profile.screens)]
        for screen in self._screens:
            ends(screen.close)
        everywhere = next(screen for screen in self._screens if screen.name == f"city-{Role.SUPERVISOR.value}")
        self._probes = Probes(self.ground, everywhere, phones, self._notes)
        ends(self._probes.close)
        self._audit = Audit(self.ground, self._notes)
        ends(self._audit.close)
        self._load = Load(self.ground.base, self.ground.runtime, self._notes, self._seed, phones)
        ends(self._load.stop)
        ends(over.set)
        if not until(lambda: all(screen.shows for screen in self._screens), 60):
            raise TimeoutError("the screens show nothing")
        self._load.start()

    def round(self, number: int) -> RoundResult:
        """Do one."""
        self._watch = watch = StopWatch()
        chance = random.Random(f"{self._seed}/{number}/how")  # noqa: S311 - must be repeatable
        # What the load has run since the last round's pause counts.
        time.sleep(max(0.0, chance.uniform(*_BREATH_S) - (time.monotonic() - self._resumed_s)))
        watch.lap("breath")
        faults = faults_of(self._seed, number, self._scope)
        fault_ms = now_ms()
        met = self._hit(faults, chance)
        watch.lap("fault")
        recovery_s, missing = self._probes.recovered(faults)
        self._outages.append(Outage(fault_ms, now_ms()))
        watch.lap("recovery")
        found = [Violation("not_recovered", detail) for detail in missing]
        found += [Violation("not_back", part) for part in self._probes.all_beat(_ALL_BACK_S)]
        if self._profile.copies and not until(lambda: copies_missing(self.ground.runtime) == [], _ALL_BACK_S):
            found += [Violation("not_back", f"a copy of {place}") for place in copies_missing(self.ground.runtime)]
        if not self.ground.runs:
            found.append(Violation("not_back", "the supervisor has ended"))
        watch.lap("all back")
        found += self._judged(self._audit.log)
        return RoundResult(
            number=number, faults=[fault.name for fault in faults], met=met, recovery_s=round(recovery_s, 2),
            took_s=round(watch.in_all_s, 1), load_per_core=load_per_core(), violations=[f"{one.rule}: {one.detail}" for one in found],
            spent_s={what: round(spent_s, 1) for what, spent_s in watch.laps.items()},
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
        """Pause the load, look at everything, and let it go on; then wait for the replay, which reads what was there."""
        busy = self._load.gate.pause(_PAUSED_WITHIN_S)
        self._watch.lap("pause")
        found = [Violation("unanswered", f"{name} still waits for the answer to a command") for name in busy]
        replayed = self._audit.digest()
        self._watch.lap("digest")
        found += log([*self._outages, *self._stalls.outages()])
        self._watch.lap("log")
        found += self._audit.views(self._screens)
        self._watch.lap("views")
        self._load.gate.resume()
        self._resumed_s = time.monotonic()
        found += replayed()
        self._watch.lap("replay")
        return found
