"""What warning services say, and what it is for us: tables."""

import re
from types import MappingProxyType

from contracts.terms import Hazard, WarningLevel

# Event types of the national warning service (12379): the last two digits of 11Bxx.
NATIONAL_EVENTS = MappingProxyType({
    "01": Hazard.TYPHOON,
    "03": Hazard.RAINSTORM,
    "04": Hazard.BLIZZARD,
    "05": Hazard.COLD_WAVE,
    "06": Hazard.GALE,
    "07": Hazard.SANDSTORM,
    "09": Hazard.HEAT,
    "14": Hazard.THUNDERSTORM,
    "15": Hazard.HAIL,
    "16": Hazard.FROST,
    "17": Hazard.FOG,
    "19": Hazard.HAZE,
    "20": Hazard.THUNDERSTORM,
    "21": Hazard.ICY_ROAD,
    "22": Hazard.DROUGHT,
})
_NATIONAL_EVENT = re.compile(r"^11B(\d\d)$", re.IGNORECASE)

# The first word found in an event's name decides; narrower words stand before wider ones (thunderstorm gale before gale).
_WORDS: tuple[tuple[str, Hazard], ...] = (
    ("雷", Hazard.THUNDERSTORM), ("thunder", Hazard.THUNDERSTORM), ("lightning", Hazard.THUNDERSTORM),
    ("台风", Hazard.TYPHOON), ("颱風", Hazard.TYPHOON), ("typhoon", Hazard.TYPHOON), ("hurricane", Hazard.TYPHOON),
    ("cyclone", Hazard.TYPHOON),
    ("道路结冰", Hazard.ICY_ROAD), ("结冰", Hazard.ICY_ROAD), ("冻雨", Hazard.ICY_ROAD), ("freezing rain", Hazard.ICY_ROAD),
    ("icy", Hazard.ICY_ROAD), ("black ice", Hazard.ICY_ROAD), ("ice storm", Hazard.ICY_ROAD),
    ("暴雪", Hazard.BLIZZARD), ("大雪", Hazard.BLIZZARD), ("降雪", Hazard.BLIZZARD), ("blizzard", Hazard.BLIZZARD),
    ("snow", Hazard.BLIZZARD),
    ("winter storm", Hazard.BLIZZARD),
    ("霜", Hazard.FROST), ("frost", Hazard.FROST), ("freeze", Hazard.FROST),
    ("寒潮", Hazard.COLD_WAVE), ("低温", Hazard.COLD_WAVE), ("寒冷", Hazard.COLD_WAVE), ("降温", Hazard.COLD_WAVE),
    ("低溫", Hazard.COLD_WAVE),
    ("cold", Hazard.COLD_WAVE), ("wind chill", Hazard.COLD_WAVE), ("low temperature", Hazard.COLD_WAVE),
    ("高温", Hazard.HEAT), ("高溫", Hazard.HEAT), ("heat", Hazard.HEAT), ("high temperature", Hazard.HEAT),
    ("沙尘", Hazard.SANDSTORM), ("扬沙", Hazard.SANDSTORM), ("sand", Hazard.SANDSTORM), ("dust", Hazard.SANDSTORM),
    ("冰雹", Hazard.HAIL), ("hail", Hazard.HAIL),
    ("暴雨", Hazard.RAINSTORM), ("豪雨", Hazard.RAINSTORM), ("大雨", Hazard.RAINSTORM), ("强降水", Hazard.RAINSTORM),
    ("rain", Hazard.RAINSTORM),
    ("flood", Hazard.RAINSTORM),
    ("霾", Hazard.HAZE), ("haze", Hazard.HAZE), ("雾", Hazard.FOG), ("霧", Hazard.FOG), ("fog", Hazard.FOG),
    ("干旱", Hazard.DROUGHT), ("drought", Hazard.DROUGHT),
    ("大风", Hazard.GALE), ("强风", Hazard.GALE), ("強風", Hazard.GALE), ("gale", Hazard.GALE), ("wind", Hazard.GALE),
    ("storm", Hazard.GALE),
)  # fmt: skip

_COLOURS: tuple[tuple[str, WarningLevel], ...] = (
    ("红", WarningLevel.RED), ("紅", WarningLevel.RED), ("red", WarningLevel.RED),
    ("橙", WarningLevel.ORANGE), ("orange", WarningLevel.ORANGE),
    ("黄", WarningLevel.YELLOW), ("黃", WarningLevel.YELLOW), ("yellow", WarningLevel.YELLOW),
    ("蓝", WarningLevel.BLUE), ("藍", WarningLevel.BLUE), ("blue", WarningLevel.BLUE),
)  # fmt: skip

# CAP's severity, for services that name no colour. Unknown is taken for the lowest: it must not open a city's shelters.
CAP_SEVERITIES = MappingProxyType({
    "extreme": WarningLevel.RED,
    "severe": WarningLevel.ORANGE,
    "moderate": WarningLevel.YELLOW,
    "minor": WarningLevel.BLUE,
    "unknown": WarningLevel.BLUE,
})


def hazard_of_code(code: str) -> Hazard | None:
    """Return the hazard of a national event type such as 11B05, None if it is none."""
    found = _NATIONAL_EVENT.match(code)
    return None if found is None else NATIONAL_EVENTS.get(found[1], Hazard.OTHER)


def hazard_of_words(text: str) -> Hazard:
    """Return the hazard that an event's name speaks of, OTHER if none."""
    lowered = text.lower()
    return next((hazard for word, hazard in _WORDS if _says(lowered, word)), Hazard.OTHER)


def level_of_colour(text: str) -> WarningLevel | None:
    """Return the level whose colour is named, None if none is."""
    lowered = text.lower()
    return next((level for word, level in _COLOURS if _says(lowered, word)), None)


def _says(text: str, word: str) -> bool:
    # An English word may be continued (rainstorm), never preceded (training); Chinese has no gaps between words.
    return re.search(rf"\b{word}", text) is not None if word.isascii() else word in text
