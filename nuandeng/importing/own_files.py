"""Files that an import writes: readable by their owner alone, and never over what is there."""

import os
from pathlib import Path

from nuandeng.importing.errors import FileTakenError, FileUnwritableError


def opened_new(path: Path) -> int:
    """Return the descriptor of a file of mode 0600 that was not there. Raises FileTakenError, FileUnwritableError."""
    try:
        return _opened(path, os.O_EXCL)
    except FileExistsError as err:
        raise FileTakenError(f"{path} is there already.") from err


def opened_staged(path: Path) -> int:
    """Return the descriptor of an empty file of mode 0600 that is to take another's place. Raises FileUnwritableError."""
    return _opened(path, os.O_TRUNC | os.O_NOFOLLOW)


def _opened(path: Path, flags: int) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o600)
    except FileExistsError:
        raise
    except (OSError, ValueError) as err:
        raise FileUnwritableError(f"{path} cannot be written: {getattr(err, 'strerror', None) or 'its name is none'}.") from err
