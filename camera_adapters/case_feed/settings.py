"""The mapping file of a vendor: where its document holds what, and what its words mean."""

import re
import tomllib
from pathlib import Path

import msgspec

from camera_adapters.datum import Datum
from contracts.errors import NuandengError
from contracts.terms import Source, Urgency
from contracts.values import Value

_VENDOR = re.compile(r"^[a-z0-9][a-z0-9_-]{0,62}$")


class MappingError(NuandengError):
    """A vendor's mapping file is missing or wrong."""

    code = "mapping_invalid"
    what_to_do = "Correct the vendor's mapping file; docs/case-feed.md describes it."


class FieldPaths(Value, frozen=True, kw_only=True):
    """Dotted paths into the vendor's document, `items.0.name` for a list's first. "" : the vendor has no such field."""

    reference: str
    lat: str
    lon: str
    area: str
    datum: str = ""
    place_name: str = ""
    reported_at: str = ""
    category: tuple[str, ...] = ()
    description: str = ""
    reporter_name: str = ""
    reporter_phone: str = ""
    people: str = ""
    minor: str = ""
    stage: str = ""
    urgency: str = ""


class PollSettings(Value, frozen=True, kw_only=True):
    """For vendors that are asked instead of sending. cases: path to the list in the answer, "" when the answer is the list."""

    url: str
    every_s: float = 60.0
    patience_s: float = 20.0
    headers: dict[str, str] = {}
    cases: str = ""


class VendorMapping(Value, frozen=True, kw_only=True):
    """One vendor. time: `iso`, `epoch_s`, `epoch_ms` or a strptime pattern, read with zone when it has none.

    urgency: word found in the category (or in the urgency field) → urgency; the first that matches, else default_urgency.
    open_stages: stages that make a report; empty: all do. Words for true in the field `minor`: minor_words.
    """

    vendor: str
    fields: FieldPaths
    datum: Datum
    source: Source = Source.CASE_FEED
    time: str = "iso"
    zone: str = "+08:00"
    urgency: dict[str, Urgency] = {}
    default_urgency: Urgency = Urgency.URGENT
    open_stages: tuple[str, ...] = ()
    minor_words: tuple[str, ...] = ("true", "1", "是", "yes")
    poll: PollSettings | None = None


def mapping_file(vendor: str, folder: Path | None) -> Path:
    """Return `{vendor}.toml` of the folder, else of our own mappings. Raises MappingError."""
    _check_name(vendor)
    own = Path(__file__).parent / "mappings"
    path = next((p for p in ((folder / f"{vendor}.toml") if folder else None, own / f"{vendor}.toml") if p and p.is_file()), None)
    if path is None:
        raise MappingError(f"There is no mapping file for the vendor {vendor}.")
    return path


def _check_name(vendor: str) -> None:
    if not _VENDOR.match(vendor):
        raise MappingError(f"{vendor!r:.80} cannot be a vendor's name.")


def load_mapping(vendor: str, folder: Path | None) -> VendorMapping:
    """Read the mapping file that `mapping_file` finds. Raises MappingError."""
    return read_mapping(mapping_file(vendor, folder))


def read_mapping(path: Path, vendor: str | None = None) -> VendorMapping:
    """Read a mapping file of this vendor, or of the one it is named after. Raises MappingError with the field that is wrong."""
    _check_name(vendor or path.stem)
    try:
        mapping = msgspec.convert(tomllib.loads(path.read_text("utf-8")), VendorMapping)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as err:
        raise MappingError(f"{path.name}: {err}") from err
    if mapping.vendor != (vendor or path.stem):
        raise MappingError(f"{path.name} is the mapping of {mapping.vendor!r}.")
    return mapping
