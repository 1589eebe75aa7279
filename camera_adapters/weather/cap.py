"""CAP 1.2. Source: OASIS, Common Alerting Protocol Version 1.2, 1 July 2010. 1.1, which differs in nothing read here, is read too."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from camera_adapters.weather.areas import DIVISION_LISTS, MAX_POINTS, Ring, circle, divisions, polygon
from camera_adapters.weather.hazards import CAP_SEVERITIES, hazard_of_code, hazard_of_words, level_of_colour
from camera_adapters.weather.times import epoch_ms
from camera_adapters.weather.xml_reading import children, required, text_of
from contracts.errors import UnreadableError
from contracts.observations import WeatherWarning
from contracts.terms import Hazard, WarningKind, WarningLevel

NAMESPACE = "urn:oasis:names:tc:emergency:cap:"
# One message may hold several warnings (another level farther off). They become `id`, `id#2`, `id#3` …
MAX_SEGMENTS = 16
_KINDS = {"Alert": WarningKind.ALERT, "Update": WarningKind.UPDATE, "Cancel": WarningKind.CANCEL}
_REAL, _EXERCISE = "Actual", "Exercise"
_HEADLINE_LENGTH = 300
_IDENTIFIER_LENGTH = 256
# Parameters in which services name the colour of a warning whose severity says less.
_COLOUR_PARAMETERS = frozenset({"alert_color", "awareness_level", "color", "colour", "severity_color"})


@dataclass(frozen=True, slots=True)
class Segment:
    """What one <info> says: one hazard at one level, somewhere, for some time."""

    hazard: Hazard
    level: WarningLevel
    headline: str
    areas: tuple[str, ...]
    polygons: tuple[Ring, ...]
    effective_at_ms: int
    expires_at_ms: int | None


def read_cap(alert: Element) -> tuple[WeatherWarning, ...]:
    """Return the warnings of one message, in the language we prefer.

    Raises:
        UnreadableError: something required is missing or wrong, or the message is no public warning (test, draft, system).
    """
    status = required(alert, "status")
    if status not in {_REAL, _EXERCISE}:
        raise UnreadableError(f"The message's status is {status!r:.40}; only actual warnings and exercises count.")
    required(alert, "scope")
    identifier, sent_at_ms, kind = identifier_of(alert), epoch_ms(required(alert, "sent")), required(alert, "msgType")
    if kind not in _KINDS:
        raise UnreadableError(f"The message's type is {kind!r:.40}; only Alert, Update and Cancel say something new.")
    references = references_of(text_of(alert, "references"))
    if _KINDS[kind] is not WarningKind.ALERT and not references:
        raise UnreadableError(f"The {kind} refers to no message.")
    segments = _segments(alert, sent_at_ms)
    if not segments:
        if _KINDS[kind] is not WarningKind.CANCEL:
            raise UnreadableError("The message has no <info>.")
        segments = [Segment(Hazard.OTHER, WarningLevel.BLUE, "", (), (), sent_at_ms, None)]
    return tuple(
        WeatherWarning(
            identifier=identifier if n == 1 else f"{identifier}#{n}", sender=required(alert, "sender"), kind=_KINDS[kind],
            references=all_segments(references), hazard=part.hazard, level=part.level, headline=part.headline, areas=part.areas,
            polygons=part.polygons, sent_at_ms=sent_at_ms, effective_at_ms=part.effective_at_ms, expires_at_ms=part.expires_at_ms,
            simulated=status == _EXERCISE,
        )
        for n, part in enumerate(segments, 1)
    )  # fmt: skip


def identifier_of(alert: Element) -> str:
    """Return the identifier. Raises UnreadableError when it is missing, too long, or has characters that CAP forbids in it."""
    identifier = required(alert, "identifier")
    if len(identifier) > _IDENTIFIER_LENGTH or any(c in identifier for c in " ,<&#\t\n"):
        raise UnreadableError(f"The identifier {identifier!r:.80} is too long or has forbidden characters.")
    return identifier


def references_of(text: str) -> tuple[str, ...]:
    """Return the identifiers in `sender,identifier,sent sender,identifier,sent …`; a lone identifier is taken as one."""
    groups = [group.split(",") for group in text.split()]
    found = (group[1] if len(group) == 3 else part for group in groups for part in (group[:1] if len(group) == 3 else group))
    return tuple(dict.fromkeys(identifier for identifier in found if identifier))[:256]


def all_segments(references: tuple[str, ...]) -> tuple[str, ...]:
    """Return the references with every segment that the messages may have had: an update replaces them all."""
    return tuple(name for reference in references for name in (reference, *(f"{reference}#{n}" for n in range(2, MAX_SEGMENTS + 1))))


def _segments(alert: Element, sent_at_ms: int) -> list[Segment]:
    infos = _preferred(children(alert, "info"))
    merged: dict[tuple[object, ...], Segment] = {}
    for info in infos:
        part = _segment(info, sent_at_ms)
        key = (part.hazard, part.level, part.effective_at_ms, part.expires_at_ms)
        known = merged.get(key)
        merged[key] = part if known is None else Segment(
            part.hazard, part.level, known.headline, tuple(dict.fromkeys(known.areas + part.areas)), known.polygons + part.polygons,
            part.effective_at_ms, part.expires_at_ms,
        )  # fmt: skip
    if len(merged) > MAX_SEGMENTS:
        raise UnreadableError(f"The message holds {len(merged)} different warnings; more than {MAX_SEGMENTS} are not read.")
    if sum(len(ring) for part in merged.values() for ring in part.polygons) > MAX_POINTS:
        raise UnreadableError(f"The areas have more than {MAX_POINTS} corners.")
    return list(merged.values())


def _preferred(infos: list[Element]) -> list[Element]:
    # The same warning stands there once in every language: Chinese if there is, else English, else the first one's.
    spoken = [(text_of(info, "language") or "en-US").lower() for info in infos]
    for wanted in ("zh", "en", *spoken[:1]):
        chosen = [info for info, language in zip(infos, spoken, strict=True) if language.startswith(wanted)]
        if chosen:
            return chosen
    return []


def _segment(info: Element, sent_at_ms: int) -> Segment:
    event = required(info, "event")
    headline = text_of(info, "headline") or event
    codes = [text_of(code, "value") for code in children(info, "eventCode")]
    hazard = next((found for found in map(hazard_of_code, codes) if found is not None), None)
    severity = required(info, "severity").lower()
    if severity not in CAP_SEVERITIES:
        raise UnreadableError(f"The severity {severity!r:.40} is not one of CAP's.")
    named = [text_of(p, "value") for p in children(info, "parameter") if text_of(p, "valueName").lower() in _COLOUR_PARAMETERS]
    level = next((found for found in map(level_of_colour, [*named, event, headline]) if found is not None), CAP_SEVERITIES[severity])
    areas, polygons = _area(info)
    starts, ends = text_of(info, "effective") or text_of(info, "onset"), text_of(info, "expires")
    return Segment(
        hazard or hazard_of_words(event), level, headline[:_HEADLINE_LENGTH], areas, polygons,
        epoch_ms(starts) if starts else sent_at_ms, epoch_ms(ends) if ends else None,
    )  # fmt: skip


def _area(info: Element) -> tuple[tuple[str, ...], tuple[Ring, ...]]:
    codes: list[str] = []
    rings: list[Ring] = []
    for area in children(info, "area"):
        rings += [polygon(shape.text or "") for shape in children(area, "polygon") if (shape.text or "").strip()]
        rings += [circle(shape.text or "") for shape in children(area, "circle") if (shape.text or "").strip()]
        for code in children(area, "geocode"):
            if text_of(code, "valueName").lower() in DIVISION_LISTS:
                codes += divisions(text_of(code, "value"))
    return tuple(dict.fromkeys(codes)), tuple(rings)
