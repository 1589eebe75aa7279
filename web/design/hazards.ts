/** A sign for each hazard of the weather. */
import type { Hazard } from './documents'
import type { IconName } from './icons'

const ICON: Partial<Record<Hazard, IconName>> = {
  cold_wave: 'cold', blizzard: 'cold', icy_road: 'cold', frost: 'cold', hail: 'rain', rainstorm: 'rain', heat: 'sun', drought: 'sun', gale: 'wind', typhoon: 'wind',
  sandstorm: 'wind', thunderstorm: 'bolt', fog: 'fog', haze: 'fog',
}
export function hazardIcon(hazard: Hazard): IconName {
  return ICON[hazard] ?? 'wind'
}
