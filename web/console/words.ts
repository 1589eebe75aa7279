/** Sentences made of documents: what a row says, what a line of the timeline says. */
import type { TimelineEntry } from '../design/documents'
import type { RankedCandidate, WireIncident, WireUnit } from '../design/wire'
import { leadAssignment } from './queue'

export type Translate = (key: string, values?: Record<string, unknown>) => string
export type Known = (key: string) => boolean

/** A stable code's word, or the code itself when it is new to us. */
export function reasonWord(code: string, t: Translate, te: Known): string {
  for (const room of ['camera_reason', 'reason', 'problem']) if (te(`${room}.${code}`)) return t(`${room}.${code}`)
  return code
}

/** What is asked of me (要动手), or who is doing what (有人在办). */
export function askText(incident: WireIncident, t: Translate): string {
  if (incident.asked !== null) return t(`asked.${incident.asked}`) + (incident.escalated ? t('queue.escalated') : '')
  if (incident.state === 'on_hold') return t('incident_state.on_hold')
  if (incident.state === 'feedback' && incident.disposition) return `${t('incident_state.feedback')} · ${t(`disposition.${incident.disposition}`)}`
  const lead = leadAssignment(incident)
  if (!lead) return t(`incident_state.${incident.state}`)
  if (lead.state === 'offered') {
    const asked = incident.wave?.asked ?? incident.assignments.filter((a) => a.state === 'offered').length
    return t('queue.answering', { n: incident.wave?.accepted ?? 0, all: asked })
  }
  const word = t(`assignment_state.${lead.state}`)
  return lead.state === 'en_route' && lead.eta_s ? `${word} · ${t('queue.eta', { n: Math.max(1, Math.round(lead.eta_s / 60)) })}` : word
}

export function peopleText(incident: WireIncident, t: Translate): string {
  return t('incident.people', { n: incident.people, posture: t(`posture.${incident.posture}`) })
}

export function unitName(unit: Pick<WireUnit, 'label' | 'masked_name' | 'name' | 'id'> | undefined, id: string): string {
  return unit?.label || unit?.masked_name || unit?.name || id
}

/** Who a candidate is: the vehicle's label, the masked name, else what kind of unit it is; never an identifier. */
export function choiceName(choice: RankedCandidate, units: ReadonlyMap<string, WireUnit>, t: Translate): string {
  return choice.label || choice.masked_name || unitName(units.get(choice.unit), t(`unit_kind.${choice.kind}`))
}

const POSTS = /\s*(值班员|值班长|operator|supervisor|[(（]模拟[)）]|\(simulated\))/gi
/** A duty account named after its post (滨城区 值班员) without the post, which stands beside it anyway. */
export function dutyName(masked: string): string {
  return masked.replace(POSTS, '').trim() || masked
}

const upper = (name: string): string => name.replace(/\.\d+$/, '')

/** Names behind the identifiers of a line; '' when it has none to show. */
export type NameOf = (kind: 'unit' | 'camera' | 'point' | 'incident', id: string) => string
const NAMED: Record<string, Parameters<NameOf>[0]> = { unit: 'unit', camera: 'camera', point: 'point', into: 'incident', merged: 'incident', revisit: 'incident' }

/** One line of 经过: [the act, what it was]. Facts are small values; a term of ours gets its word, an identifier its name; neither is ever shown bare. */
export function timelineText(entry: Pick<TimelineEntry, 'event' | 'facts'>, t: Translate, te: Known, nameOf: NameOf = () => ''): { act: string; rest: string } {
  const event = upper(entry.event)
  const field = event === 'EvidenceOpened' ? /^field:(\w+)$/.exec(String(entry.facts.what))?.[1] : undefined
  const act = field && te(`personal.${field}`) ? t('event.field_read', { field: t(`personal.${field}`) }) : te(`event.${event}`) ? t(`event.${event}`) : t('event.other')
  const rest: string[] = []
  for (const [key, value] of Object.entries(entry.facts)) {
    if (value === null || value === '' || value === false || /(_ms|^incident|^assignment|^sighting)$/.test(key)) continue
    const kind = NAMED[key]
    if (kind) {
      const name = nameOf(kind, String(value))
      if (name) rest.push(name)
      continue
    }
    const term = typeof value === 'string' ? FACT_TERMS[key]?.map((room) => `${room}.${value}`).find(te) : undefined
    const word = term ? t(term) : String(value)
    if (te(`fact.${key}`)) {
      if (value !== 0) rest.push(t(`fact.${key}`, { n: typeof value === 'number' ? value : value === true ? '' : word }))
    } else if (term) rest.push(word)
    else if (typeof value === 'string' && value.length < 60 && !/^[\w.:-]+$/.test(value)) rest.push(value)
  }
  return { act, rest: rest.join(' · ') }
}

const FACT_TERMS: Record<string, string[]> = {
  urgency: ['urgency'], before: ['urgency'], source: ['source'], disposition: ['disposition'], to: ['assignment_state', 'unit_state'], channel: ['channel'], clock: ['clock'], status: ['delivery', 'camera_status'],
  posture: ['posture'], reason: ['reason', 'shortfall', 'camera_reason'],
}
