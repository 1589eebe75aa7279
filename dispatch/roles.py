"""Which roles may send which command. What a move of a life cycle allows stands in dispatch.transitions; this is the outer door."""

from typing import Final

from contracts import commands as cmd
from contracts.terms import Role

_DESK = frozenset({Role.OPERATOR, Role.SUPERVISOR})
_SUP = frozenset({Role.SUPERVISOR})
_FIELD = _DESK | {Role.RESPONDER}
_SYS = frozenset({Role.SYSTEM})
_REGISTRAR = frozenset({Role.ADMIN, Role.SYSTEM})

SENDERS: Final[dict[type[cmd.Body], frozenset[Role]]] = {
    cmd.ReportIncident: _FIELD | {Role.PUBLIC, Role.STATION, Role.SYSTEM},
    cmd.ReportSighting: _SYS,
    cmd.ReceiveIncident: _DESK,
    cmd.FileIncident: _DESK,
    cmd.RejectIncident: _DESK,
    cmd.MergeIncident: _DESK,
    cmd.HoldIncident: _SUP,
    cmd.WakeIncident: _SUP,
    cmd.CancelIncident: _DESK,
    cmd.ChangeUrgency: _DESK,
    cmd.DispatchIncident: _DESK | _SYS,
    cmd.ReportDisposition: _FIELD | {Role.STATION, Role.AGENCY},
    cmd.VerifyIncident: frozenset({Role.VERIFIER}),
    cmd.CloseIncident: _DESK,
    cmd.ReopenIncident: _SUP,
    cmd.AddNote: _FIELD | {Role.STATION, Role.AGENCY, Role.VERIFIER},
    cmd.OfferWave: _SYS,
    cmd.AnswerOffer: _FIELD,
    cmd.MoveAssignment: _FIELD | {Role.STATION, Role.SYSTEM},
    cmd.CheckIn: _FIELD,
    cmd.RecallAssignment: _DESK,
    cmd.ConfirmBed: _SUP | {Role.STATION},
    cmd.RecordDelivery: _SYS | {Role.RESPONDER},
    cmd.RecordEffect: _SYS,
    cmd.SetDuty: _FIELD | {Role.STATION, Role.SYSTEM},
    cmd.RaiseSos: _FIELD,
    cmd.NoteContact: _SYS,
    cmd.SetBeds: _SUP | {Role.STATION},
    cmd.ReportCameraHealth: _SYS,
    cmd.RegisterUnits: _REGISTRAR,
    cmd.RegisterCameras: _REGISTRAR,
    cmd.RegisterPoints: _REGISTRAR,
    cmd.RegisterAccounts: _REGISTRAR,
    cmd.ConfigurePlans: _REGISTRAR,
    cmd.ApplyWarning: _REGISTRAR,
    cmd.OverridePlan: _SUP,
    cmd.OpenEvidence: _SUP | {Role.VERIFIER},
    cmd.RecordCheckpoint: _SYS,
    cmd.ErasePerson: _SYS,
    cmd.DeadlineReached: _SYS,
}
