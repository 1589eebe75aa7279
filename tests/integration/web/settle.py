"""`python -m tests.integration.web.settle`: tells the real writer of accounts, a unit and a point, as set-up would."""

from contracts.commands import RegisterPoints, RegisterUnits
from contracts.registry_entries import AccountEntry, PointEntry, UnitEntry
from contracts.terms import Role, UnitKind
from stream.access import runtime_from_environment
from stream.commands import CommandGate
from tests.integration.web.town import COUNTY, PASSWORD, SQUARE
from web.access.accounts import create_account, open_secrets


def main() -> None:
    """Send everything, and wait until Kafka has it."""
    runtime = runtime_from_environment()
    gate, secrets = CommandGate(runtime), open_secrets(runtime)
    for name, role, unit in (("op", Role.OPERATOR, None), ("r1", Role.RESPONDER, "u1"), ("aud", Role.AUDITOR, None)):
        entry = AccountEntry(account=name, username=name, role=role, area="3716" if role is Role.AUDITOR else COUNTY, unit=unit)
        create_account(entry, PASSWORD, secrets=secrets, gate=gate)
    units = RegisterUnits(units=(UnitEntry(unit="u1", kind=UnitKind.VOLUNTEER, area="371602001"),))
    gate.send(units, jurisdiction=COUNTY, command_id="sys:units")
    points = RegisterPoints(points=(PointEntry(point="p1", name="救助站", place=SQUARE, beds=2, open=True),))
    gate.send(points, jurisdiction=COUNTY, command_id="sys:points")
    gate.close()


if __name__ == "__main__":
    main()
