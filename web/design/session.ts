/** Who is logged in. The cookie carries the session; the token is kept in memory only, for the socket. */
import { shallowRef } from 'vue'
import { get, Problem, request } from './api'
import type { Me, Session } from './wire'

export const me = shallowRef<Me | null>(null)

export async function logIn(username: string, password: string): Promise<Me> {
  const session = (await (await request('POST', '/session', { username, password })).json()) as Session
  me.value = session.me
  return session.me
}

/** The cookie of an earlier visit may still hold; null when it does not. Throws when the server cannot be reached. */
export async function resume(): Promise<Me | null> {
  try {
    me.value = await get<Me>('/me')
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error
    me.value = null
  }
  return me.value
}

export async function logOut(): Promise<void> {
  await request('DELETE', '/session').catch(() => undefined)
  me.value = null
}
