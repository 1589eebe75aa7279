"""One cell's text → a value, or the code of what is wrong with it."""

import math
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar
from urllib.parse import urlsplit

from camera_adapters.datum import Datum
from contracts.terms import Role, Skill, UnitKind
from nuandeng.importing.cells import plain

_T = TypeVar("_T")
_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
# A mobile number, an identity number of either generation: never an identifier, for identifiers stand in the log as they are.
_PERSONAL = re.compile(r"(?:\+?86)?1[3-9][0-9]{9}|[0-9]{17}[0-9Xx]|[0-9]{15}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[1-9][0-9]{1,2}[2-9][0-9]{6,7}")
_ABROAD = re.compile(r"\+[1-9][0-9]{6,14}")
_PHONE_FILLING = re.compile(r"[\s()\-.]")
_CODE = re.compile(r"[1-9][0-9]{5}(?:[0-9]{3}){0,2}")
_PREFIX = re.compile(r"[1-9][0-9]{3}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,20})?")
_DEGREES = re.compile(r"[°度]$")
_BETWEEN = re.compile(r"[,,、;;/|\s]+")
_SCHEMES = frozenset({"rtsp", "rtsps", "http", "https"})
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

PROTOCOLS = MappingProxyType({name: name for name in ("rtsp", "mpegts_http", "snapshot")})
SKILLS = MappingProxyType({
    **{skill.value: skill for skill in Skill}, "急救": Skill.FIRST_AID, "心理": Skill.PSYCHOLOGY, "心理疏导": Skill.PSYCHOLOGY,
    "方言": Skill.DIALECT, "医护": Skill.MEDICAL, "医疗": Skill.MEDICAL, "担架": Skill.STRETCHER, "热食": Skill.HOT_MEAL,
    "热餐": Skill.HOT_MEAL,
})  # fmt: skip
KINDS = MappingProxyType({
    "vehicle": UnitKind.VEHICLE, "车辆": UnitKind.VEHICLE, "救助车": UnitKind.VEHICLE, "patrol": UnitKind.PATROL, "巡逻队": UnitKind.PATROL,
    "巡查队": UnitKind.PATROL,
})  # fmt: skip
OWNERS = MappingProxyType({
    "police": "police", "公安": "police", "公安局": "police", "urban_management": "urban_management", "城管": "urban_management",
    "城管局": "urban_management", "data_bureau": "data_bureau", "大数据局": "data_bureau", "大数据": "data_bureau",
})  # fmt: skip
ROLES = MappingProxyType({
    **{role.value: role for role in Role if role not in (Role.SYSTEM, Role.PUBLIC)}, "值班员": Role.OPERATOR, "值班长": Role.SUPERVISOR,
    "志愿者": Role.RESPONDER, "车组": Role.RESPONDER, "救助站": Role.STATION, "协办单位": Role.AGENCY, "核查员": Role.VERIFIER,
    "审计员": Role.AUDITOR, "管理员": Role.ADMIN,
})  # fmt: skip
DATUMS = MappingProxyType({
    "wgs84": Datum.WGS84, "gcj02": Datum.GCJ02, "火星": Datum.GCJ02, "火星坐标": Datum.GCJ02, "高德": Datum.GCJ02, "腾讯": Datum.GCJ02,
    "bd09": Datum.BD09, "百度": Datum.BD09,
})  # fmt: skip
YES_NO = MappingProxyType({
    **dict.fromkeys(("是", "有", "对", "y", "yes", "true", "1", "√", "✓"), True),
    **dict.fromkeys(("否", "无", "不", "n", "no", "false", "0", "×", "✗"), False),
})  # fmt: skip


class CellError(ValueError):
    """code: of `cell_codes`. Never the content."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def text_of(text: str, longest: int) -> str:
    """A text for people, without control characters. Raises CellError."""
    stripped = text.strip()
    if any(unicodedata.category(letter) in _UNSEEN for letter in stripped):
        raise CellError("text_wrong")
    if len(stripped) > longest:
        raise CellError("too_long")
    return stripped


def id_of(text: str) -> str:
    """An identifier. Raises CellError."""
    found = plain(text)
    if _ID.fullmatch(found) is None:
        raise CellError("id_wrong")
    return found


def public_id_of(text: str) -> str:
    """An identifier of somebody: no number that is theirs elsewhere. Raises CellError."""
    found = plain(text)
    if _PERSONAL.fullmatch(found) is not None:
        raise CellError("personal_in_clear")
    return id_of(found)


def public_text_of(text: str, longest: int) -> str:
    """A text that everybody may read: neither it nor a word of it is somebody's number. Raises CellError."""
    found = text_of(text, longest)
    if any(_PERSONAL.fullmatch(word) for word in _BETWEEN.split(plain(found))):
        raise CellError("personal_in_clear")
    return found


def phone_of(text: str) -> str:
    """Digits alone: a mobile number or a landline with its area code; any other with + and its country. Raises CellError."""
    digits = _PHONE_FILLING.sub("", plain(text))
    for prefix in ("+86", "0086"):
        if digits.startswith(prefix):
            digits = digits.removeprefix(prefix)
            # Behind a country's code the area code has no nought.
            digits = digits if _MOBILE.fullmatch(digits) or digits.startswith("0") else f"0{digits}"
            break
    if not (_MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits) or _ABROAD.fullmatch(digits)):
        raise CellError("phone_wrong")
    return digits


def area_of(text: str, names: Mapping[str, str]) -> str:
    """A division code of 12 digits. names: what a county is called → its code. Raises CellError."""
    found = plain(text)
    found = names.get(found.casefold(), found)
    if _CODE.fullmatch(found) is None:
        raise CellError("area_wrong")
    return found.ljust(12, "0")


def account_area_of(text: str, names: Mapping[str, str]) -> str:
    """A division code of 4, 6, 9 or 12 digits: whoever has it acts in all that begins with it. Raises CellError."""
    found = plain(text)
    found = names.get(found.casefold(), found)
    if _PREFIX.fullmatch(found) is None and _CODE.fullmatch(found) is None:
        raise CellError("area_wrong")
    return found


def degrees_of(text: str) -> float:
    """Degrees with decimals. Raises CellError."""
    found = _DEGREES.sub("", plain(text))
    if _NUMBER.fullmatch(found) is None:
        raise CellError("coordinate_wrong")
    return float(found)


def number_of(text: str, least: int, most: int) -> int:
    """A whole number within bounds. Raises CellError."""
    found = plain(text)
    if _NUMBER.fullmatch(found) is None or not least <= float(found) <= most or not float(found).is_integer():
        raise CellError("number_wrong")
    return int(float(found))


def heading_of(text: str) -> float:
    """Degrees from north, 0 up to 360. Raises CellError."""
    found = degrees_of(text)
    if not 0 <= found <= 360 or not math.isfinite(found):
        raise CellError("number_wrong")
    return found


def term_of(text: str, terms: Mapping[str, _T], code: str) -> _T:
    """One of some terms, however it is written. Raises CellError."""
    found = plain(text).casefold()
    term = terms.get(found, terms.get(found.replace("-", "").replace(" ", "")))
    if term is None:
        raise CellError(code)
    return term


def skills_of(text: str) -> tuple[Skill, ...]:
    """Skills, each once. Raises CellError."""
    words = [word for word in _BETWEEN.split(plain(text)) if word]
    return tuple(dict.fromkeys(term_of(word, SKILLS, "skill_unknown") for word in words))


def url_of(text: str) -> str:
    """An address of a camera in the net. Raises CellError."""
    found = text_of(text, 500)
    try:
        parts = urlsplit(found)
        known = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or " " in found:
        raise CellError("url_wrong")
    return found
