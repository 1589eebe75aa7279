/** What was pressed and is not known to have arrived. Visible, kept over a reload, sent again with the same key: done once. */
import { computed, ref } from 'vue'
import { command, newKey, Problem } from '../design/api'

export type Sort = 'answer' | 'move' | 'duty' | 'checkin' | 'result' | 'sos' | 'photo'
export interface Item {
  key: string
  sort: Sort
  path: string
  body: object
  at_ms: number
  /** By this machine's clock; null while it is being sent. */
  next_ms: number | null
}
const KEPT_AS = 'nd.outbox'
const AGAIN_MS = [2_000, 4_000, 8_000, 15_000]

export const items = ref<Item[]>((JSON.parse(localStorage.getItem(KEPT_AS) ?? '[]') as Item[]).map((item) => ({ ...item, next_ms: 0 })))
export const refused = ref<{ sort: Sort; problem: Problem } | null>(null)
/** Shown only once a first try failed, or took longer than a moment. */
export const unsent = computed(() => items.value.filter((item) => item.next_ms !== null || Date.now() - item.at_ms > 3000))
export const sending = computed(() => items.value.some((item) => item.next_ms === null))
const tries = new Map<string, number>()
let running = false

function keep(): void {
  localStorage.setItem(KEPT_AS, JSON.stringify(items.value))
}
function remove(item: Item): void {
  items.value = items.value.filter((other) => other.key !== item.key)
  tries.delete(item.key)
  keep()
}

/** Put an act in line; in order, because "办结" must not overtake "结果". Resolves when the line stands still. */
export async function act(sort: Sort, path: string, body: object): Promise<void> {
  items.value = [...items.value, { key: newKey(), sort, path, body, at_ms: Date.now(), next_ms: 0 }]
  refused.value = null
  keep()
  await pump()
}
export function drop(item: Item): void {
  remove(item)
}

/** Send what is due, oldest first; the first that cannot be sent stops the rest. */
export async function pump(all = false): Promise<void> {
  if (running) return
  running = true
  try {
    for (let item = items.value[0]; item; item = items.value[0]) {
      if (!all && item.next_ms !== null && item.next_ms > Date.now()) return
      items.value = items.value.map((other) => (other.key === item?.key ? { ...other, next_ms: null } : other))
      try {
        await command(item.path, item.body, item.key)
        remove(item)
      } catch (error) {
        const problem = error instanceof Problem ? error : new Problem('unreachable', 0, String(error), '', true)
        if (!problem.retry) {
          refused.value = { sort: item.sort, problem }
          remove(item)
          continue
        }
        const n = tries.get(item.key) ?? 0
        tries.set(item.key, n + 1)
        const next_ms = Date.now() + (AGAIN_MS[Math.min(n, AGAIN_MS.length - 1)] ?? 15_000)
        items.value = items.value.map((other) => (other.key === item?.key ? { ...other, next_ms } : other))
        keep()
        return
      }
    }
  } finally {
    running = false
  }
}
export function startOutbox(): void {
  setInterval(() => void pump(), 1000)
  addEventListener('online', () => void pump(true))
}
