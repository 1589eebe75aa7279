"""Who asks. Pure."""

import msgspec

from contracts.registry_entries import AccountEntry
from contracts.runtime import Jurisdiction
from contracts.terms import Role
from contracts.values import Actor
from dispatch.areas import covers, jurisdiction_of


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """A logged-in account. session: identifier of the log-in, so that it can be ended. by_cookie: the browser sent it by itself."""

    account: AccountEntry
    session: str
    expires_at_ms: int
    by_cookie: bool = False

    @property
    def role(self) -> Role:
        """Its role."""
        return self.account.role

    @property
    def area(self) -> str:
        """Prefix of division codes it may see and act in."""
        return self.account.area

    def actor(self) -> Actor:
        """Return who the log says it was."""
        return Actor(account=self.account.account, role=self.account.role, area=self.account.area, unit=self.account.unit)


def rooms_of(area: str, jurisdictions: tuple[Jurisdiction, ...]) -> tuple[str, ...]:
    """Return the jurisdictions an account of this area looks at: the one it lies in, and all inside it."""
    codes = writers(jurisdictions)
    home = jurisdiction_of(area)
    return tuple(code for code in codes if code == home or covers(area, code))


def writers(jurisdictions: tuple[Jurisdiction, ...]) -> tuple[str, ...]:
    """Return the six-digit codes under which these jurisdictions write."""
    return tuple(jurisdiction_of(one.code) for one in jurisdictions)
