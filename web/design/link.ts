/** The live connection: one socket, our own retry times (so that the next try can be told to the second), and the feed on top. */
import { reactive } from 'vue'
import type { Socket } from 'socket.io-client'
import type { FeedEntry } from './documents'
import { Feed, type FeedListener } from './feed'
import { learnServerTime } from './now'
import { me } from './session'
import type { Fix, Heartbeat, JoinAck, Room } from './wire'

const RETRY_S = [1, 2, 4, 8, 8, 15]
const ASK_FOR_MS = 8_000

/** Phones have a path of their own, so that a proxy can send them to processes of their own; without a proxy those have a port of their own. */
export function whereTo(namespace: '/console' | '/field', phonesPort: number | null, page: { protocol: string; hostname: string }): { url: string; path: string } {
  if (namespace === '/console') return { url: namespace, path: '/socket.io' }
  return { url: phonesPort === null ? namespace : `${page.protocol}//${page.hostname}:${phonesPort}${namespace}`, path: '/phones/socket.io' }
}

export interface LinkState {
  phase: 'connecting' | 'live' | 'lost'
  /** By this machine's clock: when anything last came. */
  heard_at_ms: number
  lost_since_ms: number | null
  tries: number
  next_try_ms: number | null
  refused: string | null
}

export interface LinkListener extends FeedListener {
  positions?(jurisdiction: string, fixes: Fix[]): void
  heartbeat?(beat: Heartbeat): void
}

export class Link {
  readonly state: LinkState = reactive({ phase: 'connecting', heard_at_ms: Date.now(), lost_since_ms: null, tries: 0, next_try_ms: null, refused: null })
  readonly feed: Feed
  private readonly namespace: '/console' | '/field'
  private readonly listener: LinkListener
  private socket: Socket | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private stopped = false

  constructor(namespace: '/console' | '/field', listener: LinkListener) {
    this.namespace = namespace
    this.listener = listener
    this.feed = new Feed({ ask: (event, payload) => this.ask(event, payload) }, {
      changed: (...args) => listener.changed(...args),
      refused: (code, whatToDo) => {
        this.state.refused = code
        listener.refused(code, whatToDo)
      },
      joined: (ack) => {
        if (ack.now_ms !== undefined) learnServerTime(ack.now_ms)
        Object.assign(this.state, { phase: 'live', lost_since_ms: null, tries: 0, next_try_ms: null, refused: null, heard_at_ms: Date.now() })
        listener.joined(ack)
      },
    }, namespace === '/console')
  }

  async start(): Promise<void> {
    const { io } = await import('socket.io-client')
    if (this.stopped) return
    const { url, path } = whereTo(this.namespace, me.value?.phones_port ?? null, location)
    const socket = io(url, { path, transports: ['websocket'], reconnection: false, autoConnect: false, withCredentials: true })
    this.socket = socket
    socket.on('connect', () => void this.feed.join())
    socket.on('disconnect', () => this.lose())
    socket.on('connect_error', (error: Error & { data?: { code?: string; what_to_do?: string } }) => {
      if (error.data?.code) this.listener.refused((this.state.refused = error.data.code), error.data.what_to_do ?? '')
      this.lose()
    })
    socket.on('session_ended', ({ code }: { code: string }) => this.listener.refused((this.state.refused = code), ''))
    socket.on('changes', (entry: FeedEntry & { epoch?: string }) => {
      this.heard()
      void this.feed.receive(entry)
    })
    socket.on('positions', (message: { jurisdiction: string; fixes: Fix[] }) => {
      this.heard()
      this.listener.positions?.(message.jurisdiction, message.fixes)
    })
    socket.on('heartbeat', (beat: Heartbeat) => {
      this.heard()
      learnServerTime(beat.at_ms)
      void this.feed.compare(beat.rooms, beat.epoch)
      this.listener.heartbeat?.(beat)
    })
    socket.connect()
  }

  /** R, or the link in the bar. */
  retryNow(): void {
    if (this.state.phase === 'live' || !this.socket) return
    clearTimeout(this.timer)
    this.state.next_try_ms = null
    if (this.socket.connected) void this.feed.join()
    else this.socket.connect()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
    this.socket?.disconnect()
  }

  /** Send something and wait for its ack; throws when none comes in 8 s. */
  async ask(event: string, payload: object): Promise<JoinAck & Partial<Room>> {
    if (!this.socket) throw new Error('not started')
    return (await this.socket.timeout(ASK_FOR_MS).emitWithAck(event, payload)) as JoinAck & Partial<Room>
  }

  private heard(): void {
    this.state.heard_at_ms = Date.now()
  }

  private lose(): void {
    if (this.stopped) return
    const { state } = this
    state.lost_since_ms ??= state.heard_at_ms
    state.phase = 'lost'
    const wait_s = RETRY_S[Math.min(state.tries, RETRY_S.length - 1)] ?? 15
    state.tries += 1
    state.next_try_ms = Date.now() + wait_s * 1000
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      state.next_try_ms = null
      this.socket?.connect()
    }, wait_s * 1000)
  }
}
