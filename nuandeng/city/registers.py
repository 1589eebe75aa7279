"""The demo city's registers: cameras, rescue points, vehicles, the roster of volunteers, and the plans for cold nights."""

from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import NamedTuple

from camera_adapters.kinds import protocol_of
from contracts.registry_entries import CameraEntry, PlanEntry, PointEntry, UnitEntry
from contracts.terms import Hazard, Skill, UnitKind, WarningLevel
from contracts.values import Place, PlanSettings, Sealed
from nuandeng.city.geography import COUNTIES, COUNTY_BY_CODE, SPOTS, Geography, offset

CAMERA_COUNTS = {"371602": 60, "371603": 22, "371621": 25, "371622": 18, "371623": 20, "371625": 22, "371681": 26}
VEHICLE_COUNTS = {"371602": 6, "371603": 3, "371621": 3, "371622": 2, "371623": 3, "371625": 3, "371681": 3}
ROSTER_SIZE = 17_000
ROSTER_SHARES = {"371602": 0.30, "371603": 0.10, "371621": 0.14, "371622": 0.10, "371623": 0.10, "371625": 0.10, "371681": 0.16}
CONNECTED_PER_COUNTY = {"371602": 62, "371603": 20, "371621": 24, "371622": 20, "371623": 20, "371625": 22, "371681": 32}
# A newcomer watches for minutes, not for a night: people count as waiting after this long in front of a live camera.
LIVE_DWELL_S = 20
OWNERS = ("police", "urban_management", "data_bureau")


class Volunteer(NamedTuple):
    """One person of the roster, drawn. home: (lat, lon). connected: simulated with a phone of their own."""

    unit: str
    county: str
    area: str
    name: str
    phone: str
    skills: tuple[Skill, ...]
    home: tuple[float, float]
    connected: bool


class City(NamedTuple):
    """Everything that is registered, by county code; vehicles with where they stand, (lat, lon)."""

    cameras: dict[str, list[CameraEntry]]
    points: dict[str, list[PointEntry]]
    vehicles: list[tuple[UnitEntry, tuple[float, float]]]
    roster: list[Volunteer]


def draw_city(geography: Geography, live: dict[str, str]) -> City:
    """Draw the same city each time. live: camera identifier → URL of those whose picture is really watched; the rest replay."""
    city_cameras = cameras(geography, live)
    beside = {
        code: [(camera.place.lat_wgs84, camera.place.lon_wgs84) for camera in entries if camera.live]
        for code, entries in city_cameras.items()
    }
    return City(city_cameras, points(geography), vehicles(geography), list(volunteers(geography, beside)))


def cameras(geography: Geography, live: dict[str, str]) -> dict[str, list[CameraEntry]]:
    """County code → its cameras. live: camera identifier → URL of those whose picture is really watched; the rest replay."""
    found: dict[str, list[CameraEntry]] = {}
    for county in COUNTIES:
        rng = geography.stream(f"cameras/{county.code}")
        names = [f"{road} {spot}" for road in county.roads for spot in SPOTS]
        rng.shuffle(names)
        entries = found.setdefault(county.code, [])
        towns = [place for area, place in geography.townships.items() if area.startswith(county.code)]
        for n in range(1, CAMERA_COUNTS[county.code] + 1):
            if n % 4:
                at = geography.near(county.code, county.seat, 1_600, rng)
            else:
                town = rng.choice(towns)
                at = geography.near(county.code, (town.lat_wgs84, town.lon_wgs84), 900, rng)
            camera = f"{county.code}-{n:03d}"
            url = live.get(camera)
            entries.append(
                CameraEntry(
                    camera=camera,
                    name=names[n - 1],
                    place=Place(lat_wgs84=at[0], lon_wgs84=at[1], area=geography.area_at(county.code, at), name=names[n - 1]),
                    owner=OWNERS[n % 3],
                    heading_deg=round(rng.uniform(0, 360)),
                    url=url,
                    protocol=protocol_of(url) if url else None,
                    live=url is not None,
                    simulated=True,
                    dwell_threshold_s=LIVE_DWELL_S if url else None,
                )
            )
    return found


def points(geography: Geography) -> dict[str, list[PointEntry]]:
    """County code → its rescue points: one a township; the first of each county is the county's rescue station."""
    found: dict[str, list[PointEntry]] = {}
    for area, town in geography.townships.items():
        county = area[:6]
        entries = found.setdefault(county, [])
        station = not entries
        rng = geography.stream(f"points/{area}")
        lat, lon = geography.near(county, (town.lat_wgs84, town.lon_wgs84), 250, rng)
        name = (
            f"{COUNTY_BY_CODE[county].zh}救助站"
            if station
            else f"{town.name.removesuffix('街道').removesuffix('镇').removesuffix('乡')}救助点"
        )
        entries.append(
            PointEntry(
                point=f"{county}-P{len(entries) + 1:02d}",
                name=name,
                place=Place(lat_wgs84=lat, lon_wgs84=lon, area=area, name=name),
                beds=rng.randint(20, 40) if station else rng.randint(3, 9),
                open=station or rng.random() < 0.7,
                station=station,
                simulated=True,
            )
        )
    return found


def vehicles(geography: Geography) -> list[tuple[UnitEntry, tuple[float, float]]]:
    """Vehicles with where they stand."""
    found: list[tuple[UnitEntry, tuple[float, float]]] = []
    number = 0
    for county in COUNTIES:
        rng = geography.stream(f"vehicles/{county.code}")
        for _ in range(VEHICLE_COUNTS[county.code]):
            number += 1
            at = geography.near(county.code, county.seat, 1_200, rng)
            entry = UnitEntry(
                unit=f"{county.code}-V{number:02d}",
                kind=UnitKind.VEHICLE,
                area=geography.area_at(county.code, at),
                skills=(Skill.STRETCHER, Skill.FIRST_AID),
                label=f"救助{number:02d}",
                simulated=True,
            )
            found.append((entry, at))
    return found


_FAMILY = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
)
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰建国志红海燕春梅新民庆东晓光文博雪松立成永生秀云长青振宇佳慧雨欣泽浩思远子涵"


def volunteers(geography: Geography, beside: dict[str, list[tuple[float, float]]]) -> Iterator[Volunteer]:
    """The 17,000, county by county. beside: county code → places (live cameras) that connected volunteers live near to."""
    counts = [round(ROSTER_SIZE * share) for share in accumulate(ROSTER_SHARES.values())]
    first = 0
    for code, upto in zip(ROSTER_SHARES, counts, strict=True):
        county = COUNTY_BY_CODE[code]
        rng = geography.stream(f"volunteers/{code}")
        centres = beside.get(code) or [county.seat]
        towns = [(area, place) for area, place in geography.townships.items() if area.startswith(code)]
        for n in range(upto - first):
            connected = n < CONNECTED_PER_COUNTY[code]
            if connected and n % 2:
                at, area = geography.near(code, centres[n // 2 % len(centres)], 320, rng), None
            elif connected:
                at, area = geography.near(code, county.seat, 1_400, rng), None
            else:
                area, town = rng.choice(towns)
                at = offset((town.lat_wgs84, town.lon_wgs84), rng.gauss(0, 700), rng.gauss(0, 700))
            skills = tuple(
                skill for skill, share in ((Skill.FIRST_AID, 0.25), (Skill.PSYCHOLOGY, 0.06), (Skill.DIALECT, 0.10)) if rng.random() < share
            )
            yield Volunteer(
                unit=f"{code}-U{n + 1:05d}",
                county=code,
                area=area or geography.area_at(code, at),
                name=rng.choice(_FAMILY) + "".join(rng.sample(_GIVEN, rng.choice((1, 2, 2)))),
                phone=f"199{rng.randint(0, 99_999_999):08d}",
                skills=skills,
                home=at,
                connected=connected,
            )
        first = upto


def unit_entry(volunteer: Volunteer, seal: Callable[[str], Sealed]) -> UnitEntry:
    """The register's entry: name and phone only as ciphertext."""
    return UnitEntry(
        unit=volunteer.unit,
        kind=UnitKind.VOLUNTEER,
        area=volunteer.area,
        skills=volunteer.skills,
        name=seal(volunteer.name),
        phone=seal(volunteer.phone),
        simulated=True,
    )


def plans() -> tuple[PlanEntry, ...]:
    """Cold-wave and blizzard plans of the four levels, stricter with each."""
    found = []
    for hazard, zh in ((Hazard.COLD_WAVE, "寒潮"), (Hazard.BLIZZARD, "暴雪")):
        for level, colour, cadence_min, dwell_s, radii_m, call_up, revisit_h, uplift in (
            (WarningLevel.BLUE, "蓝色 IV 级", 45, 480, (1_000, 3_000), 0, 8, 0),
            (WarningLevel.YELLOW, "黄色 III 级", 30, 360, (1_200, 4_000), 100, 4, 0),
            (WarningLevel.ORANGE, "橙色 II 级", 20, 240, (1_500, 5_000), 200, 2, 1),
            (WarningLevel.RED, "红色 I 级", 10, 120, (2_000, 8_000), 400, 2, 2),
        ):
            found.append(
                PlanEntry(
                    plan=f"{hazard.value}-{level.value}",
                    hazard=hazard,
                    level=level,
                    name=f"{zh}{colour}",
                    settings=PlanSettings(
                        patrol_cadence_min=cadence_min,
                        dwell_threshold_s=dwell_s,
                        urgency_uplift=uplift,
                        offer_radii_m=radii_m,
                        open_all_points=level in (WarningLevel.ORANGE, WarningLevel.RED),
                        call_up=call_up,
                        revisit_h=revisit_h,
                        message=f"{zh}{colour}预案启动,请在岗志愿者留意身边露宿人员",
                    ),
                )
            )
    return tuple(found)
