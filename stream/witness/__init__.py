"""The log as a witness: a Merkle tree per jurisdiction, signed checkpoints of it, proofs from it."""
