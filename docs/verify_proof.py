"""Checks a proof by `nuandeng audit prove` without the product: python verify_proof.py PROOF.json VKEY  (needs the package cryptography)."""

import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def split(size):  # RFC 6962: the left side of a tree is the largest power of two below its size
    return 1 << (size - 1).bit_length() - 1


def root_of(leaf, index, size, path):  # RFC 6962, 2.1.1, from the leaf upwards; the last hash of the path is the highest
    if size == 1:
        return leaf if not path else None
    left = split(size)
    if index < left:
        return sha256(b"\1", root_of(leaf, index, left, path[:-1]), path[-1])
    return sha256(b"\1", path[-1], root_of(leaf, index - left, size - left, path[:-1]))


def roots_of(old, size, path, whole, old_root):  # RFC 6962, 2.1.2: the roots of the old and the new tree that a path leads to
    if old == size:
        return (old_root, old_root) if whole else (path[0], path[0])
    left, last = split(size), path[-1]
    if old <= left:
        before, after = roots_of(old, left, path[:-1], whole, old_root)
        return before, sha256(b"\1", after, last)
    before, after = roots_of(old - left, size - left, path[:-1], False, old_root)
    return sha256(b"\1", last, before), sha256(b"\1", last, after)


def opened(note, vkey):  # C2SP signed-note and tlog-checkpoint: size and root of a checkpoint that this key signed
    name, key_id, material = vkey.split("+", 2)
    text, _, lines = note.rpartition("\n\n")
    key = base64.b64decode(material)
    assert sha256(name.encode(), b"\n", key)[:4].hex() == key_id and key[0] == 1, "the key is damaged"
    signatures = [base64.b64decode(line.split(" ")[2]) for line in lines.splitlines() if line.split(" ")[1] == name]
    mine = [signature[4:] for signature in signatures if signature[:4].hex() == key_id]
    assert mine and text.split("\n")[0] == name, "the checkpoint is not signed by this key"
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(mine[0], (text + "\n").encode())  # raises InvalidSignature
    return int(text.split("\n")[1]), base64.b64decode(text.split("\n")[2])


proof, vkey = json.load(open(sys.argv[1], encoding="utf-8")), sys.argv[2]
record, hashes = base64.b64decode(proof["record"]), [base64.b64decode(one) for one in proof["inclusion"]]
size, root = opened(proof["checkpoint"], vkey)
assert root_of(sha256(b"\0", record), proof["leaf_index"], size, hashes) == root, "the record is not in the log"
print(f"record {proof['leaf_index'] + 1} of {size} stands in {vkey.split('+')[0]}:\n{record.decode()}")
if "since" in proof:
    old, old_root = opened(proof["since"]["checkpoint"], vkey)
    path = [base64.b64decode(one) for one in proof["since"]["consistency"]]
    assert old == 0 or roots_of(old, size, path, True, old_root) == (old_root, root), "the log was re-written since the older checkpoint"
    print(f"the log continues the checkpoint of {old} records")
