"""Cases of any vendor, with their personal fields sealed as they come in."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from camera_adapters.case_feed.parse import parse_case, parse_json
from camera_adapters.case_feed.settings import VendorMapping, load_mapping
from camera_adapters.publish import dead_letter
from contracts.errors import UnreadableError
from contracts.observations import DeadLetter, IntakeReport
from contracts.ports import KeyStore, Sealer
from contracts.values import Sealed


class CaseReader:
    """Parses and seals. Mapping files are read once."""

    def __init__(self, keys: KeyStore, sealer: Sealer, mappings: Path | None) -> None:
        """mappings: the folder of this installation's mapping files; ours are used beside them."""
        self._keys = keys
        self._sealer = sealer
        self._folder = mappings
        self._mappings: dict[str, VendorMapping] = {}

    def mapping(self, vendor: str) -> VendorMapping:
        """Return a vendor's mapping. Raises MappingError."""
        if vendor not in self._mappings:
            self._mappings[vendor] = load_mapping(vendor, self._folder)
        return self._mappings[vendor]

    def read(self, vendor: str, body: bytes, received_at_ms: int) -> tuple[IntakeReport | DeadLetter, ...]:
        """Return the facts in a body: of one case, or of a list of them. Raises UnreadableError when it is no JSON, MappingError."""
        mapping = self.mapping(vendor)
        document = parse_json(body)
        return tuple(self.facts(document if isinstance(document, list) else [document], mapping, received_at_ms))

    def facts(self, cases: Iterable[Any], mapping: VendorMapping, received_at_ms: int) -> Iterator[IntakeReport | DeadLetter]:
        """Yield a report for each open case, and a dead letter for each that cannot be read, so that one spoils no other."""
        for case in cases:
            try:
                report = parse_case(case, mapping, seal=self._seal, received_at_ms=received_at_ms)
            except UnreadableError as err:
                octets = msgspec.json.encode(case)
                yield dead_letter("unreadable", str(err), f"case:{mapping.vendor}", octets, at_ms=received_at_ms)
            else:
                if report is not None:
                    yield report

    def _seal(self, texts: dict[str, str]) -> dict[str, Sealed]:
        if not texts:
            return {}
        key = self._keys.create()
        return {name: self._sealer.seal_text(key, text) for name, text in texts.items()}
