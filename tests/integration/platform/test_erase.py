"""Somebody is erased: on real Kafka and Valkey, nothing of them can be read anywhere, and the log verifies as before."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contracts.commands import AddNote, RegisterAccounts, RegisterUnits, ReportIncident
from contracts.errors import KeyDestroyedError, UnreadableError
from contracts.registry_entries import AccountEntry, UnitEntry
from contracts.terms import Role, Source, UnitKind
from contracts.values import Picture
from nuandeng.cli import app
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from nuandeng.keeping.errors import NotRunningError, PersonAmbiguousError, PersonUnknownError, ReasonMissingError
from stream.audit import verify
from stream.readmodel.read import read_room
from stream.replay import replay
from tests.integration.platform.standing_city import ADMIN, CITY, COUNTY, StandingCity, place, standing_city

WORDS, REPORTER, NAME = "老人穿灰棉袄", "13800000000", "王建国"


@pytest.fixture
def city(tmp_path: Path, kafka: RunningKafka, valkey: RunningValkey, server_guard: Guard) -> Iterator[StandingCity]:
    """A city in which nothing has happened yet."""
    with standing_city(tmp_path / "data", kafka, valkey, server_guard) as made:
        yield made


def reported(city: StandingCity, words: str = WORDS) -> tuple[str, Picture]:
    """An incident with words, a reporter and a picture, all under one key, and a note under it added later."""
    key = city.keys.create()
    picture = city.evidence.save(b"original " + words.encode(), b"public " + words.encode(), key=key, taken_at_ms=1, camera=None)
    body = ReportIncident(
        source=Source.PUBLIC, place=place(), description=city.sealer.seal_text(key, words),
        reporter=city.sealer.seal_text(key, REPORTER), pictures=(picture,),
    )  # fmt: skip
    incident = city.ask(body).created[0]
    city.ask(AddNote(incident=incident, note=city.sealer.seal_text(key, f"note: {words}")))
    return incident, picture


def test_a_reporter_is_erased_everywhere_and_the_chain_still_verifies(city: StandingCity, tmp_path: Path) -> None:
    """Keys, pictures, read model; a bystander stays; the log says who and why; the digest is that of a replay; the certificate names it."""
    incident, picture = reported(city)
    bystander, other = reported(city, "另一人")
    sealed = (city.folder / "evidence" / "originals" / picture.sha256[:2] / picture.sha256).read_bytes()
    before = verify(city.runtime)
    certificates = tmp_path / "certificates"
    done = city.nuandeng("erase", incident, "--reason", "本人要求", "--by", "duty officer", "--certificates", certificates)
    assert done.exit_code == 0, (done.output, done.exception)
    with pytest.raises(KeyDestroyedError):  # whoever kept the sealed original has nothing
        city.keys.unseal(picture.key, sealed)
    with pytest.raises(UnreadableError):
        city.evidence.original(picture)
    with pytest.raises(UnreadableError):
        city.evidence.public(picture.public_sha256)
    assert city.evidence.original(other) == "original 另一人".encode()
    city.projected()
    documents = read_room(city.store, COUNTY).documents["incident"]
    gone, kept = (json.loads(documents[one]) for one in (incident, bystander))
    assert (gone.get("description"), gone.get("reporter"), gone.get("pictures", [])) == (None, None, [])
    assert kept["description"]["key"] == other.key
    after = verify(city.runtime)
    assert after.bad is None
    assert after.records == before.records + 1
    state = replay(city.runtime).states[COUNTY]
    line = state.incidents[incident].timeline[-1]
    assert (line.event, line.facts) == ("PersonErased", {"reason": "本人要求"})
    assert picture.key.encode() not in (city.folder / "keystore").read_bytes()
    (machine,), (people,) = certificates.glob("*.json"), certificates.glob("*.txt")
    told = json.loads(machine.read_bytes())
    assert (told["subjects"], told["keys"], told["by"]) == ([f"incident:{incident}"], [picture.key], "duty officer")
    assert [(one["jurisdiction"], one["sequence"]) for one in told["recorded"]] == [(COUNTY, after.heads[COUNTY][0])]
    assert told["recorded"][0]["sha256"] == after.heads[COUNTY][1]
    everything = machine.read_text() + people.read_text() + (city.folder / "erased").read_text()
    assert not any(text in everything for text in (WORDS, REPORTER, base64.b64encode(WORDS.encode()).decode()))
    assert picture.key in people.read_text()


def test_a_volunteer_is_erased_with_account_password_and_phones(city: StandingCity) -> None:
    """By the account's name; said twice it is recorded once; the unit stays in the books without name and phone."""
    key = city.keys.create()
    unit = UnitEntry(
        unit="u1", kind=UnitKind.VOLUNTEER, area=f"{COUNTY}001", name=city.sealer.seal_text(key, NAME),
        phone=city.sealer.seal_text(key, REPORTER),
    )  # fmt: skip
    city.ask(RegisterUnits(units=(unit,)), COUNTY, ADMIN)
    account = AccountEntry(account="a1", username="wjg", role=Role.RESPONDER, area=COUNTY, unit="u1", display_name=NAME)
    city.ask(RegisterAccounts(accounts=(account,)), CITY, ADMIN)
    city.secrets.put_many({"password/a1": b"hash", "push:u1:phone": b"endpoint", "push:u11:phone": b"of somebody else"})
    done = city.nuandeng("erase", "wjg", "--reason", "left the service")
    assert done.exit_code == 0, (done.output, done.exception)
    assert city.secrets.under("p") == {"push:u11:phone": b"of somebody else"}
    states = replay(city.runtime).states
    assert (states[COUNTY].units["u1"].entry.name, states[COUNTY].units["u1"].entry.phone) == (None, None)
    closed = states[CITY].accounts["a1"].entry
    assert (closed.username, closed.display_name, closed.disabled) == ("erased-a1", "", True)
    records = verify(city.runtime).records
    again = city.nuandeng("erase", "unit:u1", "--reason", "left the service")
    assert again.exit_code == 0, (again.output, again.exception)
    assert verify(city.runtime).records == records
    assert len(list((city.folder / "erasures").glob("*.json"))) == 2


def test_whoever_cannot_be_told_apart_is_not_erased(city: StandingCity) -> None:
    """An unknown name, one that two go by, no reason, a platform that does not run: nothing is destroyed."""
    key = city.keys.create()
    name = city.sealer.seal_text(key, NAME)
    city.ask(RegisterUnits(units=(UnitEntry(unit="both", kind=UnitKind.VOLUNTEER, area=f"{COUNTY}001", name=name),)), COUNTY, ADMIN)
    account = AccountEntry(account="both", username="b", role=Role.RESPONDER, area=COUNTY)
    city.ask(RegisterAccounts(accounts=(account,)), CITY, ADMIN)
    for person, reason, why in (
        ("nobody", "r", PersonUnknownError), ("both", "r", PersonAmbiguousError), ("account:both", "r", PersonUnknownError),
        ("unit:both", " ", ReasonMissingError),
    ):  # fmt: skip
        assert isinstance(city.nuandeng("erase", person, "--reason", reason).exception, why)
    assert city.sealer.unseal_text(name) == NAME
    assert not (city.folder / "erased").exists()


def test_without_a_running_platform_nobody_is_erased(tmp_path: Path) -> None:
    """The log could not say so."""
    result = CliRunner().invoke(app, ["erase", "u1", "--reason", "r", "--data-dir", str(tmp_path)])
    assert isinstance(result.exception, NotRunningError)
