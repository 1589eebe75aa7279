"""What the simulated staff of one county leave to people who are logged in by hand. Pure: times come in.

Somebody of this county in a role: that role rests. Somebody of the whole city cannot do seven counties' work, so they choose:
what they touch is theirs, and the county they work in; everything else waits a minute longer for them and is then done by the county's own.
"""

from collections.abc import Iterable
from typing import Any

from dispatch.areas import covers, prefix_of

Json = dict[str, Any]
COUNTY_DIGITS = 6
# After somebody logged in, nobody simulated does anything for so long: they look around first.
LOOKS_AROUND_MS = 60_000
# So much longer than they would wait themselves do they leave a step to somebody of the whole city.
FIRST_CHOICE_MS = 60_000
# A county is theirs for so long after their last step in it.
WORKS_HERE_MS = 600_000
# Who was away from the console for less than this came back and did not log in anew.
CAME_BACK_MS = 300_000

# Who is asked for a step, and who else may take it.
ASKED_OF = {
    "receive": "operator", "file": "operator", "dispatch": "operator", "close": "operator", "phone_supervisor": "supervisor",
    "verify": "verifier", "bed": "station",
}  # fmt: skip
MAY_TAKE = {
    "operator": {"receive", "file", "dispatch", "close"},
    "supervisor": {"receive", "file", "dispatch", "close", "phone_supervisor", "bed"},
    "verifier": {"verify"},
    "station": {"bed"},
}


class Deference:
    """Hear who is on duty, notice what happens to incidents, and ask whether a step rests."""

    def __init__(self, county: str) -> None:
        self._county = county
        self._people: list[Json] = []
        self._seen_ms: dict[str, tuple[int, int]] = {}
        self._worked_ms: dict[str, int] = {}

    def heard(self, duty: Iterable[Json], now_ms: int) -> None:
        """Take the list of who is on duty at consoles, as a heartbeat brings it."""
        self._people = [
            person for person in duty
            if not person.get("simulated") and person["role"] in MAY_TAKE and self._concerns_us(person["area"])
        ]  # fmt: skip
        for person in self._people:
            since_ms, last_ms = self._seen_ms.get(person["account"], (now_ms, now_ms))
            self._seen_ms[person["account"]] = (since_ms if now_ms - last_ms < CAME_BACK_MS else now_ms, now_ms)

    def _concerns_us(self, area: str) -> bool:
        return covers(area, self._county) or covers(self._county, area)

    def noticed(self, incident: Json) -> None:
        """Take an incident of this county as it stands now."""
        for line in incident.get("timeline", ()):
            self._worked_ms[line["account"]] = max(line["at_ms"], self._worked_ms.get(line["account"], 0))

    def rests(self, asked: str, incident: Json, due_ms: int, now_ms: int) -> bool:
        """Say whether a step is left alone now.

        Args:
            asked: the step. incident: its document. due_ms: when the simulated person would act if there were nobody else.
        """
        if any(now_ms - self._seen_ms[person["account"]][0] < LOOKS_AROUND_MS for person in self._people):
            return True
        return any(
            self._rests_for(person, asked, incident, due_ms, now_ms) for person in self._people if asked in MAY_TAKE[person["role"]]
        )

    def _rests_for(self, person: Json, asked: str, incident: Json, due_ms: int, now_ms: int) -> bool:
        asked_of_them = bool(person["role"] == ASKED_OF[asked])
        if len(prefix_of(person["area"])) >= COUNTY_DIGITS:
            return asked_of_them
        if any(line["account"] == person["account"] for line in incident.get("timeline", ())):
            return True
        works_here = now_ms < self._worked_ms.get(person["account"], -WORKS_HERE_MS) + WORKS_HERE_MS
        return asked_of_them and (works_here or now_ms < due_ms + FIRST_CHOICE_MS)
