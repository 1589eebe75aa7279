"""What the columns of each register are called, in Chinese and English, which are needed, and an example of each."""

import tomllib
from pathlib import Path
from typing import Literal, NamedTuple

from nuandeng.importing.cell_codes import Language
from nuandeng.importing.cells import plain
from nuandeng.importing.errors import ColumnsFileError, FileUnreadableError

Register = Literal["volunteers", "vehicles", "points", "cameras", "accounts"]
# Heads that `rejected` writes; whoever imports its file again has them in it.
REASON_HEADS = ("nuandeng_row", "nuandeng_reasons")
_MAPPING_MOST_BYTES = 65_536
_HEAD_LONGEST = 200


class Column(NamedTuple):
    """field: ours. zh, en: heads that are understood, the first of each is what templates write. example: for both languages, or each."""

    field: str
    zh: tuple[str, ...]
    en: tuple[str, ...]
    example: tuple[str, str]
    needed: bool = False

    def head(self, lang: Language) -> str:
        """What a template calls it."""
        return self.zh[0] if lang == "zh" else self.en[0]


_AREA = Column(
    "area", ("区划代码", "所属区划", "区划", "行政区划", "区县", "所属区县"), ("area", "division code", "county"), ("371602002000",) * 2,
    needed=True,
)  # fmt: skip
_UNIT_ZH = ("编号", "人员编号", "志愿者编号", "力量编号", "车辆编号")
_SKILLS = Column("skills", ("技能", "特长"), ("skills", "skill"), ("急救、方言", "first_aid, dialect"))
_PHONE = Column(
    "phone", ("手机", "手机号", "手机号码", "电话", "联系电话", "联系方式"), ("phone", "mobile", "telephone", "phone number"),
    ("19900000000",) * 2,
)  # fmt: skip
_LAT = Column("lat", ("纬度",), ("latitude", "lat", "lat_wgs84"), ("37.3835",) * 2, needed=True)
_LON = Column("lon", ("经度",), ("longitude", "lon", "lng", "lon_wgs84"), ("118.0193",) * 2, needed=True)
_DATUM = Column("datum", ("坐标系", "坐标系统"), ("datum", "coordinate system"), ("WGS-84",) * 2)

REGISTERS: dict[Register, tuple[Column, ...]] = {
    "volunteers": (
        Column("unit", _UNIT_ZH, ("unit", "id", "volunteer"), ("371602-U00001",) * 2, needed=True),
        Column("name", ("姓名", "名字"), ("name", "full name"), ("示例", "Example"), needed=True),
        _PHONE,
        _AREA,
        _SKILLS,
    ),
    "vehicles": (
        Column("unit", _UNIT_ZH, ("unit", "id", "vehicle"), ("371602-V01",) * 2, needed=True),
        Column("label", ("名称", "车牌", "车牌号", "呼号"), ("label", "name", "plate", "call sign"), ("救助01", "Rescue 01"), needed=True),
        Column("kind", ("类别", "类型"), ("kind", "type"), ("车辆", "vehicle")),
        _PHONE,
        _AREA,
        _SKILLS,
    ),
    "points": (
        Column("point", ("编号", "救助点编号"), ("point", "id"), ("371602-P01",) * 2, needed=True),
        Column("name", ("名称", "救助点名称"), ("name",), ("市中救助点", "Shizhong rescue point"), needed=True),
        _AREA,
        _LAT,
        _LON,
        _DATUM,
        Column("beds", ("床位", "床位数"), ("beds",), ("6",) * 2, needed=True),
        Column("open", ("开放", "是否开放"), ("open",), ("是", "yes")),
        Column("station", ("救助站", "是否救助站"), ("station", "is station"), ("否", "no")),
    ),
    "cameras": (
        Column("camera", ("编号", "摄像机编号", "设备编号", "设备编码"), ("camera", "id"), ("371602-001",) * 2, needed=True),
        Column("name", ("名称", "摄像机名称", "点位名称"), ("name",), ("渤海一路 路口", "Bohai First Road, crossing"), needed=True),
        _AREA,
        _LAT,
        _LON,
        _DATUM,
        Column("owner", ("归属", "归属单位", "所属单位"), ("owner",), ("公安", "police"), needed=True),
        Column("heading_deg", ("朝向", "方位角"), ("heading", "heading_deg", "azimuth"), ("90",) * 2),
        Column("url", ("地址", "视频地址", "取流地址"), ("url", "address", "stream"), ("rtsp://192.0.2.20/sub",) * 2),
        Column("protocol", ("协议",), ("protocol",), ("rtsp",) * 2),
        Column("dwell_threshold_s", ("停留阈值秒", "停留阈值"), ("dwell threshold s", "dwell_threshold_s"), ("600",) * 2),
    ),
    "accounts": (
        Column("username", ("登录名", "用户名", "账号"), ("username", "user name", "login"), ("zhou.min",) * 2, needed=True),
        Column("account", ("账号编号",), ("account", "account id"), ("zhou.min",) * 2),
        Column("role", ("角色",), ("role",), ("值班员", "operator"), needed=True),
        Column("area", ("辖区", *_AREA.zh), _AREA.en, ("371602",) * 2, needed=True),
        Column("display_name", ("显示名", "显示名称"), ("display name", "display_name"), ("滨城值班一席", "Bincheng desk 1")),
        Column("unit", ("力量编号", "力量"), ("unit",), ("",) * 2),
        Column("point", ("救助点编号", "救助点"), ("point",), ("",) * 2),
        Column("disabled", ("停用", "是否停用"), ("disabled",), ("否", "no")),
    ),
}


def head_key(head: str) -> str:
    """What two heads are compared by: letters and digits alone, small, with what stands in brackets left out."""
    outside = plain(head).partition("(")[0] or plain(head)
    return "".join(letter for letter in outside.casefold() if letter.isalnum())


def read_mapping(path: Path | None, register: Register) -> dict[str, str]:
    """Read a --columns file: our field → the file's own head. Raises ColumnsFileError, FileUnreadableError."""
    if path is None:
        return {}
    try:
        with path.open("rb") as file:
            raw = file.read(_MAPPING_MOST_BYTES + 1)
    except OSError as err:
        raise FileUnreadableError(f"The file of columns cannot be read: {err.strerror}.") from err
    if len(raw) > _MAPPING_MOST_BYTES:
        raise ColumnsFileError("The file of columns is too large to be one.")
    try:
        said = tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as err:
        raise ColumnsFileError(f"The file of columns is no TOML: {err}.") from err
    columns = said.get("columns")
    if set(said) != {"columns"} or not isinstance(columns, dict):
        raise ColumnsFileError("The file of columns has one table, [columns], and nothing else.")
    fields = {column.field for column in REGISTERS[register]}
    unknown = sorted(set(columns) - fields)
    if unknown:
        raise ColumnsFileError(f"{register} has no field {unknown[0][:40]!r}; it has {', '.join(sorted(fields))}.")
    for field, head in columns.items():
        if not isinstance(head, str) or not head_key(head) or len(head) > _HEAD_LONGEST:
            raise ColumnsFileError(f"The head of {field} is no text.")
    return columns
