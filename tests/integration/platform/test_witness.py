"""The log convinces somebody who trusts nobody: on a real Kafka, whatever was done to the log is found and named."""

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from typer.testing import CliRunner, Result

from contracts.commands import ReportIncident
from contracts.commit import GENESIS, Commit, decode_commit, digest, encode_commit
from contracts.events import CommandRejected
from contracts.runtime import VARIABLE, Jurisdiction, KafkaAccess, Runtime, WitnessSchedule
from contracts.terms import Role, Source, Urgency
from contracts.topics import COMMANDS, COMMITS, WRITER_PARTITIONS
from contracts.values import Actor, Place
from nuandeng.cli import app
from nuandeng.data_dir import held
from nuandeng.embedded.session import RunningKafka, RunningValkey
from stream.commands import CommandGate
from stream.log.read import RangeReader
from stream.partition import partition_of
from stream.witness.checkpoint import Checkpoint, parse_checkpoint
from stream.witness.keys import log_key
from stream.witness.note import Note, VerifierKey, parse_note, parse_verifier_key, sign
from stream.witness.publishing import kept_folder
from tests.integration.platform.outside_witness import NAME, outside_witness

ROOT = Path(__file__).resolve().parents[3]
# The first two share a partition.
COUNTIES = ("371602", "371621", "371681")
COUNTY = COUNTIES[0]
PARTITION = partition_of(COUNTY)
Log = dict[int, list[bytes]]


def record(jurisdiction: str, sequence: int, previous: str, note: str = "") -> bytes:
    """A commit that stands."""
    return encode_commit(
        Commit(
            jurisdiction=jurisdiction, sequence=sequence, previous=previous, command_id=f"{jurisdiction}-{sequence}{note}",
            occurred_at_ms=1_768_744_800_000 + sequence, actor=Actor(account="op", role=Role.OPERATOR, area=jurisdiction),
            events=(CommandRejected(code="quota_filled", detail=note),),
        )
    )  # fmt: skip


def more(log: Log, count: int) -> Log:
    """The log with so many more records of each county, taken in turns."""
    found = {partition: list(records) for partition, records in log.items()}
    heads = {one.jurisdiction: (one.sequence, digest(raw)) for records in log.values() for raw in records for one in [decode_commit(raw)]}
    for _ in range(count):
        for county in COUNTIES:
            sequence, head = heads.get(county, (0, GENESIS))
            raw = record(county, sequence + 1, head)
            found.setdefault(partition_of(county), []).append(raw)
            heads[county] = (sequence + 1, digest(raw))
    return found


def at(log: Log, sequence: int) -> int:
    """Where a record of the county stands in its partition."""
    return next(
        index for index, raw in enumerate(log[PARTITION])
        if decode_commit(raw).jurisdiction == COUNTY and decode_commit(raw).sequence == sequence
    )  # fmt: skip


def altered(log: Log, records: list[bytes]) -> Log:
    return {**log, PARTITION: records}


def changed(log: Log) -> Log:
    """One byte of record 7."""
    records, place = list(log[PARTITION]), at(log, 7)
    records[place] = records[place].replace(b"quota_filled", b"quota_killed")
    return altered(log, records)


def dropped(log: Log) -> Log:
    """Record 7."""
    return altered(log, [raw for index, raw in enumerate(log[PARTITION]) if index != at(log, 7)])


def swapped(log: Log) -> Log:
    """Records 7 and 8."""
    records, one, other = list(log[PARTITION]), at(log, 7), at(log, 8)
    records[one], records[other] = records[other], records[one]
    return altered(log, records)


def cut(log: Log) -> Log:
    """All from record 9 on."""
    return altered(log, log[PARTITION][: at(log, 9)])


def rewritten(log: Log) -> Log:
    """Record 7 says something else, and each record after it names what now stands before it."""
    records, head = list(log[PARTITION]), ""
    for index, raw in enumerate(records):
        one = decode_commit(raw)
        if one.jurisdiction == COUNTY and one.sequence >= 7:
            records[index] = record(COUNTY, one.sequence, head or one.previous, "not refused" if one.sequence == 7 else "")
            head = digest(records[index])
    return altered(log, records)


class Installation:
    """A data directory that a platform seems to run on: its broker is the session's, its log whatever was put there."""

    def __init__(self, folder: Path, kafka: RunningKafka, valkey: RunningValkey) -> None:
        self.folder, self._kafka, self._valkey = folder, kafka, valkey
        self.show({})

    def show(self, log: Log) -> None:
        """From now on this is its log: Kafka adds records and alters none, so another log is another topic."""
        prefix = self._kafka.fresh_topics()
        self.runtime = Runtime(
            kafka=KafkaAccess(bootstrap=self._kafka.bootstrap, passwords=dict(self._kafka.passwords), topic_prefix=prefix),
            valkey_url=self._valkey.url,
            data_dir=str(self.folder),
            keystore=str(self.folder / "keystore"),
            secrets_store=str(self.folder / "secrets"),
            evidence=str(self.folder / "evidence"),
            jurisdictions=tuple(Jurisdiction(code=code, name_zh=code, name_en=code) for code in COUNTIES),
        )
        (self.folder / "run").mkdir(exist_ok=True)
        (self.folder / "run" / "tools.json").write_bytes(msgspec.json.encode(self.runtime))
        self.log: Log = {}
        self.add(log)

    def add(self, log: Log) -> None:
        """Append what is not there yet."""
        producer = KafkaProducer(**self._kafka.client_settings(), acks="all")
        for partition, records in log.items():
            for raw in records[len(self.log.get(partition, ())) :]:
                producer.send(self.runtime.kafka.topic_prefix + COMMITS, raw, partition=partition)
        producer.flush()
        producer.close()
        self.log = log

    def records(self, name: str = COMMITS) -> Log:
        """What stands there now."""
        topic, found = self.runtime.kafka.topic_prefix + name, Log()
        consumer = KafkaConsumer(**self._kafka.client_settings(), auto_offset_reset="earliest", consumer_timeout_ms=1000)
        places = [TopicPartition(topic, partition) for partition in range(WRITER_PARTITIONS)]
        consumer.assign(places)
        consumer.seek_to_beginning()
        ends = consumer.end_offsets(places)
        while sum(map(len, found.values())) < sum(ends.values()):
            for place, records in consumer.poll(timeout_ms=500).items():
                found.setdefault(place.partition, []).extend(one.value for one in records)
        consumer.close()
        return found

    def audit(self, *arguments: str | Path) -> Result:
        """`nuandeng audit ...`."""
        return CliRunner().invoke(app, ["audit", *map(str, arguments), "--data-dir", str(self.folder)])

    def key(self) -> str:
        """The county's, as an auditor writes it down."""
        return next(line for line in self.audit("key").stdout.splitlines() if f"/{COUNTY}+" in line)


@pytest.fixture
def installation(tmp_path: Path, kafka: RunningKafka, valkey: RunningValkey) -> Iterator[Installation]:
    """With 12 records of each county."""
    folder = tmp_path / "data"
    with held(folder):
        made = Installation(folder, kafka, valkey)
        made.add(more({}, 12))
        yield made


def said(result: Result) -> str:
    """What a command that found something bad printed."""
    assert result.exit_code == 1, (result.output, result.exception)
    return next(line for line in result.stdout.splitlines() if line.startswith("BAD: "))


def test_checkpoints_are_signed_published_and_cosigned(installation: Installation, tmp_path: Path) -> None:
    """To a folder and a witness; a second round continues the first; an auditor verifies against each of them."""
    folder = tmp_path / "shared"
    with outside_witness() as witness:
        for line in installation.audit("key").stdout.splitlines():
            witness.trust(line)
        publish = ("checkpoint", "--to", folder, "--witness", witness.url, "--witness-key", witness.vkey)
        first = installation.audit(*publish)
        assert first.exit_code == 0, (first.output, first.exception)
        assert first.stdout.count(f"12 records  signed  cosigned by {NAME}") == len(COUNTIES)
        old = (folder / COUNTY / "checkpoint").read_bytes()
        nothing_new = installation.audit(*publish)
        assert nothing_new.stdout.count("nothing new") == len(COUNTIES)
        installation.add(more(installation.log, 7))
        second = installation.audit(*publish)
        assert second.stdout.count(f"19 records  signed  cosigned by {NAME}") == len(COUNTIES), second.output
        # The witness was asked from what it saw last: no try was in vain.
        assert witness.answers == [200] * 6
        origin = log_key(installation.runtime).identity.origin(COUNTY)
        (tmp_path / "old").write_bytes(old)
        for source in (folder, folder / COUNTY / "checkpoint", tmp_path / "old", f"{witness.url.removesuffix('/submit')}/{origin}"):
            verified = installation.audit("verify", "--against", source, "--key", installation.key(), "--key", witness.vkey)
            if str(source).startswith("http"):  # what the witness publishes is the note as it came, without its own signature
                assert "not cosigned by witness.example/1" in said(verified)
                verified = installation.audit("verify", "--against", source, "--key", installation.key())
            assert verified.exit_code == 0, (source, verified.output)
            assert "all as they must be" in verified.stdout
        plain = installation.audit("verify")
        assert f"57 records, 0 of them fenced off, {len(COUNTIES)} checkpoints" in plain.stdout


@pytest.mark.parametrize(
    ("do", "sequence", "reason"),
    [
        (changed, 7, "was changed: the record at"),
        (dropped, 8, "the one with 7 was dropped"),
        (swapped, 8, "it was swapped with the one with 7, which stands at offset"),
        (cut, 9, "its tail was cut off"),
        (rewritten, 7, "its history was re-written from here"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_what_was_done_to_the_log_is_found_and_named(
    installation: Installation, tmp_path: Path, do: Callable[[Log], Log], sequence: int, reason: str
) -> None:
    """Against the installation's own folder and a copy elsewhere; and no checkpoint of such a log is signed."""
    assert installation.audit("checkpoint", "--to", tmp_path / "shared").exit_code == 0
    before = kept_folder(installation.runtime).checkpoint(COUNTY)
    log = do(installation.log)
    installation.show(log)
    for against in ((), ("--against", tmp_path / "shared")):
        told = said(installation.audit("verify", *against))
        assert f"jurisdiction {COUNTY}, sequence {sequence}:" in told
        assert f"partition {PARTITION}, offset " in told
        assert reason in told
    refused = installation.audit("checkpoint")
    assert refused.exit_code == 1
    assert f"REFUSED: {COUNTY}: " in refused.stdout
    assert "[log_rewritten]" in refused.stdout
    assert kept_folder(installation.runtime).checkpoint(COUNTY) == before


def test_a_single_signed_root_is_enough_to_find_a_history_that_was_rewritten(installation: Installation, tmp_path: Path) -> None:
    """An auditor who wrote down nothing but two checkpoints learns between which records it was done."""
    first, second = tmp_path / "first", tmp_path / "second"
    for path in (first, second):
        assert installation.audit("checkpoint", "--to", tmp_path / "shared").exit_code == 0
        path.write_bytes((tmp_path / "shared" / COUNTY / "checkpoint").read_bytes())
        installation.add(more(installation.log, 2))
    key = installation.key()
    late = dict(installation.log)
    raw = late[PARTITION][at(late, 14)]
    index = at(late, 14)
    late[PARTITION] = [*late[PARTITION][:index], raw.replace(b"quota_filled", b"quota_killed")]
    installation.show(late)
    told = said(installation.audit("verify", "--against", first, "--against", second, "--key", key))
    assert f"jurisdiction {COUNTY}, sequence 13: is the first that may be bad: one of the records 13 to 14" in told


def test_a_forged_checkpoint_is_named(installation: Installation, tmp_path: Path) -> None:
    """Signed by a key of the forger's own under the log's name, over the log as it is; and one that was altered."""
    assert installation.audit("checkpoint", "--to", tmp_path / "shared").exit_code == 0
    good = parse_note((tmp_path / "shared" / COUNTY / "checkpoint").read_bytes())
    origin = parse_checkpoint(good.text).origin
    forged, larger = tmp_path / "forged", tmp_path / "larger"
    forged.write_text(str(Note(good.text, (sign(good.text, origin, Ed25519PrivateKey.generate()),))))
    larger.write_text(str(Note(Checkpoint(origin, 11, bytes(32)).text, good.signatures)))
    told = said(installation.audit("verify", "--against", forged, "--key", installation.key()))
    assert told.startswith(f"BAD: checkpoint {forged}: It is not signed by the key {installation.key()}")
    told = said(installation.audit("verify", "--against", larger, "--key", installation.key()))
    assert told.startswith(f"BAD: checkpoint {larger}: The signature by {origin} is not of this text")


def test_neither_a_witness_nor_a_folder_takes_a_history_that_was_rewritten(installation: Installation, tmp_path: Path) -> None:
    """Not even when the forger holds the signing key and has removed what the installation remembers."""
    shared = tmp_path / "shared"
    with outside_witness() as witness:
        witness.trust(installation.key())
        for code in COUNTIES[1:]:
            witness.trust(str(log_key(installation.runtime).identity.verifier(code)))
        assert installation.audit("checkpoint", "--witness", witness.url, "--to", shared).exit_code == 0
        seen, there = dict(witness.seen), (shared / COUNTY / "checkpoint").read_bytes()
        installation.show(rewritten(installation.log))
        installation.add(more(installation.log, 1))
        kept = kept_folder(installation.runtime).path
        for path in sorted(kept.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        tried = installation.audit("checkpoint", "--witness", witness.url, "--to", shared)
        assert tried.exit_code == 1
        assert f"REFUSED: {COUNTY}: {shared} holds a checkpoint of 12 records of {COUNTY} that this log does not continue" in tried.stdout
        assert (shared / COUNTY / "checkpoint").read_bytes() == there
        assert (shared / COUNTIES[1] / "checkpoint").read_bytes() != there
        assert f"REFUSED: {COUNTY}: {witness.url} answered 422: not consistent" in tried.stdout
        origin = log_key(installation.runtime).identity.origin(COUNTY)
        assert witness.seen[origin] == seen[origin]
        assert [witness.seen[log_key(installation.runtime).identity.origin(code)][0] for code in COUNTIES[1:]] == [13, 13]


def test_a_witness_that_is_away_keeps_nobody_from_a_checkpoint(installation: Installation, tmp_path: Path) -> None:
    """It is asked once a round, not once a county; and it cosigns what it missed when it is back."""
    with outside_witness() as witness:
        for line in installation.audit("key").stdout.splitlines():
            witness.trust(line)
        url = witness.url
    tried = installation.audit("checkpoint", "--witness", url, "--to", tmp_path / "shared")
    assert (tried.exit_code, tried.stdout.count("12 records  signed"), tried.stdout.count("[witness_away]")) == (1, len(COUNTIES), 1)
    assert installation.audit("verify", "--against", tmp_path / "shared").exit_code == 0
    with outside_witness() as witness:
        for line in installation.audit("key").stdout.splitlines():
            witness.trust(line)
        back = installation.audit("checkpoint", "--witness", witness.url)
        assert back.stdout.count(f"12 records  nothing new  cosigned by {NAME}") == len(COUNTIES), back.output


def checked(proof: Path, *keys: str) -> subprocess.CompletedProcess[str]:
    """By the script of the documents, which knows nothing of the product: `-I` keeps it from the checkout."""
    return subprocess.run(
        [sys.executable, "-I", str(ROOT / "docs" / "verify_proof.py"), str(proof), *keys], capture_output=True, text=True, check=False,
        cwd=proof.parent,
    )  # fmt: skip


def test_a_proof_is_checked_by_a_script_that_is_not_ours(installation: Installation, tmp_path: Path) -> None:
    """Every commit of a county, with an older checkpoint; what was altered in a proof is not taken."""
    assert len((ROOT / "docs" / "verify_proof.py").read_text().splitlines()) <= 60
    assert installation.audit("checkpoint", "--to", tmp_path).exit_code == 0
    old = tmp_path / "old"
    old.write_bytes((tmp_path / COUNTY / "checkpoint").read_bytes())
    installation.add(more(installation.log, 7))
    assert installation.audit("checkpoint").exit_code == 0
    path, key = tmp_path / "proof.json", installation.key()
    for sequence in (1, 12, 13, 19):
        made = installation.audit("prove", f"{COUNTY}/{sequence}", "--since", old)
        assert made.exit_code == 0, (made.output, made.exception)
        path.write_text(made.stdout)
        found = checked(path, key)
        assert found.returncode == 0, found.stderr
        assert f"record {sequence} of 19 in" in found.stdout
        assert "the log continues the checkpoint of 12 records" in found.stdout
        assert installation.log[PARTITION][at(installation.log, sequence)].decode() in found.stdout
    proof: dict[str, Any] = json.loads(path.read_text())
    other_key = str(log_key(installation.runtime).identity.verifier(COUNTIES[1]))
    assert checked(path, other_key).returncode != 0
    raw = base64.b64decode(proof["record"])
    wrongs: list[dict[str, Any]] = [
        {"record": base64.b64encode(raw.replace(b"quota", b"quote")).decode()},
        {"leaf_index": 0},
        {"leaf_index": 19},
        {"inclusion": proof["inclusion"][:-1]},
        {"inclusion": [proof["inclusion"][0], *proof["inclusion"][:-1]]},
        {"checkpoint": old.read_text()},
        {"since": {**proof["since"], "consistency": proof["since"]["consistency"][:-1]}},
        {"since": {**proof["since"], "consistency": proof["since"]["consistency"][::-1]}},
    ]
    for wrong in wrongs:
        path.write_text(json.dumps({**proof, **wrong}))
        assert checked(path, key).returncode != 0, wrong


def test_a_key_is_replaced_and_what_it_signed_stays_good(installation: Installation, tmp_path: Path) -> None:
    """Whoever wrote down the old key verifies everything, before and after; the old key is gone; proofs and witnesses go on."""
    shared, old, proof = tmp_path / "shared", tmp_path / "old", tmp_path / "proof.json"
    with outside_witness() as witness:
        for line in installation.audit("key").stdout.splitlines():
            witness.trust(line)
        publish = ("checkpoint", "--to", shared, "--witness", witness.url)
        assert installation.audit(*publish).exit_code == 0
        old.write_bytes((shared / COUNTY / "checkpoint").read_bytes())
        old_key = installation.key()
        replaced = installation.audit("replace-key")
        assert replaced.exit_code == 0, (replaced.output, replaced.exception)
        key = installation.key()
        assert (key in replaced.stdout, old_key in replaced.stdout) == (True, False)
        assert (key.partition("+")[0], key == old_key) == (old_key.partition("+")[0], False), "the log keeps its name"
        assert old_key in installation.audit("key", "--earlier").stdout
        # The witness knows the old key alone, and it signed the handover too.
        handed = installation.audit(*publish)
        assert handed.exit_code == 0, handed.output
        for line in installation.audit("key").stdout.splitlines():
            witness.trust(line)
        installation.add(more(installation.log, 7))
        assert installation.audit(*publish).stdout.count(f"19 records  signed  cosigned by {NAME}") == len(COUNTIES)
    for source, known in ((shared, old_key), (shared, key), (old, old_key), (shared / COUNTY / "checkpoint", old_key)):
        verified = installation.audit("verify", "--against", source, "--key", known)
        assert (verified.exit_code, "all as they must be" in verified.stdout) == (0, True), (source, verified.output)
    assert installation.audit("verify").exit_code == 0
    assert "It is not signed by the key" in said(installation.audit("verify", "--against", old, "--key", key)), "nobody looks back"
    stranger = str(replace_public(key))
    assert said(installation.audit("verify", "--against", shared, "--key", stranger)).startswith(f"BAD: checkpoint {shared}")
    proof.write_text(installation.audit("prove", f"{COUNTY}/15", "--since", old).stdout)
    assert "the log continues the checkpoint of 12 records" in checked(proof, key, old_key).stdout
    assert checked(proof, key).returncode != 0
    commands = [raw for records in installation.records(COMMANDS).values() for raw in records if b"next-key" in raw]
    assert len(commands) == len(COUNTIES), "each log is told, once"
    installation.show(cut(installation.log))
    assert "its tail was cut off" in said(installation.audit("verify", "--against", shared, "--key", old_key))


def replace_public(key: str) -> VerifierKey:
    """A key of somebody else's under the same name."""
    return parse_verifier_key(key)._replace(public=bytes(range(32)))


def test_a_key_that_signed_nothing_needs_no_successor(tmp_path: Path, kafka: RunningKafka, valkey: RunningValkey) -> None:
    """With its code."""
    folder = tmp_path / "data"
    with held(folder):
        tried = Installation(folder, kafka, valkey).audit("replace-key")
    assert getattr(tried.exception, "code", "") == "not_checkpointed"


def test_what_no_checkpoint_covers_is_not_proved(installation: Installation) -> None:
    """Before the first one, and after the newest; a commit is named by its county and sequence."""
    assert "not_checkpointed" in getattr(installation.audit("prove", f"{COUNTY}/1").exception, "code", "")
    assert installation.audit("checkpoint").exit_code == 0
    assert "not_checkpointed" in getattr(installation.audit("prove", f"{COUNTY}/13").exception, "code", "")
    assert installation.audit("prove", "nonsense").exit_code == 2
    installation.show(changed(installation.log))
    assert "proof_impossible" in getattr(installation.audit("prove", f"{COUNTY}/7").exception, "code", "")


def test_a_round_reads_what_is_new_and_no_more(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trees go on from their frontier; when that file is odd the log is read from its beginning, with the same result."""
    read: list[bytes] = []
    reading = RangeReader.read

    async def counted(
        self: RangeReader, partition: int, start: int, on_record: Callable[[int, bytes], None], stop: int | None = None
    ) -> int:
        def also(offset: int, raw: bytes) -> None:
            read.append(raw)
            on_record(offset, raw)

        return await reading(self, partition, start, also, stop)

    assert installation.audit("checkpoint").exit_code == 0
    installation.add(more(installation.log, 1))
    monkeypatch.setattr(RangeReader, "read", counted)
    assert installation.audit("checkpoint").stdout.count("13 records  signed") == len(COUNTIES)
    partitions = len(installation.log)
    assert len(read) == len(COUNTIES) + partitions  # and of each partition the one that shows that it is the same log
    kept = kept_folder(installation.runtime)
    note = kept.checkpoint(COUNTY)
    for path in (kept.path / "positions").iterdir():
        path.write_bytes(path.read_bytes()[:-5])
    read.clear()
    assert installation.audit("checkpoint").stdout.count("nothing new") == len(COUNTIES)
    assert len(read) == 13 * len(COUNTIES)
    assert kept.checkpoint(COUNTY) == note
    installation.add(more(installation.log, 1))
    assert installation.audit("checkpoint").stdout.count("14 records  signed") == len(COUNTIES)
    assert installation.audit("verify").exit_code == 0


def until(condition: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still not so after {seconds} s: {what}"
        time.sleep(0.05)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[[Runtime, Sequence[str]], subprocess.Popen[bytes]]]:
    """Start our modules as the supervisor would; end them with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start(runtime: Runtime, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        file = tmp_path / f"{len(running)}.json"
        file.write_bytes(msgspec.json.encode(runtime))
        environment = {**os.environ, VARIABLE: str(file), "PYTHONPATH": str(ROOT)}
        with (tmp_path / f"{len(running)}.log").open("wb") as log:
            running.append(subprocess.Popen([sys.executable, "-m", *arguments], env=environment, stdout=log, stderr=log, cwd=tmp_path))
        return running[-1]

    yield start
    for process in running:
        process.terminate()
    assert [process.wait(20) for process in running] == [0] * len(running)


def test_checkpoints_come_on_a_schedule_and_into_the_log(
    tmp_path: Path, kafka: RunningKafka, valkey: RunningValkey, started: Callable[[Runtime, Sequence[str]], subprocess.Popen[bytes]]
) -> None:
    """By a real dispatcher; then the log comes to rest, is verified by its own checkpoints, and a forger's re-writing is found by them."""
    folder = tmp_path / "data"
    with held(folder):
        installation = Installation(folder, kafka, valkey)
        runtime = msgspec.structs.replace(installation.runtime, witness=WitnessSchedule(every_s=1, folder=str(tmp_path / "shared")))
        started(runtime, ["stream.worker", "dispatcher"])
        gate = CommandGate(runtime)
        place = Place(lat_wgs84=37.38, lon_wgs84=118.02, area=COUNTY + "001000", name="天桥下")
        for number in range(5):
            report = ReportIncident(source=Source.HOTLINE, urgency=Urgency.URGENT, place=place)
            assert gate.send(report, jurisdiction=COUNTY, command_id=f"sys:test:{number}")
        gate.close()
        until(lambda: len(installation.records().get(PARTITION, ())) == 5, "five commits")
        part = started(runtime, ["stream.witness.part"])
        until(lambda: len(installation.records()[PARTITION]) == 6, "a checkpoint in the log")
        shared = tmp_path / "shared" / COUNTY / "checkpoint"
        written = shared.read_bytes()
        # Rounds go on: the worker's heartbeat counts them. That a checkpoint was recorded makes no other one.
        store = redis.Redis.from_url(runtime.valkey_url)
        rounds = int(store.hget("worker:witness", "progress") or 0)
        until(lambda: int(store.hget("worker:witness", "progress") or 0) >= rounds + 2, "two more rounds")
        store.close()
        log = installation.records()
        assert len(log[PARTITION]) == 6
        assert shared.read_bytes() == written
        assert written.decode() in [getattr(event, "note", "") for event in decode_commit(log[PARTITION][5]).events]
        # The checkpoint in the log, the installation's own; neither needs the other.
        assert "6 records, 0 of them fenced off, 2 checkpoints, all as they must be" in installation.audit("verify").stdout
        part.terminate()
        assert part.wait(20) == 0
        records: list[bytes] = []
        for index, raw in enumerate(log[PARTITION]):
            one = decode_commit(raw)
            actor = Actor(account="nobody", role=Role.SYSTEM) if index == 2 else one.actor
            records.append(encode_commit(msgspec.structs.replace(one, actor=actor, previous=digest(records[-1]) if records else GENESIS)))
        kept_folder(runtime).path.rename(tmp_path / "removed")
        installation.show({PARTITION: records})
        told = said(installation.audit("verify"))
        assert "one of the records 1 to 5 is not what it was when the checkpoint that record 6 holds was signed" in told
