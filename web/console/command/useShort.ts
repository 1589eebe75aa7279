import { onBeforeUnmount, ref, type Ref } from 'vue'

/** True below 800 px of height: picture and timeline stand side by side then. */
export function useShort(): Ref<boolean> {
  const query = matchMedia('(max-height: 800px)')
  const short = ref(query.matches)
  const follow = (): void => void (short.value = query.matches)
  query.addEventListener('change', follow)
  onBeforeUnmount(() => query.removeEventListener('change', follow))
  return short
}
