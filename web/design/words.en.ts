/** The field's terms in English. */
import type { Words } from './words.zh'

export const en: Words = {
  urgency: { very_urgent: 'Very urgent', urgent: 'Urgent', routine: 'Routine' },
  urgency_tag: { very_urgent: 'V', urgent: 'U', routine: 'R' },
  urgency_mark: { very_urgent: 'V', urgent: 'U', routine: 'R' },
  incident_state: {
    reported: 'Reported', received: 'Received', filed: 'Filed', on_hold: 'On hold', dispatched: 'Dispatched', in_progress: 'In progress', feedback: 'Feedback',
    verified: 'Verified', closed: 'Closed', rejected: 'Rejected', merged: 'Merged', cancelled: 'Cancelled',
  },
  assignment_state: {
    planned: 'Queued', offered: 'Asked', standby: 'Standby', accepted: 'Accepted', en_route: 'En route', on_scene: 'On scene', contacted: 'In contact',
    not_found: 'Not found', transporting: 'To shelter', at_facility: 'At shelter', cleared: 'Cleared', declined: 'Declined', expired: 'No answer',
    recalled: 'Recalled', not_needed: 'Not needed', aborted: 'Aborted',
  },
  unit_state: {
    off_duty: 'Off duty', available: 'On duty', on_patrol: 'On patrol', on_break: 'On break', out_of_service: 'Out of service', reserved: 'Asked',
    committed: 'On a task', returning: 'Returning',
  },
  unit_kind: { volunteer: 'Volunteer', vehicle: 'Vehicle', patrol: 'Patrol', point: 'Rescue point' },
  skill: { first_aid: 'First aid', psychology: 'Counsel', dialect: 'Dialect', medical: 'Medical', stretcher: 'Stretcher', hot_meal: 'Hot food' },
  disposition: {
    sheltered: 'Sheltered', medical: 'To hospital', family_reunited: 'Back with family', returned_home: 'Escorted home', supplies_left: 'Supplies left',
    refused: 'Refused help', not_found: 'Nobody found', unfounded: 'Unfounded',
  },
  source: { camera: 'Camera', case_feed: 'City case', hotline: '12345 call', public: 'Scan code', patrol: 'Patrol', revisit: 'Re-visit' },
  posture: { upright: 'standing', lying: 'lying', sitting: 'seated', unknown: 'posture unknown' },
  channel: { app: 'App', web_push: 'Push', sms: 'SMS', phone: 'Phone', radio: 'Radio', in_person: 'In person' },
  delivery: { sent: 'sent', delivered: 'delivered', seen: 'seen', failed: 'failed' },
  hazard: {
    cold_wave: 'Cold wave', blizzard: 'Blizzard', icy_road: 'Icy roads', rainstorm: 'Rainstorm', heat: 'Heat', gale: 'Gale', typhoon: 'Typhoon',
    thunderstorm: 'Thunderstorm', fog: 'Fog', haze: 'Haze', sandstorm: 'Sandstorm', hail: 'Hail', frost: 'Frost', drought: 'Drought', other: 'Other',
  },
  level: { blue: 'Blue IV', yellow: 'Yellow III', orange: 'Orange II', red: 'Red I' },
  camera_status: { watched: 'Watched', unwatched: 'Unusable', offline: 'Offline', unknown: 'Unknown' },
  camera_reason: { too_dark: 'too dark', black: 'black', frozen: 'frozen', blurred: 'blurred', covered: 'covered', offline: 'offline', no_packets: 'no data', garbage: 'bad data', too_bright: 'too bright', noisy: 'noisy' },
  owner: { police: 'Police', urban_management: 'City mgmt', data_bureau: 'Data bureau' },
  shortfall: { outside_radius: 'too far', location_stale: 'stale fix', resting: 'resting', no_skill: 'no skill', off_duty: 'off duty', busy: 'on a task' },
  clock: {
    receive: 'Receive within', file: 'File within', dispatch: 'Dispatch within', limit: 'Resolve within', offer_window: 'Answer within', next_wave: 'Next wave',
    depart_nudge: 'Departure nudge', depart: 'Depart within', arrive: 'Arrive within', check_in: 'Check in within', clear: 'Clear within', bed_hold: 'Bed held',
    verify: 'Verify within', close: 'Close within', wake: 'Wakes', revisit: 'Re-visit', archive: 'Archive', break: 'Break', return: 'Return',
    warning_start: 'Warning begins', warning_expiry: 'Warning ends', sighting_expiry: 'Sighting ends',
  },
  asked: {
    receive: 'Receive', file: 'File', dispatch: 'Dispatch', phone_supervisor: 'No answer, phone', chase_departure: 'Not left, call', chase_arrival: 'Late, call crew',
    chase_check_in: 'No check-in, call', overdue: 'Overdue, chase', verify: 'Verify', close: 'Close', feedback: 'Ask how it ended',
  },
  role: {
    public: 'Public', operator: 'Operator', supervisor: 'Supervisor', responder: 'Volunteer', station: 'Station', agency: 'Agency', verifier: 'Verifier',
    auditor: 'Auditor', admin: 'Administrator', system: 'System',
  },
  simulated: 'sim',
  simulated_tip: 'A simulated person or case of the demo city, not a real one',
  problem: {
    unreachable: 'The server cannot be reached; nothing was sent.', unknown_yet: 'No result yet. Send it again if you like: it is done only once.',
    bad_credentials: 'User name or password is wrong.', throttled: 'Too many tries; wait a little.', no_session: 'Your login has ended; log in again.',
    not_your_role: 'Your role may not do this.', not_your_area: 'Outside your area.', too_large: 'The file is too large.', unreadable: 'It cannot be read.',
    invalid: 'Something is filled in wrongly.', idempotency_key_reused: 'This request number was used before.',
    store_away: 'The back end is away for the moment; nothing was changed.', not_yet: 'Not caught up yet; try again.', refused: 'Not accepted.',
    too_old: 'The request is too old.',
    changed_since: 'The incident has changed; look first.', wrong_state: 'The incident is past this step.', not_your_unit: 'Not your task.', unknown_point: 'No such point.', unknown_assignment: 'This task is gone.', offer_gone: 'The offer is over.', quota_filled: 'Enough people go.', nobody_free: 'Nobody chosen is free any more.', unit_busy: 'They are on a task.', wake_time_wrong: 'The wake time is wrong.', reason_missing: 'A reason is needed.', minor_cannot_refuse: 'A minor, or who cannot decide alone, cannot end as Refused help.', merge_target_wrong: 'Cannot merge into that one.', handled_it: 'Nobody verifies their own case.', already_answered: 'Already answered.', duty_wrong: 'Duty cannot change like this now.', unknown_unit: 'No such unit.', unknown_plan: 'No such plan.', unknown_incident: 'No such incident.', quota_wrong: 'The number is wrong.', not_found: 'Not found.',
    unknown_camera: 'No such camera.', not_owed: 'Nobody waits for this step any more.', beds_wrong: 'The number of free beds cannot be.', times_wrong: 'The times contradict each other or lie far ahead. Set the clock right and send again.', place_wrong: 'This is no place on the ground, or it lies in another area.', settings_wrong: 'A setting of the plan is out of range.', out_of_range: 'A number is too large or too small; correct it.', too_many: 'Too many at once; send up to 500 at a time.', only_in_city: 'The city keeps the accounts.', wrong_jurisdiction: 'This belongs to another area.', unknown_warning: 'No such live warning; it may be over.', warning_over: 'This warning is over.', key_reused: 'This request number was used before.', internal: 'The platform could not do this; it was kept. Tell the administrator when it happened.', csrf: 'The page is too old; reload it and try again.', method_not_allowed: 'This cannot be done here.', bad_signature: 'The signature of the other system is wrong.', key_destroyed: 'This was destroyed by the rules and cannot be opened.',
  },
}
