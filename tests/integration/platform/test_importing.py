"""A city's registers come in from spreadsheets: on real Kafka and Valkey, sealed, once, and never against an erasure."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.registry_entries import AccountEntry, UnitEntry
from contracts.terms import Role
from nuandeng.embedded.guard import Guard
from nuandeng.embedded.session import RunningKafka, RunningValkey
from nuandeng.importing.rejected import as_csv
from nuandeng.importing.xlsx_writing import write_xlsx
from nuandeng.keeping.errors import NotRunningError
from stream.audit import verify
from stream.readmodel.read import read_room
from stream.replay import replay
from tests.integration.platform.standing_city import CITY, COUNTY, OTHER, StandingCity, standing_city, until
from tests.integration.stream.standing_log import standing_commits
from web.access.passwords import secret_name

HEADS = ["编号", "姓名", "手机", "所属区划", "技能"]


@pytest.fixture
def city(tmp_path: Path, kafka: RunningKafka, valkey: RunningValkey, server_guard: Guard) -> Iterator[StandingCity]:
    """A city in which nobody is registered yet."""
    with standing_city(tmp_path / "data", kafka, valkey, server_guard) as made:
        yield made


def people(count: int = 300) -> list[list[str]]:
    """Volunteers of two counties by turns."""
    return [
        [f"u{number}", f"志愿者{number:04d}", f"139{number:08d}", f"{(COUNTY, OTHER)[number % 2]}002000", "急救"] for number in range(count)
    ]


def table(path: Path, rows: list[list[str]], heads: list[str] = HEADS) -> Path:
    """A file of these rows, in the form that its name says."""
    if path.suffix == ".csv":
        path.write_bytes(as_csv([heads, *rows]))
    else:
        with path.open("wb") as file:
            write_xlsx(file, [heads, *rows])
    return path


def imported(city: StandingCity, *arguments: str | Path, exit_code: int = 0) -> str:
    """What `nuandeng import …` said."""
    done = city.nuandeng("import", *arguments, "--lang", "en")
    assert done.exit_code == exit_code, (done.output, done.exception)
    return done.output


def entries(city: StandingCity) -> dict[str, UnitEntry]:
    """The units that the log holds, of both counties."""
    states = replay(city.runtime).states
    return {name: unit.entry for code in (COUNTY, OTHER) if code in states for name, unit in states[code].units.items()}


def test_three_hundred_volunteers_come_in_once(city: StandingCity, tmp_path: Path) -> None:
    """A dry run changes nothing; then all stand, sealed; again nothing changes; a changed row does; an erased person stays so."""
    rows = people()
    file = table(tmp_path / "名册.xlsx", rows)
    assert "300 rows, 0 with errors; new 300" in imported(city, "volunteers", file, "--dry-run")
    assert verify(city.runtime).records == 0
    assert "2 commands; 300 rows stand in the log" in imported(city, "volunteers", file, "--by", "王主任")
    assert {(one.actor.account, one.actor.role) for one in standing_commits(city.runtime)} == {("cli:王主任", Role.ADMIN)}
    city.projected()
    for code in (COUNTY, OTHER):
        assert len(read_room(city.store, code, ("roster",)).documents["roster"]) == 150
    shown = json.loads(read_room(city.store, COUNTY, ("roster",)).documents["roster"]["u0"])
    assert (shown["area"], shown["skills"]) == ("371602002000", ["first_aid"])
    units = entries(city)
    for unit, name, phone, area, _ in rows:
        entry = units[unit]
        assert entry.name is not None
        assert entry.phone is not None
        assert (city.sealer.unseal_text(entry.name), city.sealer.unseal_text(entry.phone), entry.area) == (name, phone, area)
        assert entry.name.key == entry.phone.key
    assert len({entry.name.key for entry in units.values() if entry.name}) == 300
    records = verify(city.runtime).records
    assert "unchanged 300" in imported(city, "volunteers", file)
    assert verify(city.runtime).records == records

    gone = city.nuandeng("erase", "unit:u7", "--reason", "asked for it")
    assert gone.exit_code == 0, (gone.output, gone.exception)
    rows[8][1] = "改名"
    said = imported(city, "volunteers", table(tmp_path / "again.csv", rows))
    assert "changed 1, unchanged 298, erased, left alone 1" in said
    assert "row 9 [person_erased]" in said
    later = entries(city)
    renamed, before = later["u8"], units["u8"]
    assert renamed.name is not None
    assert before.name is not None
    assert (city.sealer.unseal_text(renamed.name), renamed.name.key, renamed.phone) == ("改名", before.name.key, before.phone)
    assert (later["u7"].name, later["u7"].phone) == (None, None)
    log = b"".join(path.read_bytes() for path in city.folder.glob("*.log"))
    assert not [text for row in rows for text in row[1:3] if text.encode() in log or text in said]


def test_bad_rows_hold_the_others_back_unless_they_are_skipped(city: StandingCity, tmp_path: Path) -> None:
    """Nothing is sent; with --skip-bad the rest is, and what was left out can be corrected and imported from where it was written."""
    rows = [["u1", "王建国", "13800000001", "371602", ""], ["u2", "李娜", "=1+1", "371602", ""], ["u3", "=HYPERLINK(1)", "", "110101", ""]]
    file = table(tmp_path / "people.csv", rows)
    said = imported(city, "volunteers", file, exit_code=1)
    assert "row 3, column C (phone) [phone_wrong]" in said
    assert "row 4, column D (area) [area_unknown]" in said
    assert "Nothing was imported" in said
    assert verify(city.runtime).records == 0
    said = imported(city, "volunteers", file, "--skip-bad", exit_code=1)
    assert "1 rows stand in the log" in said
    assert "李娜" not in said
    rejected = tmp_path / "people.csv.rejected.csv"
    assert rejected.stat().st_mode & 0o777 == 0o600
    written = rejected.read_text("utf-8-sig")
    assert "'=1+1" in written
    assert ',3,"C[phone_wrong]' in written
    assert "'=HYPERLINK(1)" in written
    corrected = written.replace("'=1+1", "13800000002").replace("110101", "371622")
    rejected.write_text(corrected, "utf-8-sig")
    assert "2 rows stand in the log" in imported(city, "volunteers", rejected)
    third = entries(city)["u3"]
    assert third.name is not None
    assert city.sealer.unseal_text(third.name) == "=HYPERLINK(1)"


def test_the_other_registers_come_in_and_accounts_get_their_passwords(city: StandingCity, tmp_path: Path) -> None:
    """Vehicles, rescue points, cameras in GCJ-02, accounts whose passwords are written once to a file of one's own."""
    vehicles = table(tmp_path / "v.csv", [["v1", "救助01", "371602"]], ["编号", "车牌", "区划"])
    at, heads = ["371602", "37.38", "118.02"], ["编号", "名称", "区划", "纬度", "经度"]
    points = table(tmp_path / "p.xlsx", [["p1", "救助站", *at, "6"]], [*heads, "床位"])
    cameras = table(tmp_path / "c.csv", [["c1", "路口", *at, "公安"]], [*heads, "归属"])
    accounts = table(
        tmp_path / "a.csv", [["op1", "值班员", "371602", ""], ["crew1", "车组", "371602", "v1"]], ["登录名", "角色", "辖区", "力量编号"]
    )
    for register, file, more in (("vehicles", vehicles, ()), ("points", points, ()), ("cameras", cameras, ("--datum", "gcj02"))):
        assert "1 rows stand in the log" in imported(city, register, file, *more)
        assert "unchanged 1" in imported(city, register, file, *more)
    passwords = tmp_path / "passwords.csv"
    assert "2 rows stand in the log" in imported(city, "accounts", accounts, "--passwords", passwords)
    states = replay(city.runtime).states
    assert states[COUNTY].units["v1"].entry.label == "救助01"
    assert states[COUNTY].points["p1"].entry.beds == 6
    assert 37.378 < states[COUNTY].cameras["c1"].entry.place.lat_wgs84 < 37.3799
    crew = states[CITY].accounts["crew1"].entry
    assert isinstance(crew, AccountEntry)
    assert (crew.role, crew.unit) == ("responder", "v1")
    assert [line.split(",")[0] for line in passwords.read_text("utf-8-sig").splitlines()] == ["username", "op1", "crew1"]
    assert passwords.stat().st_mode & 0o777 == 0o600
    assert city.secrets.get(secret_name("op1")) is not None
    until(lambda: "op1" in read_room(city.store, CITY, ("account",)).documents["account"], "the account is there")


def test_without_a_running_platform_nothing_is_sent(tmp_path: Path) -> None:
    """Only the dispatcher decides what enters a register."""
    from typer.testing import CliRunner  # noqa: PLC0415

    from nuandeng.cli import app  # noqa: PLC0415

    done = CliRunner().invoke(app, ["import", "points", "x.csv", "--data-dir", str(tmp_path)])
    assert isinstance(done.exception, NotRunningError)
