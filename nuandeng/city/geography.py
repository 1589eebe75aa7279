"""Binzhou's counties and townships, and a way to put things on the map inside the right county.

Names and codes are facts of the national division register; the townships' positions are drawn, not surveyed.
"""

import json
import math
import random
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry
from shapely.prepared import PreparedGeometry, prep

from contracts.values import Place

CITY_CODE = "371600"
CITY_AREA = "3716"


class County(NamedTuple):
    """One of the seven. seat: (lat, lon) WGS-84 of its main town. townships in the order of their codes."""

    code: str
    zh: str
    en: str
    seat: tuple[float, float]
    townships: tuple[str, ...]
    roads: tuple[str, ...]


_NUMERALS = "一二三四五六七八九十"


def _numbered(stem: str, suffix: str, most: int) -> tuple[str, ...]:
    return tuple(f"{stem}{_NUMERALS[n]}{suffix}" for n in range(most))


COUNTIES: tuple[County, ...] = (
    County(
        "371602",
        "滨城区",
        "Bincheng",
        (37.3835, 118.0193),
        (
            "市中街道",
            "市西街道",
            "北镇街道",
            "市东街道",
            "彭李街道",
            "小营街道",
            "滨北街道",
            "梁才街道",
            "杜店街道",
            "沙河街道",
            "里则街道",
            "青田街道",
            "旧镇镇",
            "杨柳雪镇",
            "秦皇台乡",
        ),
        (*_numbered("渤海", "路", 10), *_numbered("黄河", "路", 10), *_numbered("长江", "路", 6)),
    ),
    County(
        "371603",
        "沾化区",
        "Zhanhua",
        (37.6985, 118.1325),
        ("富国街道", "富源街道", "下洼镇", "古城镇", "冯家镇", "泊头镇", "大高镇", "黄升镇", "滨海镇", "下河乡", "利国乡"),
        ("富国路", "金海路", "银河路", "中心路", "富城路"),
    ),
    County(
        "371621",
        "惠民县",
        "Huimin",
        (37.4835, 117.5085),
        (
            "孙武街道",
            "武定府街道",
            "何坊街道",
            "石庙镇",
            "桑落墅镇",
            "淄角镇",
            "胡集镇",
            "李庄镇",
            "麻店镇",
            "魏集镇",
            "清河镇",
            "姜楼镇",
            "辛店镇",
            "大年陈镇",
            "皂户李镇",
        ),
        ("孙武路", "鼓楼街", "乐安路", "东门大街", "环城南路"),
    ),
    County(
        "371622",
        "阳信县",
        "Yangxin",
        (37.6411, 117.5782),
        ("信城街道", "金阳街道", "劳店镇", "水落坡镇", "商店镇", "温店镇", "河流镇", "翟王镇", "流坡坞镇", "洋湖乡"),
        (*_numbered("阳城", "路", 6), "幸福一路", "工业一路"),
    ),
    County(
        "371623",
        "无棣县",
        "Wudi",
        (37.7703, 117.6256),
        (
            "棣丰街道",
            "海丰街道",
            "水湾镇",
            "碣石山镇",
            "小泊头镇",
            "埕口镇",
            "马山子镇",
            "车王镇",
            "柳堡镇",
            "佘家镇",
            "信阳镇",
            "西小王镇",
        ),
        (*_numbered("棣新", "路", 7), "海丰路", "中心大街"),
    ),
    County(
        "371625",
        "博兴县",
        "Boxing",
        (37.1546, 118.1107),
        ("城东街道", "锦秋街道", "博昌街道", "曹王镇", "兴福镇", "陈户镇", "湖滨镇", "店子镇", "吕艺镇", "纯化镇", "庞家镇", "乔庄镇"),
        (*_numbered("博城", "路", 6), "胜利路", "乐安大街"),
    ),
    County(
        "371681",
        "邹平市",
        "Zouping",
        (36.8630, 117.7431),
        (
            "黛溪街道",
            "黄山街道",
            "高新街道",
            "好生街道",
            "西董街道",
            "长山镇",
            "魏桥镇",
            "临池镇",
            "焦桥镇",
            "韩店镇",
            "孙镇镇",
            "九户镇",
            "青阳镇",
            "明集镇",
            "台子镇",
            "码头镇",
        ),
        (*_numbered("黛溪", "路", 6), "鹤伴路", "醴泉路", "广场南路"),
    ),
)
COUNTY_BY_CODE = {county.code: county for county in COUNTIES}
JURISDICTIONS: tuple[str, ...] = (CITY_CODE, *COUNTY_BY_CODE)

SPOTS: tuple[str, ...] = (
    "天桥下",
    "公交站亭",
    "银行自助厅",
    "地下通道",
    "桥洞",
    "公园长廊",
    "汽车站候车厅",
    "医院门口",
    "广场东侧",
    "市场西棚",
    "商场后门",
    "加油站旁",
    "体育馆门口",
    "火车站南侧",
    "网吧门口",
    "菜市场北口",
    "小区门前",
    "学校西墙",
)
M_PER_DEGREE_LAT = 111_320.0


class Geography:
    """Places things. All randomness comes from the seed, so a city is the same on every machine."""

    def __init__(self, borders: Path, seed: int = 3716) -> None:
        self._borders = borders
        self._seed = seed

    @cached_property
    def shapes(self) -> dict[str, BaseGeometry]:
        """County code → polygon, from the border file's `adcode`."""
        collection: dict[str, Any] = json.loads(self._borders.read_text("utf-8"))
        by_code = {str(feature["properties"]["adcode"]): shape(feature["geometry"]) for feature in collection["features"]}
        return {county.code: by_code[county.code] for county in COUNTIES}

    @cached_property
    def _prepared(self) -> dict[str, PreparedGeometry]:
        return {code: prep(geometry) for code, geometry in self.shapes.items()}

    def stream(self, purpose: str) -> random.Random:
        """Return a generator of its own for one purpose, so that adding one thing moves no other."""
        return random.Random(f"{self._seed}/{purpose}")  # noqa: S311  # a drawn city, not a secret

    @cached_property
    def townships(self) -> dict[str, Place]:
        """12-digit area code → the township's centre. The first three of each county lie in its main town."""
        found: dict[str, Place] = {}
        for county in COUNTIES:
            rng = self.stream(f"townships/{county.code}")
            centres = [self.near(county.code, county.seat, 400 + 900 * n, rng) for n in range(min(4, len(county.townships)))]
            while len(centres) < len(county.townships):
                # Best of several tries: townships keep their distance from each other.
                tries = [self.anywhere(county.code, rng) for _ in range(12)]
                centres.append(max(tries, key=lambda at: min(distance_m(at, other) for other in centres)))
            for n, (name, (lat, lon)) in enumerate(zip(county.townships, centres, strict=True), start=1):
                area = f"{county.code}{n:03d}000"
                found[area] = Place(lat_wgs84=lat, lon_wgs84=lon, area=area, name=name)
        return found

    def area_at(self, county: str, at: tuple[float, float]) -> str:
        """Return the nearest township's code inside the county."""
        return min(
            (area for area in self.townships if area.startswith(county)),
            key=lambda area: distance_m(at, (self.townships[area].lat_wgs84, self.townships[area].lon_wgs84)),
        )

    def anywhere(self, county: str, rng: random.Random) -> tuple[float, float]:
        """A point (lat, lon) of the county."""
        west, south, east, north = self.shapes[county].bounds
        while True:
            lat, lon = rng.uniform(south, north), rng.uniform(west, east)
            if self._prepared[county].contains(Point(lon, lat)):
                return lat, lon

    def near(self, county: str, centre: tuple[float, float], spread_m: float, rng: random.Random) -> tuple[float, float]:
        """A point (lat, lon) around a centre, inside the county, standard deviation spread_m on each axis."""
        while True:
            at = offset(centre, rng.gauss(0, spread_m), rng.gauss(0, spread_m))
            if self._prepared[county].contains(Point(at[1], at[0])):
                return at


def offset(centre: tuple[float, float], north_m: float, east_m: float) -> tuple[float, float]:
    """Move (lat, lon) by metres on the local plane."""
    lat, lon = centre
    return lat + north_m / M_PER_DEGREE_LAT, lon + east_m / (M_PER_DEGREE_LAT * math.cos(math.radians(lat)))


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Equirectangular distance, good to 0.1 % within a city."""
    north = (a[0] - b[0]) * M_PER_DEGREE_LAT
    east = (a[1] - b[1]) * M_PER_DEGREE_LAT * math.cos(math.radians((a[0] + b[0]) / 2))
    return math.hypot(north, east)
