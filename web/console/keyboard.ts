/** Single keys act only outside text fields and can be turned off; a repeated D within 300 ms counts once. */
import { onBeforeUnmount, onMounted } from 'vue'
import { useRouter } from 'vue-router'
import { useCity } from './city'
import { useDesk } from './desk'
import { ROOMS } from './router'

/** Components answer to these: `addEventListener('nd-act', …)`. */
export type Act = 'dispatch' | 'receive' | 'file' | 'reject' | 'transfer' | 'merge' | 'hold' | 'phone' | 'more' | 'tick' | 'zoom' | 'note'
export interface ActDetail {
  act: Act
  number?: number
}
const TWICE_MS = 300
const ACTS: Record<string, Act> = { d: 'dispatch', c: 'receive', f: 'file', x: 'reject', t: 'transfer', m: 'merge', h: 'hold', p: 'phone', '.': 'more', z: 'zoom', j: 'note' }
const REGIONS = ['.q', '.inc', '.map', '.pat']

export function say(detail: ActDetail): void {
  dispatchEvent(new CustomEvent<ActDetail>('nd-act', { detail }))
}

export function onAct(listener: (detail: ActDetail) => void): void {
  const handle = (event: Event): void => listener((event as CustomEvent<ActDetail>).detail)
  onMounted(() => addEventListener('nd-act', handle))
  onBeforeUnmount(() => removeEventListener('nd-act', handle))
}

function typing(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null
  return !!element?.closest?.('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], .el-select, .popm')
}

export function useKeyboard(): void {
  const router = useRouter()
  const city = useCity()
  const desk = useDesk()
  let goPressedAt = 0
  let lastKey = ''
  let lastAt = 0

  function step(by: number): void {
    const ids = [...desk.handOrder, ...desk.restOrder]
    const at = desk.selected === null ? -1 : ids.indexOf(desk.selected)
    const next = ids[Math.max(0, Math.min(ids.length - 1, at + by))]
    if (next !== undefined) desk.select(next)
  }
  function nextRegion(): void {
    const present = REGIONS.map((selector) => document.querySelector<HTMLElement>(selector)).filter((element) => element !== null)
    const at = present.findIndex((element) => element.contains(document.activeElement))
    present[(at + 1) % present.length]?.focus()
  }

  function press(event: KeyboardEvent): void {
    if (event.key === 'F6') {
      event.preventDefault()
      return nextRegion()
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return
    if (event.key === 'Escape') {
      if (desk.help) desk.help = false
      else if (desk.sheet) desk.openSheet(null)
      else desk.select(null)
      return
    }
    if (!desk.singleKeys) return
    const key = event.key.toLowerCase()
    const now = event.timeStamp
    if (key === lastKey && now - lastAt < TWICE_MS && !key.startsWith('arrow')) return void event.preventDefault()
    lastKey = key
    lastAt = now
    if (now - goPressedAt < 1500 && /^[1-6]$/.test(key)) {
      goPressedAt = 0
      const room = ROOMS[Number(key) - 1]
      if (room) void router.push({ name: room })
      return
    }
    goPressedAt = key === 'g' ? now : 0
    const onButton = (event.target as HTMLElement).closest?.('button, a')
    if (key === 'arrowdown' || key === 'arrowup') step(key === 'arrowdown' ? 1 : -1)
    else if (key === 'enter' && !onButton && desk.selected === null) step(1)
    else if (key === '?') desk.help = !desk.help
    else if (key === '/') {
      const field = document.querySelector<HTMLElement>('[data-find]')
      if (!field) return
      field.focus()
    } else if (key === 'n') desk.mergeNow()
    else if (key === 'r') city.retryNow()
    else if (key === 'v') void router.push({ name: 'patrol' })
    else if (/^[1-9]$/.test(key)) say({ act: 'tick', number: Number(key) })
    else if (ACTS[key]) say({ act: ACTS[key] })
    else return
    event.preventDefault()
  }
  onMounted(() => document.addEventListener('keydown', press))
  onBeforeUnmount(() => document.removeEventListener('keydown', press))
}
