/** Which rows stand in the queue, in which order, and what each asks. Pure. */
import type { AssignmentDocument, ClockDocument, Urgency } from '../design/documents'
import { viewClock, type ClockView } from '../design/time'
import type { WireIncident } from '../design/wire'

const RANK: Record<Urgency, number> = { very_urgent: 0, urgent: 1, routine: 2 }
const OPEN = new Set(['reported', 'received', 'filed', 'on_hold', 'dispatched', 'in_progress', 'feedback', 'verified'])
const WORKING = new Set(['accepted', 'en_route', 'on_scene', 'contacted', 'not_found', 'transporting', 'at_facility'])
const CHASED: Partial<Record<string, ClockDocument['clock'][]>> = {
  chase_departure: ['depart', 'depart_nudge'],
  chase_arrival: ['arrive'],
  chase_check_in: ['check_in'],
}

export interface Row {
  incident: WireIncident
  clock: ClockDocument | null
  view: ClockView | null
  hand: boolean
}

/** The clock that a row shows: of the step that is asked, of the one being chased, else the case's own limit. */
export function pressingClock(incident: WireIncident): ClockDocument | null {
  if (incident.asked === null) return incident.limit ?? incident.clock
  const chased = CHASED[incident.asked]
  if (chased) {
    const late = incident.assignments.map((a) => a.clock).filter((c): c is ClockDocument => c !== null && chased.includes(c.clock))
    const first = late.sort((a, b) => a.due_at_ms - b.due_at_ms)[0]
    if (first) return first
  }
  if (incident.asked === 'overdue') return incident.limit ?? incident.clock
  return incident.clock ?? incident.limit
}

/** Breached first, then 特急 → 急 → 一般, inside each by time left; ties by number, so that equal rows never swap. */
export function compareRows(a: Row, b: Row): number {
  const over = Number(b.view?.stage === 'over') - Number(a.view?.stage === 'over')
  if (over) return over
  const urgency = RANK[a.incident.urgency] - RANK[b.incident.urgency]
  if (urgency) return urgency
  const left = (a.view?.left_ms ?? Infinity) - (b.view?.left_ms ?? Infinity)
  if (left && !Number.isNaN(left)) return left
  return a.incident.number < b.incident.number ? -1 : 1
}

export function isOpen(incident: WireIncident): boolean {
  return OPEN.has(incident.state)
}

/** Split the open incidents into 要动手 and 有人在办, both in order. */
export function makeQueue(incidents: Iterable<WireIncident>, now_ms: number): { hand: Row[]; inHand: Row[] } {
  const hand: Row[] = []
  const inHand: Row[] = []
  for (const incident of incidents) {
    if (!isOpen(incident)) continue
    const clock = pressingClock(incident)
    const row: Row = { incident, clock, view: clock && viewClock(clock, now_ms), hand: incident.asked !== null }
    ;(row.hand ? hand : inHand).push(row)
  }
  return { hand: hand.sort(compareRows), inHand: inHand.sort(compareRows) }
}

/** Who is furthest along, for the words of a quiet row. */
export function leadAssignment(incident: WireIncident): AssignmentDocument | null {
  const order = ['at_facility', 'transporting', 'contacted', 'not_found', 'on_scene', 'en_route', 'accepted', 'offered', 'standby', 'planned']
  const open = incident.assignments.filter((a) => order.includes(a.state))
  return open.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0] ?? null
}

export function isWorking(assignment: AssignmentDocument): boolean {
  return WORKING.has(assignment.state)
}

/**
 * The order a person sees: while held, rows keep their places, new ones wait, and one that was taken elsewhere stays until release.
 * Returns ids in the order to draw; `waiting` are those held back.
 */
export function heldOrder(shown: readonly string[], sorted: readonly string[], held: boolean): { order: string[]; waiting: string[] } {
  if (!held) return { order: [...sorted], waiting: [] }
  const known = new Set(shown)
  return { order: [...shown], waiting: sorted.filter((id) => !known.has(id)) }
}
