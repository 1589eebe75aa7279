/** Night or day. The console keeps its choice in this browser; the phone follows its system. */
import { ref } from 'vue'

export type Theme = 'night' | 'day'
const KEPT_AS = 'nd.theme'
export const theme = ref<Theme>('night')

export function setTheme(next: Theme): void {
  theme.value = next
  document.documentElement.dataset.theme = next
}

export function keepTheme(next: Theme): void {
  localStorage.setItem(KEPT_AS, next)
  setTheme(next)
}

export function startConsoleTheme(): void {
  const asked = new URLSearchParams(location.search).get('theme') ?? localStorage.getItem(KEPT_AS)
  setTheme(asked === 'day' ? 'day' : 'night')
}

export function startPhoneTheme(): void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const follow = (): void => setTheme(system.matches ? 'night' : 'day')
  system.addEventListener('change', follow)
  follow()
}

/** The value of a token now, for the canvas and the map, which know no CSS variables. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--nd-${name}`).trim()
}
