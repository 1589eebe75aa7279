import { computed } from 'vue'
import { useActs } from '../../acts'
import { useDesk } from '../../desk'

/** What every sheet needs: the incident, its path, and how to send. */
export function useSheet() {
  const desk = useDesk()
  const acts = useActs()
  const incident = computed(() => desk.incident)
  const path = (verb: string): string => `/incidents/${encodeURIComponent(desk.incident?.id ?? '')}/${verb}`
  return { desk, acts, incident, path }
}
