"""One document as this process holds it: the typed form for checks, and the form that screens get. Pure, but for masked names."""

from typing import Any

import msgspec

from contracts.documents import (
    AccountDocument,
    CameraDocument,
    Document,
    IncidentDocument,
    PlanDocument,
    PointDocument,
    TallyDocument,
    UnitDocument,
)
from contracts.errors import UnreadableError
from web.board.masking import MaskedNames

TYPES: dict[str, type[Document]] = {
    "incident": IncidentDocument,
    "unit": UnitDocument,
    "roster": UnitDocument,
    "point": PointDocument,
    "camera": CameraDocument,
    "plan": PlanDocument,
    "account": AccountDocument,
    "tally": TallyDocument,
}
SHOWN: tuple[str, ...] = ("incident", "unit", "point", "camera", "plan", "tally")
_decoders = {kind: msgspec.json.Decoder(of) for kind, of in TYPES.items()}
_encoder = msgspec.json.Encoder()


class Card(msgspec.Struct, frozen=True):
    """area: what decides who may see it; the jurisdiction's own code for what has no place. shown: None where no screen gets it."""

    document: Document
    area: str
    shown: msgspec.Raw | None


def area_of(document: Document) -> str:
    """Return the division code that a document lies in."""
    match document:
        case IncidentDocument() | PointDocument() | CameraDocument():
            return document.place.area
        case UnitDocument():
            return document.area
        case _:
            return document.jurisdiction


def shown_form(document: Document, names: MaskedNames) -> dict[str, Any]:
    """Return the document as screens get it: no sealed field, masked names beside."""
    form: dict[str, Any] = msgspec.to_builtins(document)
    match document:
        case UnitDocument(name=name):
            form |= {"name": None, "phone": None, "masked_name": names.of(name) if name else document.label}
        case IncidentDocument():
            form |= {"description": None, "reporter": None}
        case _:
            pass
    return form


def decode(kind: str, raw: bytes | msgspec.Raw) -> Document:
    """Read one document. Raises UnreadableError."""
    try:
        return _decoders[kind].decode(raw)
    except (KeyError, msgspec.MsgspecError, UnicodeDecodeError) as err:
        raise UnreadableError(f"A document of kind {kind!r} in the read model is not readable: {err}") from err


def card(kind: str, raw: bytes | msgspec.Raw, names: MaskedNames | None) -> Card:
    """Read one document and prepare what screens get of it; without names nothing is prepared. Raises UnreadableError."""
    document = decode(kind, raw)
    shown = msgspec.Raw(_encoder.encode(shown_form(document, names))) if names is not None and kind in SHOWN else None
    return Card(document, area_of(document), shown)
