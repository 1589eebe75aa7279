"""Before the demo city's people wake up: the city stands in the log, their passwords in the secrets store."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
import structlog

from camera_adapters.kinds import protocol_of
from contracts.commands import AnyBody
from contracts.errors import StoreAwayError
from contracts.registry_entries import CameraEntry
from contracts.runtime import Runtime
from contracts.values import Place
from nuandeng.city.films import live_cameras
from nuandeng.city.founding import DEMO_ACCOUNTS, SIMULATED_PEOPLE, camera_command, found
from nuandeng.city.geography import Geography
from nuandeng.city.registers import LIVE_DWELL_S, cameras
from nuandeng.embedded.secrets import write_private
from stream.commands import CommandGate
from stream.vault.keystore import FileKeyStore
from stream.vault.secrets import SecretsStore
from web.access.passwords import hash_password, secret_name
from web.clock import now_ms

log = structlog.get_logger()
ANSWER_WITHIN_S = 60.0


def move_in(runtime: Runtime, port: int, videos: tuple[str, ...]) -> None:
    """Found the city in an empty data directory; in one that holds it, register the cameras under today's addresses.

    Args:
        port: of the broadcast. videos: files or URLs of the newcomer's own cameras.
    Raises:
        StoreAwayError: the dispatcher did not answer in time.
    """
    live = live_cameras(port)
    own = tuple(_own_camera(n, video) for n, video in enumerate(videos, start=1))
    folder = Path(runtime.data_dir)
    gate = CommandGate(runtime)
    try:
        if (folder / DEMO_ACCOUNTS).exists():
            today = cameras(Geography(Path(str(runtime.borders))), live)
            commands = [camera_command(county, [entry for entry in entries if entry.live]) for county, entries in today.items()]
            _tell(gate, [*commands, *(camera_command(entry.place.area[:6], [entry]) for entry in own)])
            return
        city = found(runtime, live, own)
        store = SecretsStore(Path(runtime.secrets_store), FileKeyStore(Path(runtime.keystore)))
        store.put_many({secret_name(account): hash_password(password, now_ms()) for account, password in city.passwords.items()})
        _tell(gate, city.commands)
        write_private(folder / SIMULATED_PEOPLE, msgspec.json.encode(city.people))
        # Last: it says that the city stands.
        write_private(folder / DEMO_ACCOUNTS, msgspec.json.format(msgspec.json.encode(city.by_hand)))
    finally:
        gate.close()


def _tell(gate: CommandGate, commands: Iterable[tuple[str, str, AnyBody]]) -> None:
    sent = []
    for jurisdiction, command_id, body in commands:
        gate.send(body, jurisdiction=jurisdiction, command_id=command_id)
        sent.append(command_id)
    for command_id in sent:
        answer = gate.answer(command_id, ANSWER_WITHIN_S)
        if answer is None:
            raise StoreAwayError(f"The dispatcher did not answer {command_id} within {ANSWER_WITHIN_S:.0f} s.")
        if not answer.accepted:
            log.warning("refused", command=command_id, code=answer.code, detail=answer.detail)


def _own_camera(number: int, video: str) -> CameraEntry:
    """A camera of the newcomer's, put at the middle of Bincheng; a path becomes absolute."""
    url = video if "://" in video else Path(video).expanduser().resolve().as_uri()
    place = Place(lat_wgs84=37.3835, lon_wgs84=118.0193, area="371602001000", name=f"自备摄像机 {number}")
    return CameraEntry(
        camera=f"371602-own-{number}", name=place.name, place=place, owner="data_bureau", url=url, protocol=protocol_of(url),
        dwell_threshold_s=LIVE_DWELL_S,
    )  # fmt: skip
