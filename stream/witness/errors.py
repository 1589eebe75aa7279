"""What can be wrong with a checkpoint, a proof or a witness."""

from contracts.errors import NuandengError


class NoteUnreadableError(NuandengError):
    """Bytes that are no signed note, checkpoint or verifier key."""

    code = "note_unreadable"
    what_to_do = "Take the file or the key again from where it was published."


class NoteForgedError(NuandengError):
    """A checkpoint that is not signed by the key that it names or should name."""

    code = "checkpoint_forged"
    what_to_do = "Ask whoever gave it to you where it is from; compare the key with the one you wrote down."


class LogRewrittenError(NuandengError):
    """The log does not continue the last checkpoint that was signed: nothing is signed any more."""

    code = "log_rewritten"
    what_to_do = "Run `nuandeng audit verify`: it names the first record that is not what it was. Keep the folder of checkpoints as it is."


class NotCheckpointedError(NuandengError):
    """No checkpoint covers this yet."""

    code = "not_checkpointed"
    what_to_do = "Run `nuandeng audit checkpoint`, then again."


class ProofImpossibleError(NuandengError):
    """The log does not hold what the checkpoint says, so there is nothing to prove."""

    code = "proof_impossible"
    what_to_do = "Run `nuandeng audit verify`: it names the first record that is not what it was."


class WitnessRefusedError(NuandengError):
    """An outside witness said no."""

    code = "witness_refused"
    what_to_do = "Give the witness the key that `nuandeng audit key` prints; if it finds the log inconsistent, run `nuandeng audit verify`."


class WitnessAwayError(NuandengError):
    """An outside witness, or whoever publishes a checkpoint, does not answer."""

    code = "witness_away"
    what_to_do = "Nothing; it is asked again with the next checkpoint."
    retry_helps = True
