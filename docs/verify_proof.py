"""Checks a proof by `nuandeng audit prove` without the product (needs the package cryptography):
python verify_proof.py PROOF.json VKEY [VKEY THAT IT REPLACED]"""

import base64
import json
import sys
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def check(holds, otherwise):
    if not holds:
        sys.exit(f"BAD: {otherwise}")


def node(left, right):
    return sha256(b"\1" + left + right).digest()


def root_of(leaf, index, size, path):  # RFC 6962, 2.1.1: the path goes from the leaf upwards, so its last hash is the highest
    if size == 1:
        return leaf
    left, rest, last = 1 << (size - 1).bit_length() - 1, path[:-1], path[-1]  # the left side: the largest power of two below the size
    return node(root_of(leaf, index, left, rest), last) if index < left else node(last, root_of(leaf, index - left, size - left, rest))


def roots_of(old, size, path, old_root):  # RFC 6962, 2.1.2: the roots of the older and the newer tree; old_root is None off the left edge
    if old == size:
        return (old_root or path[0],) * 2
    left, rest, last = 1 << (size - 1).bit_length() - 1, path[:-1], path[-1]
    before, after = roots_of(old, left, rest, old_root) if old <= left else roots_of(old - left, size - left, rest, None)
    return (before, node(after, last)) if old <= left else (node(last, before), node(last, after))


def opened(note, vkey):  # C2SP signed-note, tlog-checkpoint: size and root of a checkpoint, if this key signed it
    name, key_id, key = *vkey.split("+", 2)[:2], base64.b64decode(vkey.split("+", 2)[2])
    check(key[0] == 1 and sha256(f"{name}\n".encode() + key).digest()[:4].hex() == key_id, "the key is damaged")
    text, _, lines = note.rpartition("\n\n")
    found = [base64.b64decode(line.split(" ")[2]) for line in lines.splitlines() if line.startswith(f"— {name} ")]
    found = [signature[4:] for signature in found if signature[:4].hex() == key_id]
    check(found and text.split("\n")[0] == name, "the checkpoint is not signed by this key")
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(found[0], f"{text}\n".encode())  # raises InvalidSignature
    return int(text.split("\n")[1]), base64.b64decode(text.split("\n")[2])


proof, vkey, earlier = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), sys.argv[2], sys.argv[-1]
record, path, index = base64.b64decode(proof["record"]), [base64.b64decode(one) for one in proof["inclusion"]], proof["leaf_index"]
size, root = opened(proof["checkpoint"], vkey)
check(0 <= index < size and root_of(sha256(b"\0" + record).digest(), index, size, path) == root, "the record does not stand there")
said = json.loads(record)
check((said["jurisdiction"], said["sequence"]) == (vkey.split("+")[0].rpartition("/")[2], index + 1), "the record is of another place")
print(f"record {index + 1} of {size} in {vkey.split('+')[0]}:\n{record.decode()}")
if "since" in proof:
    old, old_root = opened(proof["since"]["checkpoint"], earlier)
    path = [base64.b64decode(one) for one in proof["since"]["consistency"]]
    check(old == 0 or (old <= size and roots_of(old, size, path, old_root) == (old_root, root)), "the log does not continue the older one")
    print(f"the log continues the checkpoint of {old} records")
