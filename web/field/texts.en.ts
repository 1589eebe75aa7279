/** The volunteer's page in English. */
import type { FieldTexts } from './texts.zh'

export const en: FieldTexts = {
  brand: 'Nuandeng', back: 'Back', cancel: 'Cancel', again: 'Try again', code: 'code', send: 'Send',
  login: { title: 'Volunteer log-in', user: 'User name', password: 'Password', go: 'Enter', checking: 'Checking…', not_you: 'This is no volunteer account; use the console.', wait: 'Try again in {s} s.' },
  home: {
    hello: 'Thank you, {name}', hello_night: 'Thank you for tonight, {name}', on: 'On duty', off: 'Off duty', on_since: 'On duty since {at} · position only while on duty', off_note: 'Off duty: no position is sent, no request comes', busy: 'You have a task; finish it first', today: 'Last 24 hours', hours: 'hours out',
    takes: 'of last 20 taken', none: 'none yet', skills: 'What I can do', no_skills: 'No skill registered', rest: 'After 4 h on duty we remind you to rest', decline_free: 'Declining costs nothing and changes nothing', no_task: 'No request now', no_task_more: 'When somebody needs help, this rings. The phone may be locked.', state: 'State', resting: 'resting until {at}',
  },
  fix: { seconds: 'position {n} s ago', none: 'no position', denied: 'position not allowed', off: 'off duty: no position' },
  tab: { home: 'Home', task: 'Task', mine: 'Me' },
  offer: {
    answer_in: 'Please answer in time', then_next: 'else we ask the next', must: 'This one must be answered', asked_at: 'asked {at}', distance: 'away', walk: 'to get there', together: 'go in all', people_unit: '{n}', minutes: '{n} min', metres: '{n} m', km: '{n} km', needs_you: 'Needs you for: {skills}', minor: 'may be a minor',
    seen: '{n} person, {posture}; please go and see | {n} people, {posture}; please go and see', approx: 'Exact place after you accept', accept: 'Accept', decline: 'Decline', why: 'Why not now?', why_note: 'Declining costs nothing. It helps us find the next.', over: 'Time is up; the next was asked', sending: 'Sending…',
    d1: 'Too far', d2: 'Busy now', d3: 'Not well', d4: 'Lack the skill', d5: 'Rather not say',
  },
  task: {
    none: 'No task', none_more: 'After you accept, this leads you step by step.', together: '{n} with you', check_in: 'check in by {at}', late: 'check-in is due', s1: 'Taken', s2: 'On way', s3: 'There', s4: 'Contact', s5: 'Done', navigate: 'Navigate', operator: 'Operator', photo: 'Photo', checkin: 'Check in', cannot: 'Cannot go', not_found: 'Nobody here',
    sos: 'Hold: SOS', sos_hold: 'hold 1 s', sos_sent: 'Help is called; the supervisor knows', depart: 'I am leaving', arrived: 'I am there', contacted: 'Found them', transport: 'Bring to a point', result: 'Report and finish', at_facility: 'We are there', standby: 'Standby: if the first cannot go, we ask you', clear: 'Finish', where_to: 'Bring where?', beds: '{n} beds',
    why_cannot: 'Why can you not go?', photos: '{n} photo, sent with the result | {n} photos, sent with the result', uploading: 'Uploading…', recalled: 'No need to go', recalled_more: 'Thank you. Somebody is there, or things changed.', taken: 'You need not go this time', taken_more: 'Thank you for being on duty. Somebody else is going, or things have changed.', missed: 'Time is up; the next one was asked', missed_more: 'No harm done. It will ring again for a new request.', given_up: 'All right, the operator knows', given_up_more: 'Somebody else will be asked. Take care.', done: 'Done. Thank you', done_more: 'Stay on duty if you can.', ok: 'OK', waiting: 'Waits for the network', call_note: 'The operator calls you on your phone. In an emergency hold SOS, or dial 110 / 120.',
    a1: 'Car trouble', a2: 'Not well', a3: 'Road blocked', a4: 'Not safe',
  },
  result: { title: 'How did it end?', people: 'People helped', note: 'Remark (optional)', rule: 'A minor, or who cannot decide alone, cannot end as Refused help.', revisit: 'A re-visit is planned by itself.', point: 'Brought to' },
  nav: { title: 'Which map?', amap: 'AMap', tencent: 'Tencent Maps', apple: 'Apple Maps', geo: "This phone's map", note: 'AMap and Tencent use another datum; converted.' },
  out: { photo: 'Photo', title: '{n} not sent', now: 'Trying again…', next: 'Next try in {s} s.', offline: 'Nothing counts until it is sent, and no new request arrives.', answer: 'Answer', move: 'Progress', duty: 'Duty', checkin: 'Check-in', result: 'Result', sos: 'SOS', retry: 'Try now', drop: 'Drop', refused: 'Not done: {what}' },
  link: { lost: 'Offline for {age}. New requests do not arrive; reconnecting.', retry: 'Reconnect' },
  mine: { push_on: 'Rings while locked', push_off: 'Ring while locked', push_note: 'Rings with the phone locked and the page closed.', push_denied: 'The browser forbids it. Allow notifications for Nuandeng in the settings.', push_none: 'This browser cannot ring while locked. Keep the page open, or install it first.', install: 'Install', install_note: 'Opens like an app and rings while locked.', language: '中文', leave: 'Log out', sound: 'Try the ring', who: 'Account', busy: 'Registering…', failed: 'Not registered' },
}
