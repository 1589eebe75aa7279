/** How far the wave in force reaches, and what the plan made of it. Pure. */
import type { PlanDocument } from '../design/documents'
import type { WireIncident } from '../design/wire'
import { settingsOf } from './plan'

/** metres; None for vehicles. Before the first wave: what wave 1 would reach. */
export function waveRadius(incident: WireIncident, plan: PlanDocument | undefined): number | null {
  if (incident.wave) return incident.wave.radius_m
  return plan ? settingsOf(plan.settings).offer_radii_m[0] : 1000
}

/** Radius of wave n by the plan's settings; wave 3 has none. */
export function radiusOfWave(wave: number, plan: PlanDocument | undefined): number | null {
  const radii = plan ? settingsOf(plan.settings).offer_radii_m : [1000, 3000]
  return radii[wave - 1] ?? null
}

export const kmText = (m: number): string => (m >= 1000 ? `${Number((m / 1000).toFixed(1))} km` : `${m} m`)
