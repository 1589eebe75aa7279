"""What can be wrong with a cell: stable codes, and in Chinese and English what it is and what to do. A code never changes its meaning."""

from typing import Literal, NamedTuple

Language = Literal["zh", "en"]


class CellCode(NamedTuple):
    """Sentences name no content: a cell may hold somebody's name or number."""

    zh: str
    en: str
    zh_do: str
    en_do: str

    def says(self, lang: Language) -> str:
        """What is wrong, and what to do."""
        return f"{self.zh}{self.zh_do}" if lang == "zh" else f"{self.en} {self.en_do}"


CELL_CODES: dict[str, CellCode] = {
    "missing": CellCode("此项必填。", "This must be given.", "请填写。", "Fill it in."),
    "formula": CellCode("单元格是公式,不会计算。", "This is a formula; none is evaluated.", "请粘贴为数值。", "Paste it as a value."),
    "cell_error": CellCode("单元格是错误值。", "This is an error value.", "请改为正确的值。", "Put the right value there."),
    "too_long": CellCode("内容过长。", "This is too long.", "请缩短。", "Shorten it."),
    "text_wrong": CellCode(
        "含有不可见的控制字符。", "This holds characters that cannot be seen.", "请重新输入这一格。", "Type this cell anew."
    ),
    "id_wrong": CellCode(
        "编号只能用字母、数字和 . _ - ,不超过 64 个。", "An identifier is up to 64 letters A to Z, digits, and . _ - between them.",
        "请改编号。", "Choose another identifier.",
    ),
    "id_twice": CellCode(
        "编号在本文件中重复。", "This identifier stands in the file twice.",
        "请删去或改掉一行。", "Remove or change one of the rows.",
    ),
    "id_taken": CellCode(
        "编号已被另一种力量使用。", "Something of another kind has this identifier.", "请换一个编号。", "Choose another identifier."
    ),
    "id_elsewhere": CellCode(
        "此编号登记在另一个区县,登记不能跨区县移动。", "This identifier is registered in another county, and does not move.",
        "请改区划,或换一个编号。", "Correct the area, or choose another identifier.",
    ),
    "username_taken": CellCode(
        "登录名已被另一账号使用。", "Another account has this user name.", "请换一个登录名。", "Choose another user name."
    ),
    "personal_in_clear": CellCode(
        "这一格会以明文写入日志,不能写个人信息(手机号、身份证号、志愿者姓名)。",
        "This would stand in the log unsealed: no telephone or identity number, and no volunteer's name.",
        "志愿者姓名与电话请写在志愿者登记表中;这里请留空或改用编号。",
        "Names and numbers belong into the register of volunteers; leave this empty, or take an identifier.",
    ),
    "area_wrong": CellCode(
        "不是 6、9 或 12 位的区划代码。", "This is no division code of 6, 9 or 12 digits.",
        "请填国家统计局的区划代码,或区县名称。", "Give the national division code, or the county's name.",
    ),
    "area_unknown": CellCode(
        "此区划不属于本系统的任何区县。", "This area belongs to no county of this installation.",
        "请改区划,或先在设置中加上该区县。", "Correct it, or add the county to the settings first.",
    ),
    "number_wrong": CellCode("不是数字,或超出范围。", "This is no number, or out of its range.", "请改正。", "Correct it."),
    "coordinate_wrong": CellCode(
        "不是以度为单位的坐标。", "This is no coordinate in degrees.", "请填十进制度,如 37.3835。", "Give decimal degrees, such as 37.3835."
    ),
    "coordinates_swapped": CellCode(
        "经纬度似乎填反了。", "Latitude and longitude seem to be swapped.", "请交换两列。", "Swap the two columns."
    ),
    "outside_area": CellCode(
        "坐标不在所填区县之内。", "The coordinates lie outside the county that is given.",
        "请检查坐标、坐标系(WGS-84、GCJ-02、BD-09)和区划。", "Check them, their datum (WGS-84, GCJ-02, BD-09) and the area.",
    ),
    "datum_unknown": CellCode(
        "不认识的坐标系。", "This datum is not known.",
        "请填 WGS-84、GCJ-02 或 BD-09。", "Give WGS-84, GCJ-02 or BD-09.",
    ),
    "phone_wrong": CellCode(
        "不是电话号码。", "This is no telephone number.", "请填 11 位手机号、带区号的座机号,或以 + 开头的国际号码。",
        "Give a mobile number, a landline with its area code, or an international one with +.",
    ),
    "skill_unknown": CellCode(
        "有不认识的技能。", "One of these skills is not known.", "可填:急救、心理、方言、医护、担架、热食,用顿号隔开。",
        "Known are first_aid, psychology, dialect, medical, stretcher, hot_meal; put commas between.",
    ),
    "kind_unknown": CellCode("不认识的类别。", "This kind is not known.", "请填:车辆 或 巡逻队。", "Give vehicle or patrol."),
    "owner_unknown": CellCode(
        "不认识的归属。", "This owner is not known.",
        "请填:公安、城管 或 大数据局。", "Give police, urban_management or data_bureau.",
    ),
    "role_unknown": CellCode(
        "不认识的角色。", "This role is not known.", "可填:值班员、值班长、志愿者、救助站、协办单位、核查员、审计员、管理员。",
        "Give operator, supervisor, responder, station, agency, verifier, auditor or admin.",
    ),
    "yes_no_wrong": CellCode("不是“是”或“否”。", "This is neither yes nor no.", "请填:是 或 否。", "Give yes or no."),
    "url_wrong": CellCode(
        "不是 rtsp、rtsps、http 或 https 地址。", "This is no address with rtsp, rtsps, http or https.", "请改地址。", "Correct it."
    ),
    "protocol_unknown": CellCode(
        "不认识的协议。", "This protocol is not known.",
        "请填 rtsp、mpegts_http 或 snapshot,或留空。", "Give rtsp, mpegts_http or snapshot, or leave it empty.",
    ),
    "unit_unknown": CellCode(
        "没有登记这个力量。", "No such unit is registered.", "请先导入志愿者和车辆。", "Import volunteers and vehicles first."
    ),
    "point_unknown": CellCode(
        "没有登记这个救助点。", "No such rescue point is registered.", "请先导入救助点。", "Import the rescue points first."
    ),
    "unit_missing": CellCode(
        "志愿者账号须写明其力量编号。", "A responder's account needs its unit.", "请填力量编号。", "Give the unit's identifier."
    ),
    "point_missing": CellCode(
        "救助站账号须写明其救助点编号。", "A station's account needs its rescue point.", "请填救助点编号。", "Give the point's identifier."
    ),
    # Not an error: the row is left alone, whatever else happens.
    "person_erased": CellCode(
        "此人的个人信息已被销毁,不再登记。", "This person was erased, and is not registered again.",
        "请从表中删去;本人重新加入时用新的编号。", "Remove the row; whoever joins again of their own will gets another identifier.",
    ),
}  # fmt: skip


class Trouble(NamedTuple):
    """column: letters; field: ours, '' for a head of the file that we don't know."""

    row: int
    column: str
    field: str
    code: str
