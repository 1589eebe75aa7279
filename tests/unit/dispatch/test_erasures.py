"""Somebody is erased: the log says so, and the state holds nothing of them any more."""

import pytest

from contracts import commands as cmd
from contracts.registry_entries import UnitEntry
from contracts.terms import Source, UnitKind
from contracts.values import Picture, Sealed
from dispatch import restore, snapshot
from tests.unit.dispatch.night import ADMIN, SQUARE, Night

ONE, OTHER = "k" + "1" * 24, "k" + "2" * 24


def sealed(key: str) -> Sealed:
    return Sealed(key=key, box="Y2lwaGVydGV4dA==")


def picture(key: str) -> Picture:
    return Picture(sha256=key[1] * 64, public_sha256=key[1] * 64, taken_at_ms=1, key=key)


def test_what_was_sealed_with_the_key_leaves_the_state_and_nothing_else_does() -> None:
    """A reporter's words and pictures; another person's picture in the same incident stays, and so does another unit."""
    night = Night()
    (reported, *_) = night.do(
        cmd.ReportIncident(
            source=Source.PUBLIC, place=SQUARE, description=sealed(ONE), reporter=sealed(ONE), pictures=(picture(ONE), picture(OTHER))
        )
    )
    (bystander, *_) = night.do(cmd.ReportIncident(source=Source.HOTLINE, place=SQUARE, description=sealed(OTHER)))
    night.do(cmd.ErasePerson(keys=(ONE,), by="root", reason="asked for it"))
    incident = night.state.incidents[reported.incident]
    assert (incident.description, incident.reporter, incident.pictures) == (None, None, (picture(OTHER),))
    assert incident.timeline[-1].event == "PersonErased"
    assert night.state.incidents[bystander.incident].description == sealed(OTHER)
    assert night.touched[-1] == (("incident", reported.incident),)
    assert ONE.encode() not in snapshot(night.state)
    assert restore(snapshot(night.state)).incidents == night.state.incidents


def test_a_volunteer_keeps_the_unit_and_loses_name_and_phone() -> None:
    """Whoever looks at an old task sees that somebody was there, and not who."""
    night = Night()
    entries = tuple(
        UnitEntry(unit=unit, kind=UnitKind.VOLUNTEER, area="371602001", name=sealed(key), phone=sealed(key))
        for unit, key in (("u1", ONE), ("u2", OTHER))
    )
    night.do(cmd.RegisterUnits(units=entries), ADMIN)
    night.do(cmd.ErasePerson(keys=(ONE,), by="root", reason="left"))
    assert (night.state.units["u1"].entry.name, night.state.units["u1"].entry.phone) == (None, None)
    assert night.state.units["u2"].entry.name == sealed(OTHER)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (cmd.ErasePerson(keys=(), by="root", reason="r"), "out_of_range"),
        (cmd.ErasePerson(keys=("王建国",), by="root", reason="r"), "out_of_range"),
        (cmd.ErasePerson(keys=(ONE,), by="root", reason=" "), "reason_missing"),
        (cmd.ErasePerson(keys=(ONE,) * 501, by="root", reason="r"), "too_many"),
    ],
)
def test_an_erasure_names_keys_and_a_reason(body: cmd.ErasePerson, code: str) -> None:
    """And never a person."""
    assert Night().refusal(body) == code


def test_only_the_platform_erases() -> None:
    """It is ordered at the command line of the machine that holds the keys, by nobody over the network."""
    assert Night().refusal(cmd.ErasePerson(keys=(ONE,), by="root", reason="r"), ADMIN) == "not_your_role"
