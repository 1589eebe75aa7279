"""A whole platform of the test session's own: started by the command that everybody uses, then moved into by a small town."""

import gc
import hashlib
import itertools
import json
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import psutil
import redis

from contracts import commands as cmd
from contracts.documents import Answer
from contracts.observations import Position, Positions
from contracts.registry_entries import AccountEntry, CameraEntry, UnitEntry
from contracts.runtime import Runtime, decode_runtime
from contracts.terms import CameraStatus, Role, Skill, Source, UnitKind, UnitState, Urgency
from contracts.topics import POSITIONS
from contracts.values import Actor, Candidate, Picture, Place
from nuandeng.city.demo import JURISDICTIONS
from nuandeng.city.geography import CITY_AREA, CITY_CODE, COUNTIES, Geography, offset
from nuandeng.city.registers import cameras, plans, points, vehicles
from nuandeng.setup.borders import borders_file
from stream.access import topic
from stream.commands import SYSTEM, CommandGate
from stream.vault.evidence import FsspecEvidenceStore
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer
from tests.browser.pictures import StreetPicture
from web.access.passwords import hash_password, secret_name

PASSWORD = "lamp-in-the-window-7"
ADMIN = Actor(account="sys-admin", role=Role.ADMIN, area=CITY_AREA)
_T = TypeVar("_T")
_SURNAMES = "李刘孙陈周吴郑冯"


def until(condition: Callable[[], _T | None], what: str, *, within_s: float = 30.0) -> _T:
    """Wait until the condition gives something true and return it; fail with what was waited for."""
    deadline = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {within_s:.0f} s: {what}"
        time.sleep(0.05)
    return found


class RunningTown:
    """`nuandeng up` in a process of its own; commands go to its writer through the gate, as an adapter's do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        config = folder / "town.toml"
        config.write_text(_settings_text(self.data_dir), encoding="utf-8")
        self._lines: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "nuandeng", "up", "--config", str(config)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=Path(__file__).resolve().parents[2],
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = ""
        self._geography = Geography(borders_file())
        self._families: dict[int, psutil.Process] = {}
        self._numbers = itertools.count(90_001)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line.rstrip())

    def settle(self) -> None:
        """Wait until it is ready, then register the town."""
        ready = until(self._ready_line, "the platform is ready", within_s=120)
        self.url = ready.removeprefix("ready ")
        self.runtime: Runtime = decode_runtime((self.data_dir / "run" / "tools.json").read_bytes())
        self.gate = CommandGate(self.runtime)
        self.keys = FileKeyStore(Path(self.runtime.keystore))
        self.evidence = FsspecEvidenceStore(self.runtime.evidence, self.keys)
        self._families = {child.pid: child for child in psutil.Process(self._process.pid).children(recursive=True)}
        self.cameras = cameras(self._geography, {})
        self.points = points(self._geography)
        self._found()

    def _ready_line(self) -> str | None:
        assert self._process.poll() is None, "\n".join(["the platform ended:", *self._lines[-30:]])
        return next((line for line in self._lines if line.startswith("ready ")), None)

    # --- the log -------------------------------------------------------------------------------------------------

    def send(self, jurisdiction: str, body: cmd.AnyBody, actor: Actor = SYSTEM) -> str:
        """Send a command; returns its identifier. The same body twice is the same command."""
        raw = msgspec.json.encode((body, actor.account))
        command_id = f"town:{hashlib.sha256(raw).hexdigest()[:24]}"
        self.gate.send(body, jurisdiction=jurisdiction, command_id=command_id, actor=actor)
        return command_id

    def answer(self, command_id: str) -> Answer:
        """The answer; fails when it is a refusal."""
        answer = self.gate.answer(command_id, 30)
        assert answer is not None, f"no answer to {command_id}"
        assert answer.accepted, answer
        return answer

    def do(self, jurisdiction: str, body: cmd.AnyBody, actor: Actor = SYSTEM) -> Answer:
        """Send and wait until it stands."""
        return self.answer(self.send(jurisdiction, body, actor))

    # --- who lives here ------------------------------------------------------------------------------------------

    def _found(self) -> None:
        sent = [self.send(jurisdiction.code, cmd.ConfigurePlans(plans=plans())) for jurisdiction in JURISDICTIONS]
        fleet = vehicles(self._geography)
        for county in COUNTIES:
            code = county.code
            sent.append(self.send(code, cmd.RegisterCameras(cameras=tuple(_our_own(self.cameras[code])))))
            sent.append(
                self.send(code, cmd.RegisterPoints(points=tuple(msgspec.structs.replace(p, simulated=False) for p in self.points[code])))
            )
            entries = [msgspec.structs.replace(entry, simulated=False) for entry, _ in fleet if entry.area.startswith(code)]
            sent.append(self.send(code, cmd.RegisterUnits(units=tuple(entries))))
        for command_id in sent:
            self.answer(command_id)
        on_duty = {entry.unit: at for entry, at in fleet}
        self.clock_on(on_duty)

    def clock_on(self, at: dict[str, tuple[float, float]]) -> None:
        """Put units on duty and say where they are, (lat, lon)."""
        sent = []
        for unit in at:
            code = unit[:6]
            own = Actor(account=f"crew-{unit}", role=Role.RESPONDER, area=code, unit=unit)
            sent.append(self.send(code, cmd.SetDuty(unit=unit, state=UnitState.AVAILABLE), own))
        for command_id in sent:
            self.answer(command_id)
        self.locate(at)

    def locate(self, at: dict[str, tuple[float, float]]) -> None:
        """Fresh positions, as the web process packs them."""
        now = time.time_ns() // 1_000_000
        for code in sorted({unit[:6] for unit in at}):
            fixes = tuple(
                Position(unit=unit, lat_wgs84=lat, lon_wgs84=lon, at_ms=now, accuracy_m=12)
                for unit, (lat, lon) in at.items()
                if unit.startswith(code)
            )
            raw = msgspec.json.encode(Positions(jurisdiction=code, fixes=fixes))
            self.gate.produce(topic(self.runtime, POSITIONS), raw, key=code)

    def volunteers(self, county: str, near: Place, count: int, *, first: int = 1) -> list[str]:
        """Register volunteers with sealed names and put them on duty around a place; returns their units."""
        sealer = TextSealer(self.keys)
        units = [f"{county}-U{n:05d}" for n in range(first, first + count)]
        entries = []
        for n, (unit, key) in enumerate(zip(units, self.keys.create_many(count), strict=True)):
            skills = (Skill.FIRST_AID,) if n % 2 == 0 else (Skill.DIALECT,) if n % 3 == 0 else ()
            entries.append(
                UnitEntry(
                    unit=unit, kind=UnitKind.VOLUNTEER, area=near.area, skills=skills,
                    name=sealer.seal_text(key, f"{_SURNAMES[n % len(_SURNAMES)]}明华"), phone=sealer.seal_text(key, f"1990000{n:04d}"),
                )
            )  # fmt: skip
        self.do(county, cmd.RegisterUnits(units=tuple(entries)))
        self.clock_on({unit: offset((near.lat_wgs84, near.lon_wgs84), 260.0 * (n + 1), 140.0 * (-1) ** n) for n, unit in enumerate(units)})
        return units

    def volunteer_with_phone(self, username: str, name: str, near: Place) -> str:
        """A volunteer who logs in by hand: registered and off duty; returns the unit."""
        unit = f"{near.area[:6]}-U{next(self._numbers):05d}"
        key = self.keys.create()
        sealed = TextSealer(self.keys).seal_text(key, name)
        entry = UnitEntry(unit=unit, kind=UnitKind.VOLUNTEER, area=near.area, skills=(Skill.FIRST_AID,), name=sealed)
        self.do(unit[:6], cmd.RegisterUnits(units=(entry,)))
        self.account(username, Role.RESPONDER, unit[:6], display=name, unit=unit)
        return unit

    def located(self, unit: str) -> bool:
        """Whether the read model has heard of a unit's position."""
        with redis.Redis.from_url(self.runtime.valkey_url) as store:
            return bool(store.hexists(f"seen:{unit[:6]}", unit))

    def account(self, name: str, role: Role, area: str, *, display: str = "", unit: str | None = None, point: str | None = None) -> str:
        """An account with PASSWORD; returns its user name."""
        from web.access.accounts import open_secrets  # noqa: PLC0415 - reads the runtime's folders, which exist only now

        entry = AccountEntry(account=name, username=name, role=role, area=area, display_name=display, unit=unit, point=point)
        open_secrets(self.runtime).put(secret_name(name), hash_password(PASSWORD, time.time_ns() // 1_000_000))
        self.do(CITY_CODE, cmd.RegisterAccounts(accounts=(entry,)), ADMIN)
        return name

    # --- what happens --------------------------------------------------------------------------------------------

    def watch_all(self, county: str, *, blind: int = 0) -> None:
        """Every camera of a county is watched, but for the first few."""
        now = time.time_ns() // 1_000_000
        sent = [
            self.send(
                county,
                cmd.ReportCameraHealth(
                    camera=camera.camera,
                    status=CameraStatus.UNWATCHED if n < blind else CameraStatus.WATCHED,
                    reason="too_dark" if n < blind else "",
                    at_ms=now,
                ),
            )
            for n, camera in enumerate(self.cameras[county])
        ]
        for command_id in sent:
            self.answer(command_id)

    def sighting(self, camera: CameraEntry, picture: StreetPicture, *, track: str = "t1", dwell_s: int = 305) -> str:
        """A camera saw somebody stay; returns the incident."""
        now = time.time_ns() // 1_000_000
        stored = self._keep(picture, camera.camera, now)
        body = cmd.ReportSighting(
            camera=camera.camera, track=track, place=camera.place, boxes=(picture.box,), first_seen_ms=now - dwell_s * 1000,
            last_seen_ms=now, dwell_threshold_s=300, picture=stored,
        )  # fmt: skip
        return _incident(self.do(camera.camera[:6], body))

    def _keep(self, picture: StreetPicture, camera: str, taken_at_ms: int) -> Picture:
        return self.evidence.save(picture.original, picture.public, key=self.keys.create(), taken_at_ms=taken_at_ms, camera=camera)

    def report(self, place: Place, *, source: Source = Source.HOTLINE, urgency: Urgency = Urgency.URGENT) -> str:
        """A call or a case; returns the incident."""
        actor = Actor(account="hotline", role=Role.OPERATOR, area=CITY_AREA) if source is Source.HOTLINE else SYSTEM
        return _incident(self.do(place.area[:6], cmd.ReportIncident(source=source, place=place, urgency=urgency), actor))

    def receive(self, incident: str) -> None:
        """As an operator does."""
        self.do(_county(incident), cmd.ReceiveIncident(incident=incident), _operator(incident))

    def file(self, incident: str, *, quota: int = 1) -> None:
        """As an operator does."""
        self.do(_county(incident), cmd.FileIncident(incident=incident, quota=quota), _operator(incident))

    def dispatch(self, incident: str, units: Sequence[str]) -> None:
        """Receive, file and dispatch to these."""
        self.receive(incident)
        self.file(incident)
        chosen = tuple(
            Candidate(unit=unit, kind=UnitKind.VOLUNTEER, rank=n, score=1.0, distance_m=190 * n, eta_s=170 * n)
            for n, unit in enumerate(units, start=1)
        )
        self.do(_county(incident), cmd.DispatchIncident(incident=incident, candidates=chosen), _operator(incident))

    # --- the processes -------------------------------------------------------------------------------------------

    def kill(self, part: str) -> None:
        """kill -9 of one of our own parts; the supervisor starts it again."""
        lines = (self.data_dir / "logs" / f"{part}.log").read_text(encoding="utf-8").splitlines()
        said = [json.loads(line) for line in lines]
        psutil.Process([one["pid"] for one in said if one.get("by") == "supervisor" and one["event"] == "ready"][-1]).kill()

    def _let_go(self) -> None:
        self.gate.close()
        with warnings.catch_warnings():
            # kafka-python leaves its sockets to the garbage collector, which would complain in the middle of another test.
            warnings.simplefilter("ignore", ResourceWarning)
            del self.gate
            gc.collect()

    def stop(self) -> Iterable[psutil.Process]:
        """Ask it to stop as Ctrl-C does; returns what still runs of all that it had started."""
        if self.url:
            self._let_go()
        started = psutil.Process(self._process.pid).children(recursive=True) if self._process.poll() is None else []
        self._process.terminate()
        try:
            self._process.wait(60)
        finally:
            self._process.kill()
        self._reader.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()
        return [child for child in {*started, *self._families.values()} if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


def _county(incident: str) -> str:
    return incident.partition("-")[0]


def _operator(incident: str) -> Actor:
    return Actor(account="op-desk", role=Role.OPERATOR, area=_county(incident))


def _incident(answer: Answer) -> str:
    return next(one for one in answer.created if "-i" in one)


def _our_own(entries: Iterable[CameraEntry]) -> Iterable[CameraEntry]:
    """The drawn city's cameras as a real city's: nothing about them is simulated here."""
    return (msgspec.structs.replace(entry, simulated=False, live=True) for entry in entries)


def _settings_text(data_dir: Path) -> str:
    lines = [
        f'data_dir = "{data_dir}"', f'borders = "{borders_file()}"', "adapters = []",
        *(
            f'[[jurisdictions]]\ncode = "{one.code}"\nname_zh = "{one.name_zh}"\nname_en = "{one.name_en}"\nkind = "{one.kind}"'
            for one in JURISDICTIONS
        ),
        "[web]", "port = 0",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
