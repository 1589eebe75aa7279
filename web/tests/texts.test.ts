import { describe, expect, it } from 'vitest'
import * as terms from '../design/documents'
import { en as wordsEn } from '../design/words.en'
import { zh as wordsZh } from '../design/words.zh'
import { en as consoleEn } from '../console/texts.en'
import { zh as consoleZh } from '../console/texts.zh'
import { en as fieldEn } from '../field/texts.en'
import { zh as fieldZh } from '../field/texts.zh'

const keys = (value: unknown, at = ''): string[] => (typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, part]) => keys(part, `${at}.${key}`)) : [at])
const values = (value: unknown): string[] => (typeof value === 'object' && value !== null ? Object.values(value).flatMap(values) : [String(value)])
const slots = (text: string): string => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join()

describe('the texts', () => {
  it.each([['words', wordsZh, wordsEn], ['console', consoleZh, consoleEn], ['field', fieldZh, fieldEn]] as const)('%s: every sentence stands in both languages', (_name, zh, en) => {
    expect(keys(en)).toEqual(keys(zh))
    expect(values(en).filter((text) => /[\u4e00-\u9fff]/.test(text) && text !== '中文')).toEqual([])
  })
  it('asks both languages for the same figures', () => {
    const other = new Map(keys(consoleEn).map((key, i) => [key, values(consoleEn)[i] ?? '']))
    const wrong = keys(consoleZh).filter((key, i) => { const en = slots(other.get(key) ?? ''); return en !== '' && en !== slots(values(consoleZh)[i] ?? '') })
    expect(wrong).toEqual([])
  })
  it('has a word for every term of the field', () => {
    const rooms: [keyof typeof wordsZh, readonly string[]][] = [
      ['urgency', terms.Urgency], ['incident_state', terms.IncidentState], ['assignment_state', terms.AssignmentState], ['unit_state', terms.UnitState], ['unit_kind', terms.UnitKind], ['skill', terms.Skill],
      ['disposition', terms.Disposition], ['source', terms.Source], ['posture', terms.Posture], ['channel', terms.Channel], ['delivery', terms.DeliveryStatus], ['hazard', terms.Hazard], ['level', terms.WarningLevel],
      ['camera_status', terms.CameraStatus], ['shortfall', terms.Shortfall], ['asked', terms.Asked], ['role', terms.Role],
    ]
    for (const [room, list] of rooms) expect(list.filter((term) => !(term in (wordsZh[room] as object))), room).toEqual([])
  })
})
