/** Times as the city's wall clocks show them. China keeps one time, UTC+8, without summer time. */
import type { ClockDocument } from './documents'

const OFFSET_MS = 8 * 3_600_000
export const DAY_MS = 86_400_000
export type Language = 'zh' | 'en'

const two = (n: number): string => String(n).padStart(2, '0')
const local = (at_ms: number): Date => new Date(at_ms + OFFSET_MS)

/** 02:14:37 */
export function clockText(at_ms: number): string {
  const d = local(at_ms)
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`
}

/** 02:14 */
export function minuteText(at_ms: number): string {
  return clockText(at_ms).slice(0, 5)
}

/** 01-18 02:14 when the day is another one than now's, else 02:14. */
export function momentText(at_ms: number, now_ms: number): string {
  const same = Math.floor((at_ms + OFFSET_MS) / DAY_MS) === Math.floor((now_ms + OFFSET_MS) / DAY_MS)
  return same ? minuteText(at_ms) : `${dateText(at_ms)} ${minuteText(at_ms)}`
}

/** 01-18 */
export function dateText(at_ms: number): string {
  const d = local(at_ms)
  return `${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`
}

/** 0 is Sunday. */
export function weekday(at_ms: number): number {
  return local(at_ms).getUTCDay()
}

/** Night shift: 20:00–08:00. */
export function isNightShift(at_ms: number): boolean {
  const hour = local(at_ms).getUTCHours()
  return hour >= 20 || hour < 8
}

/** Start of the shift that `now_ms` is in. */
export function shiftStart(now_ms: number): number {
  const sinceMidnight = (now_ms + OFFSET_MS) % DAY_MS
  const midnight = now_ms - sinceMidnight
  const hour = sinceMidnight / 3_600_000
  if (hour >= 20) return midnight + 20 * 3_600_000
  return hour < 8 ? midnight - 4 * 3_600_000 : midnight + 8 * 3_600_000
}

/** The next moment after `now_ms` at which wall clocks show hh:mm. */
export function nextAt(now_ms: number, hour: number, minute: number): number {
  const midnight = now_ms - ((now_ms + OFFSET_MS) % DAY_MS)
  const at = midnight + hour * 3_600_000 + minute * 60_000
  return at > now_ms ? at : at + DAY_MS
}

/** mm:ss under an hour; "1 时 08 分" / "1 h 08" above, never h:mm:ss, which reads as a time of day. */
export function spanText(span_ms: number, language: Language): string {
  const seconds = Math.max(0, Math.floor(span_ms / 1000))
  if (seconds < 3600) return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`
  const hours = Math.floor(seconds / 3600)
  const minutes = two(Math.floor((seconds % 3600) / 60))
  return language === 'zh' ? `${hours} 时 ${minutes} 分` : `${hours} h ${minutes}`
}

/** How old something is, in words short enough for a bar: 45 秒 / 14 分 / 3 时. */
export function ageText(span_ms: number, language: Language): string {
  const seconds = Math.max(0, Math.round(span_ms / 1000))
  const zh = language === 'zh'
  if (seconds < 60) return zh ? `${seconds} 秒` : `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10 && seconds % 60) return zh ? `${minutes} 分 ${seconds % 60} 秒` : `${minutes} min ${seconds % 60} s`
  if (minutes < 60) return zh ? `${minutes} 分` : `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return zh ? `${hours} 时` : `${hours} h`
  return zh ? `${Math.floor(hours / 24)} 天` : `${Math.floor(hours / 24)} d`
}

export type Stage = 'early' | 'half' | 'near' | 'over'

/** What the wick shows of a clock. fraction may pass 1; left_ms is negative when breached. */
export interface ClockView {
  stage: Stage
  fraction: number
  left_ms: number
}

export function viewClock(clock: Pick<ClockDocument, 'started_at_ms' | 'due_at_ms'>, now_ms: number): ClockView {
  const whole = Math.max(1, clock.due_at_ms - clock.started_at_ms)
  const left_ms = clock.due_at_ms - now_ms
  const fraction = Math.max(0, (now_ms - clock.started_at_ms) / whole)
  const stage: Stage = left_ms <= 0 ? 'over' : fraction >= 0.8 ? 'near' : fraction >= 0.5 ? 'half' : 'early'
  return { stage, fraction, left_ms }
}

/** 余 00:31 · 超 00:42 · 1 时 08 分; English 00:31 · +00:42 · 1 h 08. */
export function leftText(view: ClockView, language: Language): string {
  // A clock with 0.4 s left shows 00:01, one that passed shows 00:00 only for its first second.
  const span = view.left_ms > 0 ? Math.ceil(view.left_ms / 1000) * 1000 : Math.floor(-view.left_ms / 1000) * 1000
  const text = spanText(span, language)
  if (view.left_ms <= 0) return language === 'zh' ? `超 ${text}` : `+${text}`
  return language === 'zh' && span < 3_600_000 ? `余 ${text}` : text
}
