"""The demo city as parts of the platform: its broadcast of drawn films, its replayed cameras, its simulated people."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec

from contracts.runtime import Jurisdiction
from nuandeng.city.films import draw_films, films_dir
from nuandeng.city.founding import DEMO_ACCOUNTS
from nuandeng.city.geography import CITY_CODE, COUNTIES
from nuandeng.city.move_in import move_in
from nuandeng.embedded.ports import port_of
from nuandeng.installation import Installation
from nuandeng.platform_parts import answers, own_part
from nuandeng.settings import Settings
from nuandeng.setup.borders import borders_file
from nuandeng.supervisor import Part

JURISDICTIONS: tuple[Jurisdiction, ...] = (
    Jurisdiction(code=CITY_CODE, name_zh="滨州市", name_en="Binzhou", kind="city"),
    *(Jurisdiction(code=county.code, name_zh=county.zh, name_en=county.en) for county in COUNTIES),
)


def settings(chosen: Settings) -> Settings:
    """The newcomer's settings with the demo city's counties and borders."""
    return msgspec.structs.replace(chosen, jurisdictions=JURISDICTIONS, borders=str(borders_file()))


def parts(installation: Installation, *, videos: Sequence[str] = ()) -> list[Part]:
    """What runs beside the platform. videos: files or URLs of cameras of the newcomer's own."""
    listener = installation.listener()
    port = port_of(listener)
    runtime = installation.runtime
    broadcast = own_part(
        installation,
        "broadcast",
        "nuandeng.city.broadcast",
        "--films",
        str(films_dir()),
        listener=listener,
        ready=partial(answers, f"http://127.0.0.1:{port}/"),
    )
    broadcast = _before(broadcast, draw_films)
    replayed = own_part(
        installation, "replayed-cameras", "nuandeng.city.replayed", account="video-adapter", depends_on=("sightings", "simulation")
    )
    people = own_part(
        installation, "simulation", "nuandeng.city.simulation", depends_on=("web", "dispatcher", "projector", "effects", "broadcast")
    )
    people = _before(people, partial(move_in, runtime, port, tuple(videos)))
    return [broadcast, replayed, people]


def when_ready(installation: Installation) -> None:
    """Print the accounts that a newcomer logs in with."""
    path = Path(installation.data_dir) / DEMO_ACCOUNTS
    accounts = msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, str]])
    width = max(len(role) for role in accounts)
    lines = [f"  {role:<{width}}  {account['username']:<{width}}  {account['password']}" for role, account in accounts.items()]
    print("accounts (role, user name, password), also in", path, *lines, sep="\n", flush=True)  # what the newcomer waits for


def _before(part: Part, prepare: Callable[[], None]) -> Part:
    return replace(part, prepare=prepare)
