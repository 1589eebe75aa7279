"""What holds now: the strictest of each parameter over all plans in force and the everyday values."""

from contracts.values import PlanSettings
from dispatch.tables import Tables


def strictest(first: PlanSettings, second: PlanSettings) -> PlanSettings:
    """Return the stricter of each parameter; rescue points and messages of both."""
    messages = dict.fromkeys(message for message in (first.message, second.message) if message)
    return PlanSettings(
        patrol_cadence_min=min(first.patrol_cadence_min, second.patrol_cadence_min),
        dwell_threshold_s=min(first.dwell_threshold_s, second.dwell_threshold_s),
        urgency_uplift=max(first.urgency_uplift, second.urgency_uplift),
        offer_radii_m=(max(first.offer_radii_m[0], second.offer_radii_m[0]), max(first.offer_radii_m[1], second.offer_radii_m[1])),
        open_points=tuple(dict.fromkeys((*first.open_points, *second.open_points))),
        open_all_points=first.open_all_points or second.open_all_points, call_up=max(first.call_up, second.call_up),
        message="\n".join(messages), revisit_h=min(first.revisit_h, second.revisit_h),
        auto_dispatch=first.auto_dispatch or second.auto_dispatch,
    )


def settings_in_force(state: Tables) -> PlanSettings:
    """Return the parameters that hold for what starts now."""
    settings = state.everyday
    if not state.in_force:
        return settings
    for hazard in sorted(state.in_force):
        settings = strictest(settings, state.in_force[hazard].settings)
    return settings
