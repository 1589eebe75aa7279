"""A vendor's case document → our report, by its mapping."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from camera_adapters.case_feed.settings import VendorMapping
from camera_adapters.datum import Datum, to_wgs84
from contracts.errors import UnreadableError
from contracts.observations import IntakeReport
from contracts.terms import Urgency
from contracts.values import Place, Sealed

# As base64 of a sealed record it must fit into a Kafka message and into a dead letter.
MAX_BYTES = 400 * 1024
_TEXT_LIMIT = 4000
_MAX_PEOPLE = 500
_AREA_DIGITS = 12

SealTexts = Callable[[dict[str, str]], dict[str, Sealed]]


def parse_json(raw: bytes) -> Any:
    """Return the JSON value. Raises UnreadableError when it is none, too large or nested too deep."""
    if len(raw) > MAX_BYTES:
        raise UnreadableError(f"{len(raw)} bytes; more than {MAX_BYTES} are not read.")
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as err:
        raise UnreadableError(f"No JSON: {type(err).__name__}: {err}") from err


def cases_in(raw: bytes, path: str) -> list[Any]:
    """Return the list of cases at a path of a document, "" for the document itself. Raises UnreadableError."""
    document = parse_json(raw)
    found = value_at(document, path) if path else document
    if not isinstance(found, list):
        raise UnreadableError(f"{path or 'The answer'} is no list of cases.")
    return found


def parse_case(case: Any, mapping: VendorMapping, *, seal: SealTexts, received_at_ms: int) -> IntakeReport | None:
    """Return the report of one case, None when its stage says that it is no longer open.

    Args:
        case: the vendor's document, decoded.
        mapping: the vendor's.
        seal: seals personal texts, all with one new key; called once, with those that are there.
        received_at_ms: stands for the time of the report when the vendor gives none.
    Raises:
        UnreadableError: a field is missing or wrong; the message names its path.
    """
    if not isinstance(case, dict):
        raise UnreadableError("The case is no JSON object.")
    paths = mapping.fields
    stage = _text(case, paths.stage)
    if mapping.open_stages and stage and stage not in mapping.open_stages:
        return None
    reference = _needed(case, paths.reference, "reference")
    area = "".join(c for c in _needed(case, paths.area, "area") if c.isdigit())
    if len(area) < 6:
        raise UnreadableError(f"{paths.area}: {area!r:.40} is no division or grid code.")
    personal = {"description": _text(case, paths.description), "reporter": _reporter(case, mapping)}
    place, category, people = _place(case, mapping, area), _category(case, mapping), _count(case, paths.people)
    reported_at_ms = _time_ms(case, mapping, received_at_ms)
    sealed = seal({name: text for name, text in personal.items() if text})
    return IntakeReport(
        reference=reference[:200], jurisdiction=area[:6], source=mapping.source, vendor=mapping.vendor,
        urgency=_urgency(category, _text(case, paths.urgency), mapping), place=place, reported_at_ms=reported_at_ms,
        category=category, people=people, minor=_text(case, paths.minor).lower() in mapping.minor_words,
        description=sealed.get("description"), reporter=sealed.get("reporter"),
    )  # fmt: skip


def value_at(document: Any, path: str) -> Any:
    """Return what stands at a dotted path, None if nothing does."""
    for step in path.split(".") if path else ():
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document if path else None


def _text(case: Any, path: str) -> str:
    found = value_at(case, path)
    if found is None or isinstance(found, (dict, list)):
        return ""
    return ("true" if found else "false") if isinstance(found, bool) else str(found).strip()[:_TEXT_LIMIT]


def _needed(case: Any, path: str, what: str) -> str:
    found = _text(case, path)
    if not found:
        raise UnreadableError(f"{path or what}: missing.")
    return found


def _number(case: Any, path: str, what: str) -> float:
    text = _needed(case, path, what)
    try:
        return float(text)
    except ValueError as err:
        raise UnreadableError(f"{path}: {text!r:.40} is no number.") from err


def _place(case: Any, mapping: VendorMapping, area: str) -> Place:
    paths = mapping.fields
    lat, lon = _number(case, paths.lat, "lat"), _number(case, paths.lon, "lon")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        raise UnreadableError(f"{paths.lat}, {paths.lon}: {lat:g}, {lon:g} is no point on earth.")
    stated = _text(case, paths.datum).lower().replace("-", "")
    if stated and stated not in set(Datum):
        raise UnreadableError(f"{paths.datum}: the datum {stated!r:.40} is unknown.")
    lat_wgs84, lon_wgs84 = to_wgs84(lat, lon, Datum(stated) if stated else mapping.datum)
    name = _text(case, paths.place_name)[:200]
    return Place(lat_wgs84=round(lat_wgs84, 7), lon_wgs84=round(lon_wgs84, 7), area=area[:_AREA_DIGITS].ljust(_AREA_DIGITS, "0"), name=name)


def _category(case: Any, mapping: VendorMapping) -> str:
    return "/".join(filter(None, (_text(case, path)[:100] for path in mapping.fields.category)))


def _urgency(category: str, stated: str, mapping: VendorMapping) -> Urgency:
    if stated and stated in mapping.urgency:
        return mapping.urgency[stated]
    return next((urgency for word, urgency in mapping.urgency.items() if word in category), mapping.default_urgency)


def _count(case: Any, path: str) -> int:
    text = _text(case, path)
    if not text:
        return 1
    try:
        return min(max(int(float(text)), 1), _MAX_PEOPLE)
    except (ValueError, OverflowError) as err:
        raise UnreadableError(f"{path}: {text!r:.40} is no number of people.") from err


def _reporter(case: Any, mapping: VendorMapping) -> str:
    return " ".join(filter(None, (_text(case, mapping.fields.reporter_name), _text(case, mapping.fields.reporter_phone))))


def _time_ms(case: Any, mapping: VendorMapping, received_at_ms: int) -> int:
    path = mapping.fields.reported_at
    text = _text(case, path)
    if not text:
        return received_at_ms
    try:
        match mapping.time:
            case "epoch_ms":
                return int(text)
            case "epoch_s":
                return round(float(text) * 1000)
            case "iso":
                read = datetime.fromisoformat(text)
            case pattern:
                read = datetime.strptime(text, pattern)  # noqa: DTZ007 - the mapping's zone follows
        if read.tzinfo is None:
            read = read.replace(tzinfo=datetime.fromisoformat(f"2000-01-01T00:00:00{mapping.zone}").tzinfo)
        return round(read.timestamp() * 1000)
    except (ValueError, OverflowError) as err:
        raise UnreadableError(f"{path}: {text!r:.40} is no time as the mapping says.") from err
