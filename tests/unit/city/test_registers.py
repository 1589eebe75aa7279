"""The demo city's registers: as many as the city has, in the right place, the same on every machine, and nobody's name in the open."""

import json
from pathlib import Path

import msgspec
import pytest
from shapely.geometry import Point

from contracts.commands import RegisterUnits, encode_command
from contracts.commit import MAX_COMMIT_BYTES
from contracts.runtime import KafkaAccess, Runtime
from contracts.terms import UnitKind
from nuandeng.city.founding import Founded, camera_command, found
from nuandeng.city.geography import COUNTIES, Geography, distance_m, offset
from nuandeng.city.registers import City, draw_city
from nuandeng.setup.borders import borders_file

LIVE = {"371602-001": "rtsp://127.0.0.1:1/shelter", "371681-002": "http://127.0.0.1:1/street.jpg"}


@pytest.fixture(scope="module")
def geography() -> Geography:
    """On the borders that set-up made."""
    return Geography(borders_file())


@pytest.fixture(scope="module")
def city(geography: Geography) -> City:
    """The whole city with two live cameras."""
    return draw_city(geography, LIVE)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """What the log is told of it."""
    folder = tmp_path_factory.mktemp("city")
    runtime = Runtime(
        kafka=KafkaAccess(bootstrap="unused:1"), valkey_url="redis://unused", data_dir=str(folder), keystore=str(folder / "keystore"),
        secrets_store=str(folder / "secrets"), evidence=str(folder / "evidence"), borders=str(borders_file()),
    )  # fmt: skip
    return found(runtime, LIVE)


def test_the_city_has_what_binzhou_has(city: City) -> None:
    """Seven counties, 193 cameras, 91 points, 17,000 volunteers of whom 200 have a phone that is simulated."""
    assert len(COUNTIES) == 7
    assert sum(map(len, city.cameras.values())) == 193
    assert sum(map(len, city.points.values())) == 91
    assert len(city.roster) == len({volunteer.unit for volunteer in city.roster}) == 17_000
    assert sum(volunteer.connected for volunteer in city.roster) == 200


def test_everything_stands_in_its_own_county(city: City, geography: Geography) -> None:
    """A camera, a point and its area code belong to the jurisdiction they are registered in."""
    for code, shape in geography.shapes.items():
        for place in (*(camera.place for camera in city.cameras[code]), *(point.place for point in city.points[code])):
            assert place.area.startswith(code)
            assert shape.contains(Point(place.lon_wgs84, place.lat_wgs84))


def test_the_same_city_is_drawn_again(city: City) -> None:
    """A second start finds the cameras, people and points of the first."""
    again = draw_city(Geography(borders_file()), LIVE)
    assert again == city


def test_only_cameras_with_a_film_are_live(city: City) -> None:
    """What replays recorded detections says so."""
    live = {camera.camera: camera.protocol for entries in city.cameras.values() for camera in entries if camera.live}
    assert live == {"371602-001": "rtsp", "371681-002": "snapshot"}


def test_no_name_and_no_phone_reaches_the_log(founded: Founded, city: City) -> None:
    """Names and phones of the roster are ciphertext in every command."""
    told = b"".join(encode_command(body) for _, _, body in founded.commands)
    some = city.roster[:: len(city.roster) // 50]
    assert all(volunteer.phone.encode() not in told for volunteer in some)
    assert all(volunteer.name.encode() not in told for volunteer in some if len(volunteer.name) > 2)


def test_every_command_fits_a_commit(founded: Founded) -> None:
    """The roster goes in chunks that the writer can take whole, and is complete."""
    assert max(len(encode_command(body)) for _, _, body in founded.commands) < MAX_COMMIT_BYTES
    told = [unit for _, _, body in founded.commands if isinstance(body, RegisterUnits) for unit in body.units]
    assert sum(unit.kind is UnitKind.VOLUNTEER for unit in told) == 17_001, "the roster and the newcomer's own volunteer"


def test_founding_again_says_the_same(founded: Founded) -> None:
    """Identifiers name what they register, so half a founding can be done again."""
    names = [command_id for _, command_id, _ in founded.commands]
    assert len(names) == len(set(names))
    assert all(name.startswith("sys:demo:") for name in names)


def test_cameras_under_new_addresses_are_a_new_command(city: City) -> None:
    """The broadcast's port is another at each start; the same addresses are registered once."""
    entry = next(camera for camera in city.cameras["371602"] if camera.live)
    first = camera_command("371602", [entry])
    assert camera_command("371602", [entry]) == first
    moved = camera_command("371602", [msgspec.structs.replace(entry, url="rtsp://127.0.0.1:2/shelter")])
    assert moved[1] != first[1]


def test_offset_and_distance_agree() -> None:
    """A step of 300 m north and 400 m east is 500 m."""
    assert distance_m((37.4, 118.0), offset((37.4, 118.0), 300, 400)) == pytest.approx(500, rel=0.002)


def test_accounts_by_hand_cover_every_role_a_newcomer_tries(founded: Founded) -> None:
    """One account a role, each with a password of its own."""
    assert set(founded.by_hand) == {"operator", "supervisor", "responder", "station", "verifier", "auditor", "admin"}
    assert len({account["password"] for account in founded.by_hand.values()}) == len(founded.by_hand)


def test_borders_name_every_county() -> None:
    """The border file has each county under today's code."""
    codes = {feature["properties"]["adcode"] for feature in json.loads(Path(borders_file()).read_text("utf-8"))["features"]}
    assert codes >= {county.code for county in COUNTIES}
