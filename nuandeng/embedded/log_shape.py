"""What is chosen once for a log and kept beside it: how many partitions it has, and how many brokers of ours hold it."""

import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

import msgspec

from contracts.topics import WRITER_PARTITIONS
from nuandeng.embedded.secrets import write_private
from nuandeng.failures import DataDirBrokenError, SettingsError

_FILE = "log-shape.json"
_HOW_BROKERS = "`nuandeng backup`, and `nuandeng restore --brokers` into a new folder, change that."


class LogShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """partitions: of commands, commits, observations and positions. brokers: 1, or 3 that hold copies of everything.

    cluster: the identifier that brokers of ours are formatted with; None in a folder from before there was a choice.
    """

    partitions: int = WRITER_PARTITIONS
    brokers: int = 1
    cluster: str | None = None


def log_shape(data_dir: Path, *, partitions: int | None, brokers: int | None) -> LogShape:
    """Return the shape of the log in `data_dir`; what is wanted decides it the first time, and must not contradict it later.

    Raises:
        SettingsError: another number is wanted than the log was made with. DataDirBrokenError: the file is unreadable.
    """
    path = data_dir / _FILE
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=LogShape)
    except FileNotFoundError:
        if (data_dir / "kafka" / "log").exists():  # made before there was a choice
            kept = LogShape()
        else:
            kept = LogShape(partitions=partitions or WRITER_PARTITIONS, brokers=brokers or 1, cluster=cluster_id())
            _write(path, kept)
    except (OSError, msgspec.MsgspecError) as err:
        raise DataDirBrokenError(f"{path} cannot be read: {err}.") from err
    for setting, wanted, is_ in (("partitions", partitions, kept.partitions), ("brokers", brokers, kept.brokers)):
        if wanted is not None and wanted != is_:
            raise SettingsError(
                f"kafka.{setting} = {wanted}, but the log in {data_dir} was made with {is_}. "
                + ("Where a jurisdiction's commits stand depends on it for ever." if setting == "partitions" else _HOW_BROKERS)
            )
    return kept


def cluster_id() -> str:
    """Make an identifier of a cluster as Kafka wants them."""
    return urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")


def _write(path: Path, shape: LogShape) -> None:
    try:
        write_private(path, msgspec.json.encode(shape))
    except OSError as err:
        raise DataDirBrokenError(f"Cannot write {path}: {err.strerror}.") from err
