"""weather.warnings → which jurisdictions a warning concerns → one ApplyWarning for each."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from contracts.commands import ApplyWarning
from contracts.observations import WeatherWarning
from contracts.terms import WarningKind
from stream.agents import UnusableError
from stream.commands import CommandSender, system_command
from stream.follow import LogFollower

decode_warning = msgspec.json.Decoder(WeatherWarning).decode

# Warnings whose addressees are remembered: far more than are sent before the log shows the first of them.
_TOLD_MOST = 1_000


def read_borders(path: Path) -> dict[str, Any]:
    """Return jurisdiction → shapely geometry in (lon, lat) from a GeoJSON file whose features have `adcode`. Raises OSError, ValueError."""
    from shapely import prepare  # noqa: PLC0415 - half a second that only this worker pays
    from shapely.geometry import shape  # noqa: PLC0415

    found = {str(feature["properties"]["adcode"]): shape(feature["geometry"]) for feature in json.loads(path.read_bytes())["features"]}
    for border in found.values():
        prepare(border)
    return found


def concerned(warning: WeatherWarning, jurisdictions: Iterable[str], borders: Mapping[str, Any]) -> list[str]:
    """Return the jurisdictions that a warning is for.

    By area: the code is the jurisdiction's, one inside it, or one around it (37 is the province of 3716, 3716 the city of 371602).
    By polygon: it meets the jurisdiction's border. A city's own jurisdiction (…00) is concerned only by what covers the whole city.
    """
    codes = [_significant(area) for area in warning.areas]
    rings = [_ring(polygon) for polygon in warning.polygons] if warning.polygons else []
    found = []
    for jurisdiction in jurisdictions:
        own = _significant(jurisdiction)
        city = len(own) <= 4
        by_area = any(own.startswith(code) or (not city and code.startswith(own)) for code in codes)
        border = borders.get(jurisdiction)
        if by_area or (border is not None and any(border.intersects(ring) for ring in rings)):
            found.append(jurisdiction)
    return found


def _significant(code: str) -> str:
    """A division code without the pairs of zeros that say `all of it`: 371600 → 3716, 371602001000 → 371602001."""
    if not code.isdigit() or len(code) < 2:
        return code or "?"
    if len(code) > 6:
        head, tail = code[:6], code[6:]
        return head + tail.rstrip("0") if tail.strip("0") else _significant(head)
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code


def _ring(polygon: tuple[tuple[float, float], ...]) -> Any:
    from shapely import Polygon, make_valid  # noqa: PLC0415

    try:
        return make_valid(Polygon([(lon, lat) for lat, lon in polygon]))
    except (ValueError, TypeError) as err:
        raise UnusableError("polygon_wrong", str(err)) from err


class WeatherDesk:
    """Uses one warning at a time."""

    def __init__(self, jurisdictions: Iterable[str], borders: Mapping[str, Any], follower: LogFollower, sender: CommandSender) -> None:
        self._jurisdictions, self._borders = tuple(jurisdictions), borders
        self._follower, self._sender = follower, sender
        # Warning → who was told of it here. What is sent stands in the states only a moment later, and an update may be sooner.
        self._told: dict[str, set[str]] = {}

    async def use(self, raw: bytes) -> None:
        """Send ApplyWarning to whom it concerns, and to who still holds what it updates or cancels.

        Raises:
            UnusableError: it names nobody of ours. msgspec.MsgspecError, KafkaError.
        """
        warning = decode_warning(raw)
        await self._follower.ready.wait()
        meant = concerned(warning, self._jurisdictions, self._borders)
        holders: set[str] = set()
        if warning.kind is not WarningKind.ALERT:
            holders = self._holders({warning.identifier, *warning.references})
            # What no longer concerns a jurisdiction that holds it ends there: an update elsewhere is a cancellation here.
            for jurisdiction in sorted(holders - set(meant)):
                await self._send(jurisdiction, msgspec.structs.replace(warning, kind=WarningKind.CANCEL))
        if not meant and not holders:
            raise UnusableError("concerns_nobody", f"{warning.identifier}: areas {', '.join(warning.areas) or 'none'}")
        # A cancellation too goes to all that it is for: only their writer knows for certain what they hold when it comes to it.
        for jurisdiction in meant:
            await self._send(jurisdiction, warning)
        if warning.kind is not WarningKind.CANCEL:
            self._told.setdefault(warning.identifier, set()).update(meant)
            while len(self._told) > _TOLD_MOST:
                del self._told[next(iter(self._told))]

    def _holders(self, named: set[str]) -> set[str]:
        in_the_log = {state.jurisdiction for state in self._follower.states() if named & state.warnings.keys()}
        return in_the_log.union(*(self._told.get(identifier, set()) for identifier in named))

    async def _send(self, jurisdiction: str, warning: WeatherWarning) -> None:
        command_id = f"sys:{jurisdiction}:warning:{warning.identifier}:{warning.sent_at_ms}"
        await self._sender.send(system_command(ApplyWarning(warning=warning), jurisdiction=jurisdiction, command_id=command_id))
