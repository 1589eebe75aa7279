"""Writes requirements/kafka-jars.toml anew: `python -m nuandeng.setup.lock_jars`, after KAFKA_VERSION was changed."""

import hashlib
import tempfile
from pathlib import Path

import jgo
from jgo.maven import MavenContext

from nuandeng.embedded.jars import KAFKA_VERSION, LOCK

_HEADER = "# The jars Kafka runs from. Written by `python -m nuandeng.setup.lock_jars`; fetched and checked by nuandeng/embedded/jars.py.\n"


def main() -> None:
    """Resolve, download, hash and write."""
    coordinates = [(a.groupId, a.artifactId, a.version) for a in jgo.resolve(f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}")]
    # Alone, without what they would drag in (Connect and its web server): the console tools need nothing more.
    coordinates.append(("org.apache.kafka", "kafka-tools", KAFKA_VERSION))
    log4j = next(version for _group, artifact, version in coordinates if artifact == "log4j-core")
    coordinates.append(("org.apache.logging.log4j", "log4j-slf4j-impl", log4j))
    lines = [_HEADER]
    with tempfile.TemporaryDirectory() as folder:
        context = MavenContext(repo_cache=Path(folder))
        for group, artifact, version in coordinates:
            content = context.project(group, artifact).at_version(version).artifact().resolve().read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            lines.append(f'[[jar]]\ngroup = "{group}"\nartifact = "{artifact}"\nversion = "{version}"\nsha256 = "{digest}"\n')
    LOCK.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
