"""Leaving a consumer group on purpose.

A member with a name of its own is waited for, so that it has its partitions back when it was killed and comes again. One that is stopped in
order would leave them to nobody for as long: it says that it goes, and whoever is left has them at once.
"""

from typing import Any


def leave(consumer: Any) -> None:
    """Let a consumer tell its group that it goes when it is stopped, whatever its name. Call it right before that."""
    # A client leaves by itself unless it has such a name, and has no setting for that.
    consumer._coordinator._group_instance_id = None  # noqa: SLF001
