"""The front-ends' types are those of the read model."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_documents_ts_is_what_the_structs_say() -> None:
    """A field added to a document reaches the screens' types, or this test says so."""
    spec = importlib.util.spec_from_file_location("generate_types", ROOT / "web" / "generate_types.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    assert (ROOT / "web" / "design" / "documents.ts").read_text(encoding="utf-8") == generator.render(), "run: python web/generate_types.py"
