/** HTTP as docs/api.md says: cookie session, CSRF header, problem+json, one Idempotency-Key per act, 202 asked until it is answered. */
import type { Answer } from './documents'

/** A refusal or failure, with the server's stable code. */
export class Problem extends Error {
  readonly code: string
  readonly status: number
  readonly whatToDo: string
  readonly retry: boolean
  /** How long the server asks to wait; 0 when it does not say. */
  readonly wait_s: number

  constructor(code: string, status: number, detail: string, whatToDo: string, retry: boolean, wait_s = 0) {
    super(detail)
    this.code = code
    this.status = status
    this.whatToDo = whatToDo
    this.retry = retry
    this.wait_s = wait_s
  }
}

const BASE = '/api/v1'
const ASK_EVERY_MS = 700
const ASK_FOR_MS = 30_000

function cookie(name: string): string {
  const found = document.cookie.split('; ').find((part) => part.startsWith(`${name}=`))
  return found ? decodeURIComponent(found.slice(name.length + 1)) : ''
}

export function newKey(): string {
  // randomUUID exists in secure contexts only; a phone on plain HTTP in a test has none.
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function problemOf(reply: Response): Promise<Problem> {
  const text = await reply.text().catch(() => '')
  try {
    const body = JSON.parse(text) as Partial<{ code: string; detail: string; title: string; what_to_do: string; retry: boolean }>
    return new Problem(body.code ?? `http_${reply.status}`, reply.status, body.detail ?? body.title ?? '', body.what_to_do ?? '', body.retry ?? false, Number(reply.headers.get('Retry-After')) || 0)
  } catch {
    return new Problem(`http_${reply.status}`, reply.status, '', '', reply.status >= 500)
  }
}

/** One request. Network failure is Problem('unreachable'). */
export async function request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const init: RequestInit = { method, credentials: 'same-origin', headers: { Accept: 'application/json', ...headers } }
  const sent = init.headers as Record<string, string>
  if (method !== 'GET') sent['X-CSRF-Token'] = cookie('nd_csrf')
  if (body instanceof FormData) init.body = body
  else if (body !== undefined) {
    sent['Content-Type'] = 'application/json'
    init.body = JSON.stringify(body)
  }
  let reply: Response
  try {
    reply = await fetch(BASE + path, init)
  } catch (cause) {
    throw Object.assign(new Problem('unreachable', 0, '', '', true), { cause })
  }
  if (!reply.ok) throw await problemOf(reply)
  return reply
}

export async function get<T>(path: string): Promise<T> {
  return (await (await request('GET', path)).json()) as T
}

/**
 * Send one command and wait until it is decided. The same key may be sent again after a failure: it is done once.
 * Throws Problem: the rules' refusal, or 'unknown_yet' when no answer came in 30 s (ask again with the same key).
 */
export async function command(path: string, body: object, key: string): Promise<Answer> {
  const reply = await request('POST', path, body, { 'Idempotency-Key': key })
  if (reply.status !== 202) return (await reply.json()) as Answer
  const { href } = (await reply.json()) as { href: string }
  return waitForAnswer(href.replace(/^.*\/api\/v1/, ''))
}

async function waitForAnswer(path: string): Promise<Answer> {
  const until = Date.now() + ASK_FOR_MS
  while (Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
    const reply = await request('GET', path)
    if (reply.status !== 200) continue
    const answer = (await reply.json()) as Answer
    if (!answer.accepted) throw new Problem(answer.code ?? 'refused', 409, answer.detail, '', false)
    return answer
  }
  throw new Problem('unknown_yet', 202, '', '', true)
}
