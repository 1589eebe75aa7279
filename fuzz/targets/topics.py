"""Records of every topic of facts, through the worker that reads them. Samples are made from the contract's types."""

import asyncio
import base64
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import nullcontext
from typing import Any, cast

import msgspec

from camera_adapters.intake import read_intake
from camera_adapters.weather.parse import parse_warnings
from contracts.commands import Command, decode_command
from contracts.errors import NuandengError
from contracts.observations import CameraHealth, DeadLetter, Detections, IntakeReport, Positions, RawIntake, WeatherWarning
from dispatch import State
from fuzz.target import Attempt, Target
from fuzz.targets.cases import OpenKeys, reader
from fuzz.targets.places import SAMPLES
from fuzz.targets.town import NOW_MS, fresh_state, shaper
from stream.agents import UnusableError
from stream.commands import encode_checked
from stream.deadletters import numbered_letter
from stream.intake import IntakeDesk
from stream.log_clock import LogClocks
from stream.readmodel import positions
from stream.sightings.agent import Watcher
from stream.sightings.tracks import CameraTracks
from stream.weather import WeatherDesk
from tests.unit.dispatch.night import COUNTY

# What stream.agents.Taker makes a dead letter of, with a code of its own; anything else it would have to call `agent_failed`.
USED = (UnusableError, NuandengError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Sent:
    """stream.commands.CommandSender that checks what it is given as the real one would, and that the dispatcher can read it."""

    def __init__(self) -> None:
        self.count = 0

    async def send(self, command: Command) -> None:
        """Encode and decode."""
        decode_command(encode_checked(command))
        self.count += 1


class Followed:
    """stream.follow.LogFollower of the one jurisdiction."""

    def __init__(self) -> None:
        self.ready = asyncio.Event()
        self.ready.set()
        self.clocks = LogClocks()
        self._state = fresh_state()

    def state(self, jurisdiction: str) -> State | None:
        """Its state."""
        return self._state if jurisdiction == COUNTY else None

    def states(self) -> Iterator[State]:
        """All one of them."""
        yield self._state


class Table(dict[bytes, bytes]):
    """stream.sightings.kept_table.KeptTable, which keeps at once."""

    async def kept(self) -> None:
        """Nothing is on its way."""


class Letters:
    """stream.deadletters.DeadLetters that counts."""

    def __init__(self) -> None:
        self.sent = 0

    async def put(self, *_: Any, **__: Any) -> None:
        """Count."""
        self.sent += 1


def at_once(coroutine: Coroutine[Any, Any, Any]) -> None:
    """Run what never has to wait here."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("it waited")


def _observations() -> Attempt:
    sender, table = Sent(), Table()
    watcher = Watcher(table, cast("Any", Followed()), cast("Any", sender), Counter())

    def attempt(raw: bytes) -> str:
        if len(table) > 20:
            table.clear()
        before = sender.count
        at_once(watcher.use(raw))
        for stored in table.values():
            msgspec.json.decode(stored, type=CameraTracks)  # what cannot be read again blinds the camera for good
        return f"used {min(sender.count - before, 2)}"

    return attempt


def _tracks() -> Attempt:
    """A table's entry that a changelog brought back, followed by a sound look."""
    sender, table = Sent(), Table()
    watcher = Watcher(table, cast("Any", Followed()), cast("Any", sender), Counter())
    look = msgspec.json.encode({
        "type": "Detections.1", "camera": "cam1", "jurisdiction": COUNTY, "adapter": "rtsp",
        "looks": [{"captured_at_ms": NOW_MS, "boxes": [{"x0": 0.1, "y0": 0.1, "x1": 0.3, "y1": 0.5, "score": 0.9}]}],
    })  # fmt: skip

    def attempt(raw: bytes) -> str:
        table[f"{COUNTY}/cam1".encode()] = raw
        at_once(watcher.use(look))
        return "used"

    return attempt


def _warnings() -> Attempt:
    from shapely.geometry import box  # noqa: PLC0415 - half a second that only this target pays

    borders = {COUNTY: box(117.8, 37.2, 118.2, 37.6), "371622": box(117.2, 37.5, 117.8, 37.8)}
    sender = Sent()
    desk = WeatherDesk((COUNTY, "371622", "371600"), borders, cast("Any", Followed()), cast("Any", sender))

    def attempt(raw: bytes) -> str:
        before = sender.count
        at_once(desk.use(raw))
        return f"told {min(sender.count - before, 3)}"

    return attempt


def _reports() -> Attempt:
    sender = Sent()
    desk = IntakeDesk(frozenset({COUNTY}), cast("Any", sender))

    def attempt(raw: bytes) -> str:
        at_once(desk.use(raw))
        return "reported"

    return attempt


def _raw_intake() -> Attempt:
    cases, keys = reader(), OpenKeys()

    def read_case(raw: RawIntake, body: bytes) -> Iterator[Any]:
        return cases.read(raw.kind.removeprefix("case:"), body, raw.received_at_ms)

    def attempt(raw: bytes) -> str:
        weather = read_intake(raw, lambda kind: kind == "weather", lambda _, body: parse_warnings(body), keys)
        told = [*weather, *read_intake(raw, lambda kind: kind.startswith("case:"), read_case, keys)]
        for fact in told:
            msgspec.json.encode(fact)
        return " ".join(type(fact).__name__ if not isinstance(fact, DeadLetter) else fact.reason for fact in told[:3])

    return attempt


def _positions() -> Attempt:
    letters, sender = Letters(), Sent()
    reading = positions.Positions({}, "t", store=cast("Any", None), follower=cast("Any", Followed()), sender=cast("Any", sender),
                                  letters=cast("Any", letters))  # fmt: skip

    class Record:
        key, timestamp, offset = None, NOW_MS, 0
        value = b""

    class Place:
        partition = 0

    def attempt(raw: bytes) -> str:
        record, before = Record(), (letters.sent, sender.count)
        record.value = raw
        at_once(reading._take(cast("Any", Place()), record))  # noqa: SLF001 - the reader of one record
        if len(reading._fixes) > 50:  # noqa: SLF001
            reading.__init__({}, "t", store=None, follower=Followed(), sender=sender, letters=letters)  # type: ignore[misc]
        return f"{letters.sent - before[0]} {min(2, sender.count - before[1])}"

    return attempt


def _letters() -> Attempt:
    def attempt(raw: bytes) -> str:
        return numbered_letter(1, raw).letter.reason[:12]

    return attempt


def _shaped(*kinds: Any, seed: int = 1, count: int = 40) -> Callable[[], Iterator[bytes]]:
    def samples() -> Iterator[bytes]:
        made = shaper(seed)
        for number in range(count):
            yield made.record(kinds[number % len(kinds)])

    return samples


def _intake_samples() -> Iterator[bytes]:
    for path in sorted(SAMPLES.iterdir()):
        kind = "weather" if path.suffix == ".xml" else f"case:{path.stem.removeprefix('case-')}"
        key = None if kind == "weather" else "k1"
        body = base64.b64encode(path.read_bytes()).decode()
        yield msgspec.json.encode(RawIntake(kind=kind, body=body, received_at_ms=NOW_MS, key=key))


_LOOKS = (b'"captured_at_ms":9223372036854775807', b'"x1":1e308', b'"x0":-1e308', b'"type":"CameraHealth.1"')
TARGETS = {
    target.name: target
    for target in (
        Target(name="observations", about="patrol.observations", form="json", samples=_shaped(Detections, CameraHealth),
               attack=lambda: nullcontext(_observations()), refuses=USED, words=_LOOKS),
        Target(name="tracks", about="the sightings worker's table", form="json", samples=_shaped(CameraTracks),
               attack=lambda: nullcontext(_tracks()), refuses=USED),
        Target(name="warnings", about="weather.warnings", form="json", samples=_shaped(WeatherWarning),
               attack=lambda: nullcontext(_warnings()), refuses=USED, words=(b'"polygons":[[[37,117],[37,118],[38,118],[37,117]]]',)),
        Target(name="reports", about="intake.reports", form="json", samples=_shaped(IntakeReport),
               attack=lambda: nullcontext(_reports()), refuses=USED),
        Target(name="raw_intake", about="intake.raw", form="json", samples=_intake_samples, attack=lambda: nullcontext(_raw_intake())),
        Target(name="positions", about="unit.positions", form="json", samples=_shaped(Positions), attack=lambda: nullcontext(_positions())),
        Target(name="dead_letters", about="dead.letters", form="json", samples=_shaped(DeadLetter),
               attack=lambda: nullcontext(_letters())),
    )
}  # fmt: skip
