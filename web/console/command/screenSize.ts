import { onBeforeUnmount, ref, type Ref } from 'vue'

function useQuery(text: string): Ref<boolean> {
  const query = matchMedia(text)
  const holds = ref(query.matches)
  const follow = (): void => void (holds.value = query.matches)
  query.addEventListener('change', follow)
  onBeforeUnmount(() => query.removeEventListener('change', follow))
  return holds
}

/** True below 800 px of height: picture and timeline stand side by side then. */
export const useShort = (): Ref<boolean> => useQuery('(max-height: 800px)')
/** True on a phone: one column, the queue or the incident, and no map. */
export const useNarrow = (): Ref<boolean> => useQuery('(max-width: 820px)')
