/** Sending what the operator decided: one key per act, the version seen, the error in place. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { command, newKey, Problem } from '../design/api'
import { useCity } from './city'
import { useDesk } from './desk'
import type { WireIncident } from '../design/wire'

const ARRIVES_WITHIN_MS = 3000

/** What an operator decides by; a clock's alert or a delivery note changes the version but not this. */
function face(incident: WireIncident): string {
  return [
    incident.state, incident.urgency, incident.asked, incident.quota, incident.people, incident.minor, incident.incapable, incident.hold_until_ms, incident.merged_into,
    ...incident.assignments.map((a) => a.unit + a.state),
  ].join('|')
}

export const useActs = defineStore('acts', () => {
  const city = useCity()
  const desk = useDesk()
  const busy = ref<string | null>(null)
  const problem = shallowRef<{ what: string; error: Problem } | null>(null)
  const seen = ref('')
  const pending = new Map<string, string>()

  function look(): void {
    seen.value = desk.incident ? face(desk.incident) : ''
  }
  watch(() => desk.selected, () => {
    problem.value = null
    look()
  }, { immediate: true })
  /** Somebody or something changed the incident since this operator last looked or acted. */
  const changed = computed(() => desk.incident !== null && !desk.departed && busy.value === null && seen.value !== '' && seen.value !== face(desk.incident))

  /** Send; true when it stands. A failure is kept for the panel, with the key, so that a second try is done once. */
  async function send(what: string, path: string, body: object, bound = true): Promise<boolean> {
    if (busy.value !== null || city.past) return false
    const incident = desk.incident
    const full = bound && incident ? { ...body, expected_version: incident.version } : body
    const intent = `${path} ${JSON.stringify(body)}`
    const key = pending.get(intent) ?? newKey()
    const id = desk.selected
    busy.value = what
    problem.value = null
    try {
      const answer = await command(path, full, key)
      pending.delete(intent)
      desk.openSheet(null)
      await arrived(id, answer.sequence)
      return true
    } catch (error) {
      const known = error instanceof Problem ? error : new Problem('unreachable', 0, String(error), '', true)
      // Only when nobody knows what became of it must the same key be used again.
      if (known.retry) pending.set(intent, key)
      else pending.delete(intent)
      problem.value = { what, error: known }
      return false
    } finally {
      busy.value = null
      look()
    }
  }
  /** Until what one's own commit made of the incident is on the screen: it is no surprise, and only then does the button show the next act. */
  function arrived(id: string | null, sequence: number): Promise<void> {
    return new Promise((resolve) => {
      const there = (): boolean => desk.selected !== id || desk.incident === null || desk.departed || desk.incident.version >= sequence
      if (there()) return resolve()
      const end = (): void => {
        stop()
        clearTimeout(timer)
        resolve()
      }
      const stop = watch(() => desk.incident, () => there() && end())
      const timer = setTimeout(end, ARRIVES_WITHIN_MS)
    })
  }
  return { busy, problem, changed, look, send }
})
