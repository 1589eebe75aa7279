"""Which clocks the events of the log set and stop: told once more from docs/events.md and docs/lifecycle.md, apart from the product's fold.

A clock is named (subject, clock); its deadlines are commands with the identifier `sys:{subject}:{clock}:{at_ms}`, and `:{percent}` behind
it for an alert before its end.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

# The clock of the present step: setting one ends the others.
_STEPS = ("receive", "file", "dispatch", "verify", "close", "wake", "next_wave")
_ALERTING = _STEPS[:5]
_ALERTS = (50, 80, 100)
# What this table knows of; a case's limit of hours and what is due after days are left out.
KNOWN = frozenset(
    {*_STEPS, "offer_window", "depart_nudge", "depart", "arrive", "check_in", "clear", "bed_hold", "revisit", "break", "return",
     "sighting_expiry", "warning_start", "warning_expiry"}
)  # fmt: skip
# event → (clock of the step that begins, the field with its end)
_BEGINS = {
    "IncidentReported": ("receive", "receive_due_at_ms"),
    "IncidentReceived": ("file", "file_due_at_ms"),
    "IncidentFiled": ("dispatch", "dispatch_due_at_ms"),
    "IncidentHeld": ("wake", "wake_at_ms"),
    "IncidentWoken": ("dispatch", "dispatch_due_at_ms"),
    "IncidentReturned": ("dispatch", "dispatch_due_at_ms"),
    "IncidentReopened": ("dispatch", "dispatch_due_at_ms"),
    "VerificationFailed": ("dispatch", "dispatch_due_at_ms"),
    "IncidentFedBack": ("verify", "verify_due_at_ms"),
    "IncidentVerified": ("close", "close_due_at_ms"),
}
_ENDS_STEPS = frozenset({"IncidentRejected", "IncidentMerged", "IncidentCancelled", "IncidentClosed", "IncidentArchived"})
# An assignment's clocks all end when it goes on to another state.
_ASSIGNMENT_MOVES = frozenset(
    {"OfferMade", "OfferAccepted", "OfferDeclined", "OfferExpired", "OfferNotNeeded", "StandbyTaken", "AssignmentRecalled",
     "AssignmentAborted", "AssignmentMoved"}
)  # fmt: skip


class Due(NamedTuple):
    """A deadline. name: the identifier of the command that says it has come."""

    jurisdiction: str
    name: str
    subject: str
    clock: str
    at_ms: int
    percent: int = 100


class ClockTable:
    """The deadlines of one jurisdiction that are still to come, changed event by event."""

    def __init__(self, jurisdiction: str) -> None:
        self._jurisdiction = jurisdiction
        self._dues: dict[str, Due] = {}
        self._names: dict[tuple[str, str], list[str]] = {}
        self._began_ms: dict[tuple[str, str], int] = {}
        self._units: dict[str, str] = {}
        self._stopped: list[Due] = []

    def pending(self) -> Iterator[Due]:
        """Yield every deadline that has neither come nor been stopped."""
        yield from self._dues.values()

    def fired(self, name: str) -> Due | None:
        """A command of this name stands: return its deadline if it ran, and end it."""
        return self._dues.pop(name, None)

    def step(self, event: dict[str, Any], at_ms: int) -> list[Due]:
        """Fold one event of a commit of `at_ms`; return the deadlines that it stopped."""
        self._stopped = []
        kind = str(event["type"]).partition(".")[0]
        if kind in _BEGINS:
            clock, field = _BEGINS[kind]
            self._begin_step(event["incident"], clock, at_ms, event[field])
        elif kind in _ENDS_STEPS:
            self._stop(event["incident"], *_STEPS)
        elif kind in _ASSIGNMENT_MOVES:
            self._assignment(kind, event, at_ms)
        else:
            self._other(kind, event, at_ms)
        return [due for due in self._stopped if due.name not in self._dues]

    def _other(self, kind: str, event: dict[str, Any], at_ms: int) -> None:  # noqa: C901 - one arm an event
        match kind:
            case "IncidentDispatched":
                self._stop(event["incident"], *_ALERTING)
            case "UrgencyChanged" if event.get("step_due_at_ms") is not None:
                self._earlier(event["incident"], event["step_due_at_ms"])
            case "WaveStarted":
                self._stop(event["incident"], "next_wave")
                if event["next_at_ms"] is not None:
                    self._start(event["incident"], "next_wave", at_ms, event["next_at_ms"])
            case "WaveEmpty" | "QuotaFilled":
                self._stop(event["incident"], "next_wave")
            case "EffectOwed" if event["effect"]["type"] == "FindWave":
                self._stop(event["effect"]["incident"], "next_wave")
            case "CheckedIn" | "CheckInMissed":
                self._stop(event["assignment"], "check_in")
                if event.get("next_due_at_ms") is not None:
                    self._start(event["assignment"], "check_in", at_ms, event["next_due_at_ms"])
            case "BedReleased":
                self._stop(event["assignment"], "bed_hold")
            case "BedConfirmed" if not event["accepted"]:
                self._stop(event["assignment"], "bed_hold")
            case "RevisitPlanned":
                self._start(event["incident"], "revisit", at_ms, event["due_at_ms"])
            case "RevisitOpened":
                self._stop(event["incident"], "revisit")
            case "DutyChanged":
                self._stop(event["unit"], "break", "return")
                if event.get("break_ends_at_ms") is not None:
                    self._start(event["unit"], "break", at_ms, event["break_ends_at_ms"])
            case "ReturnStarted":
                self._start(event["unit"], "return", at_ms, event["until_ms"])
            case "ReturnEnded":
                self._stop(event["unit"], "return")
            case "SightingOpened" | "SightingAttached":
                self._start(event["sighting"], "sighting_expiry", at_ms, event["expires_at_ms"])
            case "SightingEnded":
                self._stop(event["sighting"], "sighting_expiry")
            case _:
                self._weather(kind, event, at_ms)

    def _weather(self, kind: str, event: dict[str, Any], at_ms: int) -> None:
        match kind:
            case "WarningNoted":
                warning = event["warning"]
                subject = f"warning/{warning['identifier']}"
                self._stop(subject, "warning_start", "warning_expiry")
                if warning["effective_at_ms"] > at_ms:
                    self._start(subject, "warning_start", at_ms, warning["effective_at_ms"])
                if warning.get("expires_at_ms") is not None:
                    self._start(subject, "warning_expiry", at_ms, warning["expires_at_ms"])
            case "WarningTookEffect":
                self._stop(f"warning/{event['identifier']}", "warning_start")
            case "WarningEnded":
                self._stop(f"warning/{event['identifier']}", "warning_start", "warning_expiry")
            case "PlanOverridden":
                self._stop(f"plan/{event['plan']}", "warning_expiry")
                if event.get("expires_at_ms") is not None:
                    self._start(f"plan/{event['plan']}", "warning_expiry", at_ms, event["expires_at_ms"])
            case "OverrideEnded":
                self._stop(f"plan/{event['plan']}", "warning_expiry")
            case _:
                pass

    def _assignment(self, kind: str, event: dict[str, Any], at_ms: int) -> None:
        task = event["assignment"]
        self._stop(task, "offer_window", "depart_nudge", "depart", "arrive", "check_in", "clear", "bed_hold")
        if kind == "OfferMade":
            self._units[task] = event["candidate"]["unit"]
            self._start(task, "offer_window", at_ms, event["expires_at_ms"])
        elif kind == "StandbyTaken":
            self._start(task, "offer_window", at_ms, event["until_ms"])
        elif kind == "OfferAccepted":
            self._start(task, "depart_nudge", at_ms, event["nudge_at_ms"])
            self._start(task, "depart", at_ms, event["depart_due_at_ms"])
        elif kind == "AssignmentMoved":
            clock = "arrive" if event["to"] == "en_route" else "check_in"
            for name, field in ((clock, "due_at_ms"), ("clear", "clear_due_at_ms"), ("bed_hold", "bed_until_ms")):
                if event.get(field) is not None:
                    self._start(task, name, at_ms, event[field])
        if kind in ("OfferMade", "OfferAccepted", "StandbyTaken") and task in self._units:
            # Whoever is asked or goes is no longer on the way back from the last task.
            self._stop(self._units[task], "return")

    def _begin_step(self, incident: str, clock: str, at_ms: int, due_at_ms: int) -> None:
        self._stop(incident, *_STEPS)
        if clock == "dispatch":
            self._stop(incident, "revisit")
        self._start(incident, clock, at_ms, due_at_ms)

    def _start(self, subject: str, clock: str, at_ms: int, due_at_ms: int) -> None:
        self._stop(subject, clock)
        self._began_ms[subject, clock] = at_ms
        for percent in _ALERTS if clock in _ALERTING else (100,):
            self._arm(subject, clock, due_at_ms, percent)

    def _arm(self, subject: str, clock: str, due_at_ms: int, percent: int) -> None:
        began_ms = self._began_ms[subject, clock]
        at_ms = began_ms + (due_at_ms - began_ms) * percent // 100 if clock in _ALERTING else due_at_ms
        name = f"sys:{subject}:{clock}:{at_ms}" + ("" if percent == 100 else f":{percent}")
        self._dues[name] = Due(jurisdiction=self._jurisdiction, name=name, subject=subject, clock=clock, at_ms=at_ms, percent=percent)
        self._names.setdefault((subject, clock), []).append(name)

    def _earlier(self, incident: str, due_at_ms: int) -> None:
        """A step's clock that is set never moves later."""
        for clock in _ALERTING:
            dues = [self._dues[name] for name in self._names.get((incident, clock), ()) if name in self._dues]
            if dues and due_at_ms < max(due.at_ms for due in dues):
                self._stop(incident, clock)
                for due in dues:
                    self._arm(incident, clock, due_at_ms, due.percent)

    def _stop(self, subject: str, *clocks: str) -> None:
        for clock in clocks:
            for name in self._names.pop((subject, clock), ()):
                due = self._dues.pop(name, None)
                if due is not None:
                    self._stopped.append(due)
