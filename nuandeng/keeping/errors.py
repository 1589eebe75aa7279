"""What can stand in the way of erasing, keeping and handing out."""

from nuandeng.failures import PlatformError


class PersonUnknownError(PlatformError):
    """Nothing in the log or the keystore goes by this name."""

    code = "person_unknown"
    what_to_do = "Name a key, a unit, an incident or an account as the log does; docs/keeping.md says how to find it."


class PersonAmbiguousError(PlatformError):
    """More than one thing goes by this name."""

    code = "person_ambiguous"
    what_to_do = "Put its kind before it: key:, unit:, incident: or account:."


class NotRunningError(PlatformError):
    """Only the running dispatcher writes the log."""

    code = "platform_not_running"
    what_to_do = "Start the platform (`nuandeng up`) and run the command again beside it."


class NotRecordedError(PlatformError):
    """The dispatcher wrote nothing in time, or refused. No key was destroyed."""

    code = "not_recorded"
    what_to_do = "Look whether the dispatcher runs (`nuandeng doctor`), and run the command again: what was recorded is not recorded twice."


class DataDirNotEmptyError(PlatformError):
    """A backup is restored into an empty directory only."""

    code = "data_dir_not_empty"
    what_to_do = "Choose a --data-dir that is empty or not there yet; nothing was changed."


class BackupBrokenError(PlatformError):
    """A backup is not whole, or not what was written."""

    code = "backup_broken"
    what_to_do = "Take another copy of it. A log that does not verify is never restored."


class BackupTakenError(PlatformError):
    """A backup is written into a folder of its own."""

    code = "backup_folder_taken"
    what_to_do = "Name a folder that is empty or not there yet; an older backup is never written over."


class NothingToExportError(PlatformError):
    """The log holds nothing of what was asked for."""

    code = "nothing_to_export"
    what_to_do = "Check the incident's id, or the two times: they are local unless they name a zone."


class ExportTakenError(PlatformError):
    """An export is written into a folder or zip of its own."""

    code = "export_taken"
    what_to_do = "Name a folder that is empty or not there yet, or another zip."


class ReasonMissingError(PlatformError):
    """What opens or destroys something personal needs a reason."""

    code = "reason_missing"
    what_to_do = "Give --reason; it stands in the log, so write no name into it."
