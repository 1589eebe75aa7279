"""Cases of any vendor, with their personal fields sealed as they come in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from camera_adapters.case_feed.parse import parse_case, parse_json
from camera_adapters.case_feed.settings import VendorMapping, mapping_file, read_mapping
from camera_adapters.publish import dead_letter
from contracts.errors import UnreadableError
from contracts.observations import DeadLetter, IntakeReport
from contracts.ports import KeyStore, Sealer
from contracts.topics import RAW_INTAKE
from contracts.values import Sealed
from stream.intake_sealing import seal_intake


class CaseReader:
    """Parses and seals. A mapping file is read again when it has changed."""

    def __init__(self, keys: KeyStore, sealer: Sealer, mappings: Path | None) -> None:
        """mappings: the folder of this installation's mapping files; ours are used beside them."""
        self._keys = keys
        self._sealer = sealer
        self._folder = mappings
        self._mappings: dict[Path, tuple[tuple[int, int], VendorMapping]] = {}

    def mapping(self, vendor: str) -> VendorMapping:
        """Return a vendor's mapping. Raises MappingError."""
        path = mapping_file(vendor, self._folder)
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._mappings.get(path)
        if known is None or known[0] != stamp:
            known = self._mappings[path] = stamp, read_mapping(path)
        return known[1]

    def read(self, vendor: str, body: bytes, received_at_ms: int) -> Iterator[IntakeReport]:
        """Yield the open cases in a body, which is one case or a list of them.

        Raises:
            MappingError: the vendor has no mapping file, or a wrong one.
            UnreadableError: the body is no JSON; or, after all good cases were yielded, some of them could not be read.
        """
        mapping = self.mapping(vendor)
        document = parse_json(body)
        cases = document if isinstance(document, list) else [document]
        wrong: list[str] = []
        for n, case in enumerate(cases):
            try:
                report = self.read_one(case, mapping, received_at_ms)
            except UnreadableError as err:
                wrong.append(f"case {n}: {err}")
            else:
                if report is not None:
                    yield report
        if wrong:
            raise UnreadableError(f"{len(wrong)} of {len(cases)} cases cannot be read: {'; '.join(wrong[:5])}")

    def read_one(self, case: Any, mapping: VendorMapping, received_at_ms: int) -> IntakeReport | None:
        """Return the report of a decoded case, None when it is no longer open. Raises UnreadableError."""
        return parse_case(case, mapping, seal=self._seal, received_at_ms=received_at_ms)

    def letter(self, case: Any, mapping: VendorMapping, err: UnreadableError, received_at_ms: int) -> DeadLetter:
        """Return the dead letter of a decoded case: sealed, and readable again when it is sent to the intake."""
        kind = f"case:{mapping.vendor}"
        record = seal_intake(self._keys, kind, msgspec.json.encode(case), received_at_ms)
        return dead_letter(err.code, str(err), kind, msgspec.json.encode(record), topic=RAW_INTAKE, key=kind)

    def _seal(self, texts: dict[str, str]) -> dict[str, Sealed]:
        if not texts:
            return {}
        key = self._keys.create()
        return {name: self._sealer.seal_text(key, text) for name, text in texts.items()}
