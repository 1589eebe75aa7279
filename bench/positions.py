"""Positions a second from the web process' packer through Kafka and the projector's worker into Valkey's GEO sets.

The platform is what `nuandeng up` starts, with all 17,000 volunteers of the demo city on duty. The packer is the web process' own, in a
process of its own here: each volunteer moves and tells it, what it has packed goes to Kafka, round after round without a pause. The time is
taken from the first fix given to the packer until GEO holds the last of every volunteer. A volunteer who moves again before the service has
come to write the last fix is written once: how many fixes reach GEO one by one is told beside.
"""

import time
from pathlib import Path

from bench.running_city import CODES, RunningCity, running_city
from contracts.registry_entries import AccountEntry
from contracts.terms import Role, UnitKind
from nuandeng.city.registers import Volunteer
from stream.commands import CommandGate
from stream.heartbeat import EVERY_S, read_heartbeats
from stream.readmodel import keys
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer
from web.access.caller import Caller
from web.api.values import FixBody
from web.board.board import Board
from web.board.masking import MaskedNames
from web.board.redis_model import RedisReadModel
from web.positions import PositionPacker

_ROUNDS = 40
_LONGEST_S = 60.0
# About a metre: another place for GEO's 52 bits, too.
_STEP_DEG = 0.00002


def _packer(city: RunningCity, gate: CommandGate) -> PositionPacker:
    read_model = RedisReadModel(city.store)
    board = Board(MaskedNames(TextSealer(FileKeyStore(Path(city.runtime.keystore)))))
    board.take([read_model.snapshot(code) for code in CODES], read_model.epoch() or "")
    return PositionPacker(gate, board, city.runtime)


def _round(packer: PositionPacker, callers: list[tuple[Caller, Volunteer]], number: int) -> None:
    now_ms = time.time_ns() // 1_000_000
    for caller, one in callers:
        lat, lon = one.home[0] + number * _STEP_DEG, one.home[1]
        packer.take(caller, (FixBody.model_construct(lat_wgs84=lat, lon_wgs84=lon, at_ms=now_ms, accuracy_m=12),))
    packer.flush()


def _placed(city: RunningCity, volunteers: list[Volunteer], number: int) -> bool:
    """Whether GEO holds the last fix of every volunteer; asked of the last of each county first, which were sent last."""
    for code in CODES:
        mine = [one for one in volunteers if one.county == code]
        for some in (mine[-1:], mine):
            found = city.store.geopos(keys.geo(code, UnitKind.VOLUNTEER, free=True), *(one.unit for one in some))
            wanted = [one.home[0] + number * _STEP_DEG for one in some]
            if any(at is None or abs(at[1] - lat) > _STEP_DEG / 2 for at, lat in zip(found, wanted, strict=True)):
                return False
    return True




def _measure(city: RunningCity) -> dict[str, float]:
    volunteers = city.clock_on(1)
    callers = [
        (Caller(account=AccountEntry(account=one.unit, username=one.unit, role=Role.RESPONDER, area=one.county, unit=one.unit),
                session="", expires_at_ms=0), one)
        for one in volunteers
    ]  # fmt: skip
    gate = CommandGate(city.runtime)
    packer = _packer(city, gate)
    _round(packer, callers, 0)
    _await_placed(city, volunteers, 0)
    written, began_s = _written(city), time.monotonic()
    for number in range(1, _ROUNDS + 1):
        _round(packer, callers, number)
    _await_placed(city, volunteers, _ROUNDS)
    took_s = time.monotonic() - began_s
    gate.close()
    return {
        "positions_per_s": len(volunteers) * _ROUNDS / took_s,
        "positions_written_per_s": (_written(city) - written) / took_s,
    }


def _written(city: RunningCity) -> int:
    """How many fixes the service says that it has written to GEO; waits for its next heartbeat."""
    time.sleep(2 * EVERY_S)
    return int(read_heartbeats(city.store)["projector"]["count.placed"])


def _await_placed(city: RunningCity, volunteers: list[Volunteer], number: int) -> None:
    deadline_s = time.monotonic() + _LONGEST_S
    while not _placed(city, volunteers, number):
        if time.monotonic() > deadline_s:
            raise SystemExit(f"GEO has not all positions of round {number} after {_LONGEST_S} s")
        time.sleep(0.02)


def measure() -> dict[str, float]:
    """One run; see bench/goals.py for what the names mean."""
    with running_city() as city:
        return _measure(city)


if __name__ == "__main__":
    print(measure())
