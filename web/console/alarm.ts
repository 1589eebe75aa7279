/** When which tone sounds (console.md, "Sounds"). Pure: incidents and time in, tones out; the player is elsewhere. */
import { pressingClock } from './queue'
import { viewClock } from '../design/time'
import type { WireIncident } from '../design/wire'

export type Tone = 'very_urgent' | 'urgent' | 'half' | 'near' | 'over' | 'lost'

const AGAIN_MS: Partial<Record<Tone, number>> = { very_urgent: 15_000, over: 10_000, lost: 30_000 }
export const MUTE_FOR_MS = 10 * 60_000

export class Alarm {
  private readonly sounded = new Map<string, number>()
  private known: Set<string> | null = null
  private lostAt: number | null = null

  /** Tones due now, most pressing first. `live` false: nothing but the tone of a lost connection, the clocks are guesses. */
  tick(incidents: readonly WireIncident[], now_ms: number, live: boolean): Tone[] {
    if (!live) {
      if (this.lostAt === null) this.lostAt = now_ms
      else if (now_ms - this.lostAt < (AGAIN_MS.lost ?? 0)) return []
      this.lostAt = now_ms
      return ['lost']
    }
    this.lostAt = null
    const tones = new Set<Tone>()
    const current = new Set<string>()
    for (const incident of incidents) {
      if (incident.asked === null) continue
      current.add(incident.id)
      if (incident.state === 'reported') this.arrival(incident, now_ms, tones)
      this.clock(incident, now_ms, tones)
    }
    this.known = current
    for (const key of this.sounded.keys()) if (!current.has(key.split('|')[0] ?? '')) this.sounded.delete(key)
    const order: Tone[] = ['over', 'very_urgent', 'near', 'half', 'urgent']
    return order.filter((tone) => tones.has(tone)).slice(0, 1)
  }

  private arrival(incident: WireIncident, now_ms: number, tones: Set<Tone>): void {
    if (incident.urgency === 'very_urgent') this.due(`${incident.id}|arrive`, 'very_urgent', now_ms, tones)
    // Those already there at the first look are no arrivals.
    else if (incident.urgency === 'urgent' && this.known && !this.known.has(incident.id)) this.due(`${incident.id}|arrive`, 'urgent', now_ms, tones)
  }

  private clock(incident: WireIncident, now_ms: number, tones: Set<Tone>): void {
    const clock = pressingClock(incident)
    if (!clock) return
    const { stage } = viewClock(clock, now_ms)
    const key = `${incident.id}|${clock.clock}|${clock.due_at_ms}`
    if (stage === 'over') this.due(`${key}|over`, 'over', now_ms, tones)
    else if (stage === 'near') this.due(`${key}|near`, 'near', now_ms, tones, this.known === null)
    else if (stage === 'half') this.due(`${key}|half`, 'half', now_ms, tones, this.known === null)
  }

  private due(key: string, tone: Tone, now_ms: number, tones: Set<Tone>, silently = false): void {
    const last = this.sounded.get(key)
    const again = AGAIN_MS[tone]
    if (last !== undefined && (again === undefined || now_ms - last < again)) return
    this.sounded.set(key, now_ms)
    if (!silently) tones.add(tone)
  }
}

/** Turning the sound off ends by itself, and never silences a breach. */
export function audible(tone: Tone, mutedUntil_ms: number, now_ms: number): boolean {
  return tone === 'over' || now_ms >= mutedUntil_ms
}
