/** One clock for the whole page: server time, ticking once a second on the second. */
import { readonly, ref } from 'vue'

const SAMPLES = 12
const offsets: number[] = []
let offset_ms = 0

/** The server's time now, by its own clock. */
export function serverNow(): number {
  return Date.now() + offset_ms
}

/** Learn from a message that carried the server's time. A late message is never ahead: the largest offset has the least delay in it. */
export function learnServerTime(at_ms: number): void {
  offsets.push(at_ms - Date.now())
  if (offsets.length > SAMPLES) offsets.shift()
  offset_ms = Math.max(...offsets)
}

const tick = ref(serverNow())
export const now_ms = readonly(tick)
let held_ms: number | null = null

/** Show a moment of the past as now, on the whole page; null: go on with the present. `serverNow` stays the present. */
export function holdNow(at_ms: number | null): void {
  held_ms = at_ms
  tick.value = at_ms ?? Math.floor(serverNow() / 1000) * 1000
}

function beat(): void {
  const now = serverNow()
  if (held_ms === null) tick.value = Math.floor(now / 1000) * 1000
  setTimeout(beat, 1000 - (now % 1000) + 5)
}
beat()
