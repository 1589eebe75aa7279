"""What is folded has a version, and nobody changes the one without the other."""

import json
from hashlib import sha256
from pathlib import Path

import msgspec

from contracts import documents
from dispatch import FOLD_VERSION
from dispatch.state import _Stored

GOLDEN = Path(__file__).with_name("fold-version.json")


def shape() -> str:
    """A digest of the forms of the state and of all documents."""
    forms = [_Stored, *(form for form in vars(documents).values() if isinstance(form, type) and issubclass(form, documents.Document))]
    return sha256(json.dumps(msgspec.json.schema_components(forms), sort_keys=True).encode()).hexdigest()


def test_a_change_of_form_comes_with_another_version() -> None:
    """Else a start from an old snapshot, or beside an old read model, would give other documents than a replay."""
    kept = json.loads(GOLDEN.read_text())
    assert (kept["version"], kept["shape"]) == (FOLD_VERSION, shape()), (
        f"the form changed: raise FOLD_VERSION in dispatch/state.py and write its number and {shape()} into {GOLDEN.name}"
    )
