/** 派谁: the recommendation for the selected incident, refreshed in place; ticks stay the operator's own. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { get, Problem } from '../design/api'
import { now_ms } from '../design/now'
import type { RankedCandidate, Recommendation } from '../design/wire'
import { useCity } from './city'
import { useDesk } from './desk'

const REFRESH_MS = 10_000
const ASKED_FOR = new Set(['filed', 'dispatched'])

export interface Choice extends RankedCandidate {
  ticked: boolean
  /** Was ticked and is no longer found: stays, unticked, with the reason. */
  gone: string
}

/** Numbered through over all waves, as the table and the keys 1–5 count them. Pure. */
export const numbered = (fresh: readonly RankedCandidate[]): RankedCandidate[] =>
  [...fresh].sort((a, b) => (a.wave ?? 1) - (b.wave ?? 1) || a.rank - b.rank).map((c, i) => ({ ...c, rank: i + 1 }))

/** Keep the order seen and the ticks; append what is new unticked; what left stays only if it was ticked. Pure. */
export function refresh(before: readonly Choice[], fresh: readonly RankedCandidate[], reasonOf: (unit: string) => string): Choice[] {
  const found = new Map(fresh.map((c) => [c.unit, c]))
  const kept: Choice[] = []
  for (const choice of before) {
    const now = found.get(choice.unit)
    if (now) kept.push({ ...now, rank: choice.rank, ticked: choice.ticked, gone: '' })
    else if (choice.ticked || choice.gone) kept.push({ ...choice, ticked: false, gone: choice.gone || reasonOf(choice.unit) })
    found.delete(choice.unit)
  }
  let rank = Math.max(0, ...kept.map((c) => c.rank))
  for (const c of numbered(fresh)) if (found.has(c.unit)) kept.push({ ...c, rank: ++rank, ticked: false, gone: '' })
  return kept.sort((a, b) => (a.wave ?? 1) - (b.wave ?? 1) || a.rank - b.rank)
}

export const useAdvice = defineStore('advice', () => {
  const city = useCity()
  const desk = useDesk()
  const recommendation = shallowRef<Recommendation | null>(null)
  const choices = shallowRef<Choice[]>([])
  const problem = shallowRef<Problem | null>(null)
  const asking = ref(false)
  let askedAt = 0
  let serial = 0

  function reasonOf(unit: string): string {
    const state = city.units.get(unit)?.state
    return state ? `unit_state.${state}` : 'unit_state.off_duty'
  }
  async function load(): Promise<void> {
    const incident = desk.incident
    if (!incident || desk.departed || !ASKED_FOR.has(incident.state) || !city.live || city.past) return
    const mine = ++serial
    askedAt = now_ms.value
    asking.value = true
    try {
      const answer = await get<Recommendation>(`/incidents/${encodeURIComponent(incident.id)}/recommendation`)
      if (mine !== serial) return
      const first = recommendation.value?.incident !== incident.id
      problem.value = null
      recommendation.value = answer
      if (first) {
        // The first wave's best are ticked in front of the operator when the table first appears, and only then.
        choices.value = numbered(answer.candidates).map((c) => ({ ...c, ticked: (c.wave ?? 1) === 1 && c.rank <= answer.wanted, gone: '' }))
      } else choices.value = refresh(choices.value, answer.candidates, reasonOf)
    } catch (error) {
      if (mine === serial) problem.value = error instanceof Problem ? error : new Problem('unreachable', 0, '', '', true)
    } finally {
      if (mine === serial) asking.value = false
    }
  }
  watch(() => desk.selected, () => {
    recommendation.value = null
    choices.value = []
    problem.value = null
    void load()
  }, { immediate: true })
  watch(() => [desk.incident?.id, desk.incident?.state, desk.incident?.assignments.length], () => void load())
  watch(now_ms, () => {
    if (desk.incident && now_ms.value - askedAt >= REFRESH_MS) void load()
  })

  function toggle(unit: string): void {
    choices.value = choices.value.map((c) => (c.unit === unit && !c.gone ? { ...c, ticked: !c.ticked } : c))
  }
  /** The ticked as the API takes them: without what this page added. */
  function chosen(): RankedCandidate[] {
    return ticked.value.map((choice) => {
      const candidate: RankedCandidate & Partial<Choice> = { ...choice }
      delete candidate.ticked
      delete candidate.gone
      return candidate
    })
  }
  const ticked = computed(() => choices.value.filter((c) => c.ticked))
  const found = computed(() => choices.value.filter((c) => (c.wave ?? 1) === 1 && !c.gone).length)
  const missing = computed(() => (recommendation.value ? Math.max(0, recommendation.value.wanted - found.value) : 0))
  return { recommendation, choices, problem, asking, ticked, found, missing, toggle, load, chosen }
})
