"""What can stop the platform from starting or running, each with a stable code. The command line prints them without a traceback."""

from contracts.errors import NuandengError


class PlatformError(NuandengError):
    """Base of everything the command line reports in one line and exit code 2."""

    code = "platform"


class PortTakenError(PlatformError):
    """Another process listens where a part should."""

    code = "port_taken"
    what_to_do = "Stop the other process, or choose another port (0 takes a free one)."


class DataDirInUseError(PlatformError):
    """A running platform holds this data directory."""

    code = "data_dir_in_use"
    what_to_do = "Stop the other platform, or choose another --data-dir."


class DataDirBrokenError(PlatformError):
    """The data directory cannot be written, or what lies in it is not ours or damaged."""

    code = "data_dir_broken"
    what_to_do = "Check the directory's owner and rights; `nuandeng doctor` names what is wrong."


class DiskFullError(PlatformError):
    """Too little room to keep the log safe."""

    code = "disk_full"
    what_to_do = "Free some disk space, or choose a --data-dir on another disk."


class SetupMissingError(PlatformError):
    """Something that set-up makes is not there: jars, Java, front-ends, models."""

    code = "setup_missing"
    what_to_do = "Run `make setup` in the checkout."


class PartFailedError(PlatformError):
    """A part ended or did not become ready in time while the platform started."""

    code = "part_failed"
    what_to_do = "Read the end of the part's log, named above."


class VendorKnownError(PlatformError):
    """A vendor of the case feed that is to be added has a secret already."""

    code = "vendor_known"
    what_to_do = "Use the secret it was given, or make another one with --new-secret; the old one then ends."


class VendorUnknownError(PlatformError):
    """There is no such vendor of the case feed."""

    code = "vendor_unknown"
    what_to_do = "`nuandeng case-feed list-vendors` names those there are."


class SettingsError(PlatformError):
    """The settings file does not say what it should."""

    code = "settings_invalid"
    what_to_do = "Correct the settings file; `nuandeng config check FILE` tries it without starting anything."
