/** Codes and event names of the contracts must have words in both languages: nobody on shift reads an identifier. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createI18n } from 'vue-i18n'
import { describe, expect, it } from 'vitest'
import { en as wordsEn } from '../design/words.en'
import { zh as wordsZh } from '../design/words.zh'
import { en as consoleEn } from '../console/texts.en'
import { zh as consoleZh } from '../console/texts.zh'
import { timelineText } from '../console/words'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const python = (path: string): string => readFileSync(resolve(root, path), 'utf8')
const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '')

const events = readdirSync(resolve(root, 'contracts/events')).filter((file) => file.endsWith('.py')).flatMap((file) => found(python(`contracts/events/${file}`), /^class (\w+)\(Fact,/gm))
const refusals = found(python('contracts/codes.py'), /_refusal\(\s*"(\w+)"/g)
const edge = found(python('web/problems.py'), /code, status, title = "(\w+)"/g)
const lines = found(python('dispatch/incident/evolve.py') + (existsSync(resolve(root, 'dispatch/incident/evolve_calls.py')) ? python('dispatch/incident/evolve_calls.py') : ''), /header,\s*"([A-Z]\w+)"/g)

describe('words for what the contracts name', () => {
  it('reads the contracts', () => {
    expect(events.length).toBeGreaterThan(60)
    expect(refusals.length).toBeGreaterThan(30)
    expect(edge.length).toBeGreaterThan(10)
    expect(lines.length).toBeGreaterThan(10)
  })
  it.each([['zh', consoleZh.event], ['en', consoleEn.event]] as const)('every event has a word in %s', (_language, words) => {
    expect([...events, ...lines].filter((name) => !(name in words))).toEqual([])
  })
  it.each([['zh', wordsZh.problem], ['en', wordsEn.problem]] as const)('every refusal has a sentence in %s', (_language, words) => {
    expect([...refusals, ...edge].filter((code) => !(code in words))).toEqual([])
  })
})

describe('a line of the timeline', () => {
  const i18n = createI18n({ legacy: false, locale: 'zh', messages: { zh: { ...wordsZh, ...consoleZh }, en: { ...wordsEn, ...consoleEn } } })
  const { t, te } = i18n.global
  const line = (event: string, facts: Record<string, string | number | boolean | null>) =>
    timelineText({ event, facts }, t, te, (kind, id) => (kind === 'unit' && id === 'u1' ? '李**' : ''))

  it('puts a name for an identifier and a word for a term', () => {
    expect(line('ClockAlerted.1', { clock: 'receive', percent: 80 })).toEqual({ act: '时限提醒', rest: '受理时限 · 80 %' })
    expect(line('OfferAccepted.1', { assignment: 'a1', unit: 'u1', channel: 'app', promoted: false })).toEqual({ act: '接受', rest: '李** · 应用' })
    expect(line('UrgencyChanged', { urgency: 'very_urgent', before: 'urgent', reason: '老人' })).toEqual({ act: '改紧急度', rest: '特急 · 原 急 · 老人' })
  })
  it('never shows an identifier or a name of an event it does not know', () => {
    const { act, rest } = line('SomethingNew.3', { point: 'p-17', camera: 'bc-041', code: 'half_done', unit: 'volunteer-9', to: 'on_scene' })
    expect(act).toBe('变更')
    expect(rest).toBe('到场')
  })
})
