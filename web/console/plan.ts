/** What the weather plans in force changed, in the words of the plan line. Pure. */
import type { ActivePlan, PlanDocument, PlanSettings, WarningLevel } from '../design/documents'

export { hazardIcon } from '../design/hazards'

export const LEVEL_BARS: Record<WarningLevel, number> = { blue: 1, yellow: 2, orange: 3, red: 4 }

/** The settings with the defaults that the encoder leaves out. */
export function settingsOf(settings: PlanSettings): Required<PlanSettings> {
  return {
    patrol_cadence_min: 60, dwell_threshold_s: 600, urgency_uplift: 0, offer_radii_m: [1000, 3000], open_points: [], open_all_points: false, call_up: 0,
    message: '', revisit_h: 12, auto_dispatch: false, ...settings,
  }
}

export interface Ruling {
  active: ActivePlan
  document: PlanDocument
  counties: number
}

/** The highest level in force anywhere, and in how many jurisdictions that same plan holds. */
export function ruling(plans: PlanDocument[]): Ruling | null {
  let best: Ruling | null = null
  for (const document of plans) {
    for (const active of document.active) {
      if (!best || LEVEL_BARS[active.level] > LEVEL_BARS[best.active.level]) best = { active, document, counties: 0 }
    }
  }
  if (!best) return null
  const { hazard, level } = best.active
  best.counties = plans.filter((p) => p.active.some((a) => a.hazard === hazard && a.level === level)).length
  return best
}

export interface SettingChange {
  key: 'patrol' | 'dwell' | 'radii' | 'uplift' | 'points' | 'called' | 'revisit' | 'auto'
  from: string
  to: string
  unit?: string
  word?: string
  values?: Record<string, number>
}

export function changedSettings(plan: PlanDocument): SettingChange[] {
  const a = settingsOf(plan.everyday)
  const b = settingsOf(plan.settings)
  const km = (radii: [number, number]): string => radii.map((m) => String(m / 1000)).join(' / ')
  const changes: (SettingChange | false)[] = [
    a.patrol_cadence_min !== b.patrol_cadence_min && { key: 'patrol', from: String(a.patrol_cadence_min), to: String(b.patrol_cadence_min), unit: 'unit.min' },
    a.dwell_threshold_s !== b.dwell_threshold_s && { key: 'dwell', from: String(a.dwell_threshold_s / 60), to: String(b.dwell_threshold_s / 60), unit: 'unit.min' },
    km(a.offer_radii_m) !== km(b.offer_radii_m) && { key: 'radii', from: km(a.offer_radii_m), to: km(b.offer_radii_m), unit: 'unit.km' },
    a.urgency_uplift !== b.urgency_uplift && { key: 'uplift', from: '', to: '', word: 'plan.up_by', values: { n: b.urgency_uplift } },
    b.open_all_points !== a.open_all_points
      ? { key: 'points', from: '', to: '', word: 'plan.all_points' }
      : b.open_points.length > a.open_points.length && { key: 'points', from: '', to: `+${b.open_points.length - a.open_points.length}` },
    b.call_up !== a.call_up && { key: 'called', from: '', to: String(b.call_up), unit: 'unit.people' },
    a.revisit_h !== b.revisit_h && { key: 'revisit', from: String(a.revisit_h), to: String(b.revisit_h), unit: 'unit.h' },
    a.auto_dispatch !== b.auto_dispatch && { key: 'auto', from: '', to: '', word: b.auto_dispatch ? 'plan.auto_on' : 'plan.auto_off' },
  ]
  return changes.filter((change): change is SettingChange => change !== false)
}
