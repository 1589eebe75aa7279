"""Warnings of the national early-warning service (12379): XML of its own that only looks like CAP.

Without a namespace; `severity` is a colour; areas are comma-separated 12-digit division codes; `expires` may be empty.
"""

from xml.etree.ElementTree import Element

from camera_adapters.weather.areas import divisions, polygon
from camera_adapters.weather.cap import Segment, identifier_of, references_of
from camera_adapters.weather.hazards import hazard_of_code, hazard_of_words, level_of_colour
from camera_adapters.weather.times import epoch_ms
from camera_adapters.weather.xml_reading import children, required, text_of
from contracts.errors import UnreadableError
from contracts.observations import WeatherWarning
from contracts.terms import Hazard, WarningKind, WarningLevel

_KINDS = {"alert": WarningKind.ALERT, "update": WarningKind.UPDATE, "cancel": WarningKind.CANCEL}
_HEADLINE_LENGTH = 300


def read_12379(alert: Element) -> tuple[WeatherWarning, ...]:
    """Return the one warning of a message. Raises UnreadableError."""
    kind = _KINDS.get(required(alert, "msgType").lower())
    if kind is None:
        raise UnreadableError(f"The message's type is {text_of(alert, 'msgType')!r:.40}.")
    status = text_of(alert, "status") or "Actual"
    if status not in {"Actual", "Exercise"}:
        raise UnreadableError(f"The message's status is {status!r:.40}; only actual warnings and exercises count.")
    identifier, sent_at_ms = identifier_of(alert), epoch_ms(required(alert, "sendTime"), china=True)
    references = tuple(r for r in references_of(text_of(alert, "references")) if r != identifier)
    if kind is not WarningKind.ALERT and not references:
        raise UnreadableError("An update or cancellation refers to no message.")
    info = next(iter(children(alert, "info")), None)
    if info is None and kind is not WarningKind.CANCEL:
        raise UnreadableError("The message has no <info>.")
    about = _about(info, sent_at_ms, kind)
    sender = text_of(alert, "senderCode") or text_of(alert, "sender") or identifier.partition("_")[0]
    return (WeatherWarning(
        identifier=identifier, sender=sender, kind=kind, references=references, hazard=about.hazard, level=about.level,
        headline=about.headline, areas=about.areas, polygons=about.polygons, sent_at_ms=sent_at_ms,
        effective_at_ms=about.effective_at_ms, expires_at_ms=about.expires_at_ms, simulated=status == "Exercise",
    ),)  # fmt: skip


def _about(info: Element | None, sent_at_ms: int, kind: WarningKind) -> Segment:
    hazard, level, headline, starts, ends = Hazard.OTHER, WarningLevel.BLUE, "", "", ""
    areas: list[str] = []
    rings = []
    if info is not None:
        event = required(info, "eventType")
        headline = text_of(info, "headline")
        hazard = hazard_of_code(event) or hazard_of_words(event + headline)
        named = level_of_colour(text_of(info, "severity")) or level_of_colour(headline)
        if named is None and kind is not WarningKind.CANCEL:
            raise UnreadableError(f"The severity {text_of(info, 'severity')!r:.40} is no colour.")
        level = named or WarningLevel.BLUE
        starts, ends = text_of(info, "effective"), text_of(info, "expires")
        for area in children(info, "area"):
            areas += [code for geocode in children(area, "geocode") for code in divisions(geocode.text or "")]
            rings += [polygon(shape.text or "") for shape in children(area, "polygon") if (shape.text or "").strip()]
    return Segment(
        hazard, level, headline[:_HEADLINE_LENGTH], tuple(dict.fromkeys(areas)), tuple(rings),
        epoch_ms(starts, china=True) if starts else sent_at_ms, epoch_ms(ends, china=True) if ends else None,
    )  # fmt: skip
