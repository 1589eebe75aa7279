"""intake.reports → ReportIncident: cases of the urban-management platform, the hotline and the public."""

from hashlib import sha256

import msgspec

from contracts.commands import ReportIncident
from contracts.observations import IntakeReport
from stream.agents import UnusableError
from stream.commands import CommandSender, system_command

decode_report = msgspec.json.Decoder(IntakeReport).decode


class IntakeDesk:
    """Uses one report at a time. jurisdictions: those that exist; empty: any."""

    def __init__(self, jurisdictions: frozenset[str], sender: CommandSender) -> None:
        self._jurisdictions, self._sender = jurisdictions, sender

    async def use(self, raw: bytes) -> None:
        """Send the command. Raises UnusableError, msgspec.MsgspecError, KafkaError."""
        report = decode_report(raw)
        if self._jurisdictions and report.jurisdiction not in self._jurisdictions:
            raise UnusableError("unknown_jurisdiction", report.jurisdiction)
        body = ReportIncident(
            source=report.source,
            place=report.place,
            urgency=report.urgency,
            people=report.people,
            minor=report.minor,
            description=report.description,
            reporter=report.reporter,
            pictures=report.pictures,
            reference=f"{report.vendor}/{report.reference}",
            simulated=report.simulated,
        )
        # The same bytes again are the same command; the same case with something new is decided, and told to be the same by its reference.
        command_id = f"sys:intake:{report.vendor}:{report.reference}:{sha256(raw).hexdigest()[:16]}"
        await self._sender.send(system_command(body, jurisdiction=report.jurisdiction, command_id=command_id))
