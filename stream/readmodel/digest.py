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
    lines = sorted(head_line(jurisdiction, sequence, head) for jurisdiction, (sequence, head) in heads.items() if sequence)
    found = sha256(b"".join(lines))
    for line in sorted(document_line(*document) for document in documents):
        found.update(line)
    return found.hexdigest()


def head_line(jurisdiction: str, sequence: int, head: str) -> bytes:
    """Return the line of a head."""
    return f"{jurisdiction}\t{sequence}\t{head}\n".encode()


def document_line(jurisdiction: str, kind: str, id_: str, raw: bytes) -> bytes:
    """Return the line of a document."""
    return f"{jurisdiction}\t{kind}\t{id_}\t".encode() + raw + b"\n"


def document_lines(state: State) -> list[bytes]:
    """Return the lines of all documents of a state, sorted bytewise."""
    return sorted(document_line(*document) for document in documents_of(state))


def digest_of_states(states: Mapping[str, State]) -> str:
    """Return the digest of folded states."""
    heads = {jurisdiction: (state.sequence, state.head) for jurisdiction, state in states.items()}
    return digest_of(heads, (document for state in states.values() for document in documents_of(state)))


def documents_of(state: State) -> Iterable[tuple[str, str, str, bytes]]:
    """Yield (jurisdiction, kind, id, JSON) of every document of a state."""
    for kind, document in all_documents(state):
        yield state.jurisdiction, kind, document.id, encode_document(document)
