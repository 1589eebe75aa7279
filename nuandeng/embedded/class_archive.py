"""Kafka's classes, read and checked once at set-up and kept in a file that the JVM maps: a broker then starts in two thirds of the time.

The archive goes with one Java and one list of jars, which its name says. Without one everything works, only later.
"""

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from contracts.accounts import ADMIN
from nuandeng.embedded.java import find_java, installed_java
from nuandeng.embedded.kafka import KafkaNode
from nuandeng.embedded.ports import port_of, reserved
from nuandeng.embedded.shared_classes import archive_of
from nuandeng.failures import PartFailedError

_WITHIN_S = 60.0
_POLL_S = 0.05


def make_archive() -> Path:
    """Start a broker in a folder of its own, let it end, and keep the classes that it loaded; return the archive.

    Raises:
        SetupMissingError: no jars or no Java. PartFailedError: the broker did not start, or this Java keeps no classes.
    """
    java = find_java()
    target = archive_of(java)
    if java == installed_java():
        # One that was made for a package comes without the archive of its own classes, which ours builds on.
        subprocess.run([java, "-Xshare:dump"], capture_output=True, check=False)
    target.parent.mkdir(parents=True, exist_ok=True)
    for older in target.parent.glob("*.jsa"):
        older.unlink()
    staged = target.with_suffix(".new")
    with tempfile.TemporaryDirectory(prefix="nuandeng-classes-") as folder, reserved() as port, reserved() as controller:
        node = KafkaNode(
            data_dir=Path(folder) / "kafka", port=port_of(port), controller_port=port_of(controller), passwords={ADMIN: ADMIN}
        )
        node.prepare()
        binary, *arguments = node.argv()
        with (Path(folder) / "output").open("wb") as output:
            process = subprocess.Popen([binary, f"-XX:ArchiveClassesAtExit={staged}", *arguments], stdout=output, stderr=output)
        try:
            deadline = time.monotonic() + _WITHIN_S
            while not node.answers():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise PartFailedError(f"Kafka did not start:\n{(Path(folder) / 'output').read_text(errors='replace')[-2000:]}")
                time.sleep(_POLL_S)
            process.send_signal(signal.SIGTERM)
            process.wait(_WITHIN_S)
        finally:
            process.kill()
            process.wait()
        if not staged.exists():
            raise PartFailedError(f"{java} keeps no classes:\n{(Path(folder) / 'output').read_text(errors='replace')[-2000:]}")
    staged.rename(target)
    return target


if __name__ == "__main__":
    try:
        print(make_archive())
    except PartFailedError as err:
        # Kafka starts without it; set-up goes on.
        print(err, file=sys.stderr)
