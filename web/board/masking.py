"""Names for screens: enough to tell two people apart, not enough to know who they are. Pure, but for the opening of seals."""

import base64
import re
import time
from collections import OrderedDict
from collections.abc import Callable

from contracts.errors import KeyDestroyedError, UnreadableError
from contracts.ports import Sealer
from contracts.values import Sealed

_CJK = re.compile(r"[㐀-鿿]")
_COMPOUND = frozenset(
    {"欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "司徒", "夏侯", "宇文", "长孙", "端木", "申屠"}
)
_TITLE = re.compile(
    r"值班|志愿者|救助|核查|审计|管理|车组|巡查|[Oo]perator|[Ss]upervisor|[Vv]olunteer|[Ss]tation|[Vv]erifier|[Aa]uditor|[Aa]dmin"
)
ERASED = "—"


def mask(name: str) -> str:
    """Return 王** for 王建国, 欧阳** for 欧阳娜, L. M. for Li Ming; a title such as 值班长 stays as it is."""
    name = name.strip()
    if not name or _TITLE.search(name):
        return name
    if _CJK.match(name):
        surname = name[:2] if name[:2] in _COMPOUND and len(name) > 2 else name[0]
        return f"{surname}**"
    return " ".join(f"{word[0]}." for word in name.split())


class MaskedNames:
    """Masked forms of sealed names, remembered for a while: a crowded night changes one unit a hundred times.

    The time is short so that somebody who was erased is gone from memory soon as well.
    """

    def __init__(self, sealer: Sealer, *, keep_s: float = 600.0, most: int = 50_000, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._sealer, self._keep_s, self._most, self._clock_s = sealer, keep_s, most, clock_s
        self._known: OrderedDict[bytes, tuple[float, str]] = OrderedDict()

    def of(self, sealed: Sealed) -> str:
        """Return the masked name, a dash if its key was destroyed."""
        # The tag at the end of the box tells boxes apart; the whole box would be ten times the memory.
        handle = base64.b64decode(sealed.box)[-16:]
        found, now_s = self._known.get(handle), self._clock_s()
        if found is not None and found[0] > now_s:
            return found[1]
        try:
            masked = mask(self._sealer.unseal_text(sealed))
        except (KeyDestroyedError, UnreadableError):
            masked = ERASED
        self._known[handle] = (now_s + self._keep_s, masked)
        self._known.move_to_end(handle)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return masked
