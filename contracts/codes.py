"""Why the rules say no. A code never changes its meaning; the front-ends translate it, the sentence is for everybody else."""

import msgspec


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One reason. title: what is wrong; what_to_do: the next best act; retry: whether the same command may succeed later."""

    code: str
    title: str
    what_to_do: str
    retry: bool = False


def _refusal(code: str, title: str, what_to_do: str, *, retry: bool = False) -> Refusal:
    return Refusal(code=code, title=title, what_to_do=what_to_do, retry=retry)


_ALL = (
    # who
    _refusal("not_your_role", "Your role may not do this.", "Ask somebody whose role may; the page on life cycles says who."),
    _refusal("not_your_area", "This lies outside your area.", "Ask the operator of that area, or an operator of the city."),
    _refusal("not_your_unit", "This task belongs to another unit.", "Look at your own tasks."),
    _refusal("handled_it", "Whoever handled a case does not verify it.", "Leave it to another verifier."),
    # what is not there
    _refusal("unknown_incident", "There is no such incident in this jurisdiction.", "Look it up; it may have been archived."),
    _refusal("unknown_assignment", "There is no such task in this jurisdiction.", "Look the incident up; it may have been archived."),
    _refusal("unknown_unit", "There is no such unit in this jurisdiction.", "Look at the register of units."),
    _refusal("unknown_point", "There is no such rescue point in this jurisdiction.", "Look at the register of rescue points."),
    _refusal("unknown_camera", "There is no such camera in this jurisdiction.", "Register the camera first."),
    _refusal("unknown_plan", "There is no such plan in this jurisdiction.", "Configure the plan first."),
    # what has moved on
    _refusal("wrong_state", "This step is not possible from the present state.", "Look again; somebody may have been faster."),
    _refusal("changed_since", "It changed since you looked.", "Look at what changed and decide again."),
    _refusal("offer_gone", "This offer is over.", "Nothing; thank you. You will be asked again."),
    _refusal("already_answered", "This offer was answered already.", "Nothing."),
    _refusal("quota_filled", "Enough people are on their way already.", "Raise how many must go, if more are needed."),
    _refusal("nobody_free", "None of the chosen units can be asked now.", "Choose others, or send the call without names.", retry=True),
    _refusal("unit_busy", "The unit has a task.", "Clear the task or give it up first."),
    _refusal("not_owed", "Nobody waits for this any more.", "Nothing."),
    # what the rules forbid
    _refusal(
        "minor_cannot_refuse",
        "A minor, or somebody who cannot decide for themselves, cannot be closed as refused.",
        "Stay with the person and call the supervisor.",
    ),
    _refusal("reason_missing", "This step needs a reason.", "Give a reason."),
    _refusal(
        "wake_time_wrong", "A hold needs a wake time that lies ahead and within its longest duration.", "Choose a later or an earlier time."
    ),
    _refusal("quota_wrong", "At least one must go, and not more than fifty.", "Choose another number."),
    _refusal("merge_target_wrong", "An incident can only be merged into another open one.", "Choose another incident."),
    _refusal("beds_wrong", "The number of free beds cannot be.", "Give a number between nought and all beds."),
    _refusal("duty_wrong", "This state follows from the tasks and is never set by hand.", "Choose on duty, off duty, patrol or break."),
    _refusal("times_wrong", "The times contradict each other or lie far ahead.", "Set the sender's clock right and send it again."),
    _refusal(
        "place_wrong", "This is not a place on the ground, or it lies in another jurisdiction.", "Correct the coordinates or the area."
    ),
    _refusal("settings_wrong", "A setting of a plan is out of its range.", "Correct the setting that is named."),
    _refusal("out_of_range", "A number is too large or too small to be meant.", "Correct it."),
    _refusal("too_many", "Too many entries in one command.", "Send them in chunks of up to 500."),
    _refusal("only_in_city", "Accounts are kept by the city.", "Send this to the city's jurisdiction."),
    _refusal("wrong_jurisdiction", "This command belongs to another jurisdiction.", "Send it to the jurisdiction that it names."),
    _refusal(
        "unknown_warning", "No live warning is meant by this cancellation.", "Nothing; it is over already, or never concerned this area."
    ),
    _refusal("warning_over", "This warning is over already.", "Nothing."),
    # the platform itself
    _refusal(
        "too_old",
        "The command is older than what is remembered, so it cannot be told whether it was done.",
        "Look whether it was done; if not, send it again under a new key.",
    ),
    _refusal("key_reused", "This key was used for another request.", "Use a new key for a new request."),
    _refusal("too_large", "What this would write is too large.", "Do it in smaller parts."),
    _refusal(
        "internal", "The platform could not decide this.", "Report it with the command's id; the command is kept in the dead letters."
    ),
)

REFUSALS: dict[str, Refusal] = {refusal.code: refusal for refusal in _ALL}
