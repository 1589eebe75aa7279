"""The digest of a state: the same function for the live read model and for what a replay folded.

SHA-256 over a line `{jurisdiction}\\t{sequence}\\t{hash}` for every head, sorted bytewise, then a line
`{jurisdiction}\\t{kind}\\t{id}\\t{json}` for every document, sorted bytewise; each line ends with a newline.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from contracts.documents import encode_document
from dispatch import State, all_documents


def digest_of(heads: Mapping[str, tuple[int, str]], documents: Iterable[tuple[str, str, str, bytes]]) -> str:
    """Return the digest. heads: jurisdiction → (sequence, hash). documents: (jurisdiction, kind, id, JSON)."""
    lines = sorted(f"{jurisdiction}\t{sequence}\t{head}\n".encode() for jurisdiction, (sequence, head) in heads.items() if sequence)
    found = sha256(b"".join(lines))
    for line in sorted(f"{jurisdiction}\t{kind}\t{id_}\t".encode() + raw + b"\n" for jurisdiction, kind, id_, raw in documents):
        found.update(line)
    return found.hexdigest()


def digest_of_states(states: Mapping[str, State]) -> str:
    """Return the digest of folded states."""
    heads = {jurisdiction: (state.sequence, state.head) for jurisdiction, state in states.items()}
    return digest_of(heads, (document for state in states.values() for document in documents_of(state)))


def documents_of(state: State) -> Iterable[tuple[str, str, str, bytes]]:
    """Yield (jurisdiction, kind, id, JSON) of every document of a state."""
    for kind, document in all_documents(state):
        yield state.jurisdiction, kind, document.id, encode_document(document)
