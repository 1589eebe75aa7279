/** The console's sentences in English. */
import type { Texts } from './texts.zh'

export const en: Texts = {
  brand: 'Nuandeng', service: 'Street rescue', demo: 'demo city', demo_tip: 'Most people, vehicles and pictures here are simulated; what is simulated is marked', close: 'Close', back: 'Back', again: 'Try again', code: 'code',
  room: { command: 'Command', patrol: 'Patrol', cases: 'Cases', forces: 'Forces', plans: 'Plans', replay: 'Replay' },
  weekday: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
  unit: { min: 'min', km: 'km', people: 'people', h: 'h' },
  lamp: { lit: 'Needs a hand', out: 'In hand', over: 'Breached' },
  top: {
    me: ' (me)', rooms: 'Six rooms', nobody: '—', operators: 'Operators', coverage: 'Cameras seen', sound: 'Sound', sound_on: 'On', sound_off: 'Off', sound_locked: 'Click: on',
    sound_until: 'back at {at}', sound_tip: 'Comes back by itself after 10 min; a breach is never silent', connecting: 'Joining', link: 'Connection', lost: 'Lost', delayed: 'Delayed', live: 'Live',
    ago: '{age} ago', heard: 'Connected', away: '{n} parts away', night: 'Night', day: 'Day', menu: 'Settings and account',
  },
  menu: { day: 'Day colours', night: 'Night colours', keys_off: 'Turn single keys off', keys_on: 'Turn single keys on', help: 'All keys', wall: 'Wall', leave: 'Log out' },
  plan: {
    none: 'No warning in force', everyday: 'Everyday settings: patrol {patrol} min, dwell {dwell} min, offers {near} / {far} km.', until: 'until {at}', by_hand: 'by hand', counties: '{n} of {all} counties',
    patrol: 'Patrol', dwell: 'Dwell', radii: 'Offers', uplift: 'Urgency', points: 'Points', called: 'Called', revisit: 'Re-visit', auto: 'Dispatch', up_by: 'up {n}', all_points: 'all open',
    auto_on: 'automatic', auto_off: 'by hand',
  },
  lost: {
    title: 'Connection lost for {age}', text: 'This screen stopped at {at}. New incidents do not show, dispatches are not sent. ', trying: 'Try {n} is running.', next: 'Try {n} in {s} s.', phone: 'Dispatch by phone', retry: 'Reconnect now',
  },
  notes: { title: '{n} notes taken while offline', send: 'Send this one', drop: 'Drop', by_hand: '[noted by hand while offline, {at}]' },
  age: {
    stopped: 'stopped at {at} · {age} ago', room: '{county} is old · {age}; the rest is live', positions: 'Positions stopped at {at}', oldest: 'oldest {age}', detail: 'Detail stopped at {at} · time left by this clock',
  },
  patrol: {
    strip: 'Patrol', title: 'Cameras watched', seen: '{n} / {all} watched', cadence: 'every {n} min', last_blind: 'Last lost', all_seen: 'All watched', recorded: '{n} play recorded detections', open: 'Cameras',
  },
  queue: {
    title: 'Queue', whole_city: 'City', counties: '{n} counties', order: 'by time left', find: 'Find number or place', hand: 'Needs a hand', in_hand: 'In hand', breached: '{n} breached', very: '{n} very urgent',
    next_mark: 'next 50 % mark {at}', all_on_time: 'all on time', some_late: 'some are late', new: '{n} new', new_held: ', held while you point here', merge: 'Merge now', taken: 'Left here: {what}', wakes: 'wakes {at}',
    escalated: ', SUP told', answering: 'Answers {n}/{all}', eta: '{n} min', none_found: 'Nothing found', none_found_more: 'Try the last digits of a number or a word of the place. Closed ones are in Cases.',
  },
  calm: {
    title: 'Nothing waits for you', last: 'Last: {what} at {at}. ', next: 'A new incident lights up here.', upcoming: 'Coming up', so_far: 'This shift so far', choose: 'Choose an incident in the queue or on the map.', reported: 'reported',
    resolved: 'with a result', sheltered: 'sheltered · home', supplies: 'supplies left', refused: 'refused · not found', arrival: 'median arrival', minutes: '{n} min', assets: 'Devices and people',
    cameras: 'cameras, {n} unusable', points: 'rescue points, {open} open, {beds} beds free', volunteers: 'volunteers on duty; roster with vehicles {all}', vehicles: 'vehicles on duty', recent: 'Just now', nothing_yet: 'Nothing yet this shift.',
  },
  upcoming: { wake: 'A held case wakes', wake_more: 'comes back to Needs a hand by itself', plan_end: 'The plan ends', plan_end_more: 'everyday settings come back by themselves', limit: 'Limit', limit_more: '' },
  loading: { queue: 'Reading the queue · {s} s' },
  incident: {
    panel: 'Incident', people: '{n} person, {posture} | {n} people, {posture}', minor: 'minor', incapable: 'cannot decide alone', uplifted: 'plan raised {from} → {to}', needs: 'needs {skills}', revisit_of: 're-visit',
    told: 'Told:', then_tell: 'then', ended: 'This incident has ended: {state}. What you see is its last moment.', said: 'They said',
  },
  picture: { masked: 'Masked · reason to open', alt: 'Picture of {camera}, faces masked', away: 'The picture cannot be fetched now', by_hand: 'Photo from the scene' },
  timeline: { title: 'Timeline', all: 'all {n}', less: 'less' },
  event: {
    IncidentReported: 'Reported', IncidentReportedAgain: 'Reported again', SightingOpened: 'Seen', SightingAttached: 'Seen again', SightingEnded: 'No longer in view', IncidentReceived: 'Received', IncidentFiled: 'Filed',
    IncidentRejected: 'Rejected', IncidentMerged: 'Merged', IncidentHeld: 'On hold', IncidentWoken: 'Woken', IncidentCancelled: 'Cancelled', UrgencyChanged: 'Urgency now', IncidentDispatched: 'Dispatched',
    WaveStarted: 'Wave asked', WaveEmpty: 'Nobody in this wave', WavesExhausted: 'All waves asked', QuotaFilled: 'Quota filled', IncidentStarted: 'Help has begun', IncidentReturned: 'Back to filed', IncidentEscalated: 'SUP told',
    ClockAlerted: 'Clock mark', IncidentFedBack: 'Feedback', FeedbackAdded: 'More feedback', RevisitPlanned: 'Re-visit planned', RevisitOpened: 'Re-visit opened', IncidentVerified: 'Verified', VerificationFailed: 'Sent back',
    IncidentClosed: 'Closed', IncidentReopened: 'Reopened', IncidentArchived: 'Archived', NoteAdded: 'Note', EvidenceOpened: 'Original opened', field_read: 'Read: {field}', AssignmentPlanned: 'Queued', OfferMade: 'Asked', OfferAccepted: 'Accepted',
    OfferDeclined: 'Declined', StandbyTaken: 'Standby', OfferNotNeeded: 'Not needed', OfferExpired: 'No answer', AssignmentRecalled: 'Recalled', AssignmentMoved: 'Progress', AssignmentAborted: 'Aborted',
    CheckedIn: 'Checked in', CheckInMissed: 'Check-in missed', BedConfirmed: 'Bed confirmed', DeliveryRecorded: 'Delivery',
    other: 'Changed', IncidentTookOver: 'Took one over', AssignmentChased: 'Chased', BedReleased: 'Bed released', BedsSet: 'Beds set', SosRaised: 'SOS', SosEnded: 'SOS ended', DutyChanged: 'Duty changed', ReturnStarted: 'Return begun', ReturnEnded: 'Returned', ContactNoted: 'Contact changed',
    CameraHealthChanged: 'Camera state', UnitsRegistered: 'Units registered', CamerasRegistered: 'Cameras registered', PointsRegistered: 'Points registered', AccountsRegistered: 'Accounts registered', CheckpointRecorded: 'Checkpoint of the log', PersonErased: 'Person erased', PlansConfigured: 'Plans configured', WarningNoted: 'Warning received', WarningTookEffect: 'Warning in effect',
    WarningEnded: 'Warning ended', PlanActivated: 'Plan activated', PlanChanged: 'Plan changed', PlanReverted: 'Everyday settings back', PlanOverridden: 'Plan set by hand', OverrideEnded: 'Setting by hand ended', CommandRejected: 'Command rejected', EffectOwed: 'To be sent', EffectRecorded: 'Sent or failed', EffectWithdrawn: 'Not sent any more',
  },
  fact: {
    before: 'was {n}', pictures: '{n} photos', missed: 'no. {n}', wave: 'wave {n}', asked: '{n} asked', people: '{n} person | {n} people', quota: 'need {n}', percent: '{n} %', number: '{n}', radius_m: '{n} m', dwell_s: 'stayed {n} s', by_plan: 'by plan', by_itself: 'by itself', people_helped: '{n} helped',
    promoted: 'from standby', dropped: 'no longer free {n}',
  },
  reason: { nearest: 'nearest', has_skill: 'has the skill', location_fresh: 'fresh fix', location_stale: 'stale fix', loaded: 'tired', rested: 'rested', never_asked: 'never asked', often_accepts: 'often accepts', seldom_accepts: 'seldom accepts', returning: 'on the way back', lost_contact: 'lost contact', better_elsewhere: 'a better one was asked for another case' },
  who: {
    title: 'Who to send', going: 'Who is going', need: 'need {quota}', found: 'ask {wanted}, found {found}', short: '{n} short', have: 'have {n}', wave: 'Wave {n}', vehicles: 'vehicle, must answer', later: 'by itself if not filled', minutes: 'min', skill: 'Skill',
    tired: 'Tired h', takes: 'Takes', must: 'must', fix_age: 'fix {n} min old', gone: 'no longer free: {why}', nobody: 'Nobody near can be sent.', nobody_act: 'Phone', more: '{n} more', after_filing: 'Advice comes with filing.', none_asked: 'Nobody was asked yet.',
    next_in: 'wave {n} by itself in {s} s',
  },
  act: {
    receive: 'Receive', file_open: 'File…', file: 'File', dispatch: 'Dispatch', dispatch_n: 'Dispatch wave {wave} · {n} people', dispatch_none: 'Tick who shall go', wake: 'Wake now', verify: 'Verify', close: 'Close', reopen: 'Reopen',
    feedback: 'Report result', phone: 'Phone', call_phone_supervisor: 'No answer: phone someone', call_chase_departure: 'Not left: call', call_chase_arrival: 'Late: call the crew', call_chase_check_in: 'No check-in: call',
    call_overdue: 'Overdue: chase by phone', offline: 'Offline: dispatch is not sent', sending: 'Sending…', changed: 'It changed: take a look', transfer: 'Transfer', merge: 'Merge', more: 'More', phone_card: 'Phone card', hand_note: 'Note by hand',
    answer: 'Answer', answer_tip: 'Enter what they said by phone', recall: 'Recall', hold: 'Hold', urgency: 'Urgency', note: 'Note', cancel: 'Cancel', cancel_final: 'Cancel and recall {n} offers', reject: 'Reject', original: 'Open the original', personal: 'Read',
    accepts: 'Accepts', declines: 'Declines', verify_yes: 'Verified', verify_no: 'Send back',
  },
  problem_next: { others: 'Find others', look: 'See what it is now', again: 'Press again; it is not done twice.', nothing: 'Nothing else changed.' },
  problem_title: 'Not done: {what}',
  sheet: {
    file: 'File', reject: 'Reject', merge: 'Merge', hold: 'Hold', cancel: 'Cancel', urgency: 'Urgency', note: 'Note', phone: 'Phone card', more: 'More', transfer: 'Transfer', original: 'Original picture', personal: 'Who reported', feedback: 'Report the result',
    verify: 'Verify', reopen: 'Reopen', answer: 'Answer on behalf', recall: 'Recall',
  },
  sheet_more: {
    reject: 'The reason stays in the log.', hold: 'Leaves Needs a hand and wakes by itself; the case clock goes on.', urgency: 'A clock that is set only moves earlier.', note: 'Seen only by who may see this case.', feedback: 'For the people on the scene.', reopen: 'Back to filed.',
    cancel: 'Recalls every offer. Not after somebody arrived.', original: 'Each opening is written to the log.', personal: 'Who reported it and what they said. Each reading is written to the log.', recall: 'Tells them not to go.', answer: '{who} answered by phone, radio or in person:', phone: 'Call in this order; enter answers with Answer.',
    phone_offline: 'A local copy, you are offline. Note whom you sent with Note by hand; you confirm it on return.',
  },
  form: {
    urgency: 'Urgency', quota: 'How many must go', needs: 'Skills needed', person: 'The person', minor_rule: 'A minor, or someone who cannot decide alone, cannot end as Refused help.', reason: 'Reason', reason_optional: 'Remark (optional)', note: 'Text', into: 'Merge into',
    nothing_to_merge: 'No other open incident in this county.', wake: 'Wakes at', in_30: '30 min', in_60: '1 h', in_120: '2 h', channel: 'How they answered', disposition: 'Result', revisit_rule: 'A re-visit is planned by itself.', point: 'Brought to',
    helped: 'People helped', field: 'What to read',
  },
  personal: { read: 'Read', reporter: 'Reporter', description: 'Looks', none: 'Nothing of this kind was left here.' },
  quick: { r1: 'Not a person', r2: 'Not ours, told them', r3: 'Reported twice', c1: 'Has left', c2: 'False report', k1: 'Enough people', k2: 'Somebody nearer', o1: 'Missing person', o2: 'Police request', m1: 'The same person' },
  not_allowed: {
    area: 'You see {county} but cannot act there. Ask the operator of {county}.', role: 'As {role} you can only read. Ask an operator.', supervisor: 'This step needs a supervisor.', verifier: 'Waits for a verifier; nobody verifies their own case.', own_case: 'You handled this case; somebody else must verify it.',
    original: 'The original needs a supervisor or verifier, and a reason.', personal: 'This needs a supervisor or verifier, and a reason.',
  },
  not_now: { hold: 'Only between filing and dispatch.', reject: 'Only between receiving and filing.', feedback: 'Only after somebody arrived.', reopen: 'Only a closed case.', cancel: 'Somebody is there; too late.', over: 'This case has ended.' },
  not_built: { transfer: 'Transfer slips are not in this version yet.', transfer_more: 'Phone the agency and note to whom, when, and who took it. The case keeps its clock here.' },
  phone: { sealed: 'not open to you', nobody: 'Nobody to call on this case yet.', then: 'Numbers are open only to the operator on the case; each look is logged.' },
  map: {
    drawing: 'Reading the county borders; incidents show already.',
    label: 'Map', zoom: 'Extent', city: 'City', county: 'County', scene: 'Scene', choose_first: 'Choose an incident first', outside: 'Out of view: {place}', no_borders: 'County borders are missing; points only.', no_map: 'This machine cannot draw the map (no WebGL); the queue works.',
  },
  county: { county: 'County', hand: 'Needs', in_hand: 'In hand', duty: 'Duty', beds: 'Beds' },
  legend: { hand: 'Needs a hand', in_hand: 'In hand', volunteers: 'Volunteer', vehicles: 'Vehicle', open: 'Point, open', closed: 'Closed', cameras: 'Camera', blind: 'Unusable' },
  lens: { title: 'Scene', wave: 'wave {n} radius', no_radius: 'vehicle, no radius', plan: 'plan {from} → {to}' },
  keys: {
    title: 'All keys', off: 'single keys are off', row: 'row up / down', open: 'open', space: 'tick', tick: 'tick person n', dispatch: 'dispatch', receive: 'receive', file: 'file', reject: 'reject', transfer: 'transfer', merge: 'merge',
    hold: 'hold (supervisor)', phone: 'phone', more: 'more', new: 'merge new rows', find: 'find', room: 'go to room n', cameras: 'cameras', zoom: 'city / county / scene', region: 'next region', retry: 'reconnect now', back: 'back', help: 'this page',
  },
  login: { title: 'Log in', user: 'User name', password: 'Password', go: 'Enter', checking: 'Checking…', wall: 'The wall needs a login as well.', demo: 'No account? Ask the administrator. Accounts of the demo city are in demo-accounts.json in the data directory.', wait: 'Try again in {s} s.' },
  rooms: {
    search: 'Find', count: '{n} listed', more: 'Next page', loading: 'Reading…', none: 'Nothing fits.', county: 'County', all_counties: 'All counties', state: 'State', all_states: 'All states', name: 'Name', since: 'Since', reason: 'Reason',
    owner: 'Owner', recorded: 'recorded', live: 'live', number: 'Number', place: 'Place', urgency: 'Urgency', source: 'Source', reported: 'Reported', result: 'Result', unit: 'Unit', kind: 'Kind', skills: 'Skills', load: 'Tired h', accept: 'Takes',
    on_duty: 'On duty only', task: 'Task', open_case: 'Open in Command', beds: 'Beds', points: 'Rescue points', station: 'station', point_open: 'open', point_closed: 'closed', people: 'Forces', heading: 'Heading', protocol: 'Protocol',
    cameras_note: 'Blind cameras do not count as watched. "Recorded" plays detections made before; it is no live picture.', forces_note: 'The roster is read page by page; names are masked, numbers open only for dispatch.', duty_label: 'on duty', stale: 'stale fix', lost_contact: 'lost contact', sos: 'SOS',
    photo: 'Picture', here: 'here',
  },
  plans: {
    active: 'In force', none: 'No plan is in force.', settings: 'Settings now', everyday: 'Everyday', now: 'Now', setting: 'Setting', by_warning: 'warning {id}', by_hand: 'by hand', configured: 'Configured plans', level: 'Level', hazard: 'Hazard', started: 'Since', ends: 'Ends',
    enable: 'Activate by hand', disable: 'End by hand', reason: 'Reason', confirm: 'Confirm', supervisor_only: 'Only a supervisor activates or ends a plan by hand.', message: 'Message to volunteers', headline: 'Warning', patrol_cadence_min: 'Patrol cadence', dwell_threshold_s: 'Dwell threshold', urgency_uplift: 'Urgency raised by',
    offer_radii_m: 'Offer radii', open_points: 'Points opened', call_up: 'Called up', revisit_h: 'Re-visit after', auto_dispatch: 'Automatic dispatch', yes: 'yes', no: 'no', all: 'all', done: 'Sent; this page changes when it holds.',
  },
  replay: {
    title: 'Log', note: 'The log is the record: each commit carries the hash of the one before, so one changed byte is found.', digest: 'Digest of the state now', offsets: 'at the offsets', auditor: 'The log and the digest need an auditor account. You are logged in as {role}.', auditor_more: 'On the server, nuandeng replay and nuandeng audit verify check it without this page.',
    sequence: 'No.', at: 'Time', actor: 'Who', events: 'Events', load: 'Read', older: 'Older', newer: 'Newer', copy: 'Check with', jurisdiction: 'Jurisdiction', moment: 'On the server a minute is seen by nuandeng replay --until.',
  },
  past: {
    word: 'Replay', title: 'See a moment', note: 'The console as it was then: queue, map, case, and its clocks. Folded again from the log; it can only be looked at.', incident: 'Incident', no_incident: 'No incident', minute: 'Up to the minute', show: 'See this moment', reading: 'Reading the log…',
    read_only: 'to look at only, nothing can be sent', look: 'look only', slider: 'Commits of the log', of: 'commit {n} of {all}', back: 'Commit before', on: 'Next commit', speed: 'Speed', pause: 'Pause', leave: 'Back to now', not_live: 'not now', known: 'Also known then',
    forces: 'On duty here: volunteers {volunteers} · vehicles {vehicles} · beds free {beds} · cameras unusable {blind}', unanswered: 'Not answered yet: {n} · out of contact or old position: {lost}', last_heard: 'last of this case {at}', not_in_log: 'Positions and recommendations are not in the log and not shown.',
  },
  wall: {
    hand: 'need a hand', breached: '{n} breached', in_hand: 'in hand', closed: 'closed today', coverage: 'cameras seen · {n} unusable', coverage_all: 'cameras seen', volunteers: 'volunteers', beds: 'beds free', most: 'Most pressing first', total: '{n} in all', people: '{n}',
    number: 'Number = volunteers on duty', supervisor: 'Supervisor {name}', live: 'live', no_picture: 'No picture\nnot counted', off_for: '{why} {age}', calm: 'Nothing waits for a hand', overdue: 'Breached', waiting: 'No picture yet', stale: 'stopped at {at}',
  },
}
