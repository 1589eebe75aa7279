/** What comes by itself on a calm night: re-visits, waking cases, a plan's end. Pure. */
import type { PlanDocument } from '../design/documents'
import type { WireIncident } from '../design/wire'

export interface Upcoming {
  key: string
  kind: 'wake' | 'plan_end' | 'limit'
  at_ms: number
  place: string
}

export function nextEvents(incidents: readonly WireIncident[], plans: readonly PlanDocument[], now_ms: number): Upcoming[] {
  const found: Upcoming[] = []
  for (const incident of incidents) {
    if (incident.state === 'on_hold' && incident.hold_until_ms) found.push({ key: incident.id, kind: 'wake', at_ms: incident.hold_until_ms, place: incident.place.name ?? '' })
  }
  const ends = new Set<number>()
  for (const plan of plans) for (const active of plan.active) if (active.expires_at_ms) ends.add(active.expires_at_ms)
  for (const at_ms of ends) found.push({ key: `plan${at_ms}`, kind: 'plan_end', at_ms, place: '' })
  return found.filter((next) => next.at_ms > now_ms).sort((a, b) => a.at_ms - b.at_ms).slice(0, 4)
}
