/** Web Push: the service worker, this phone's subscription, and what the page hears from the worker. */
import { ref } from 'vue'
import { get, request } from '../design/api'

export type PushState = 'none' | 'off' | 'on' | 'denied' | 'busy' | 'failed'
export const pushState = ref<PushState>('none')
let registration: ServiceWorkerRegistration | null = null

function bytesOf(key: string): Uint8Array<ArrayBuffer> {
  const text = atob(key.replace(/-/g, '+').replace(/_/g, '/'))
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

/** Start the worker; `onPush` is called when a push arrives or its notification is tapped while the page is open. */
export async function startWorker(onPush: () => void): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  navigator.serviceWorker.addEventListener('message', (event: MessageEvent<{ type?: string }>) => {
    if (event.data.type === 'push' || event.data.type === 'open') onPush()
  })
  try {
    registration = await navigator.serviceWorker.register('/v/sw.js', { scope: '/v/' })
  } catch {
    // Plain HTTP on a phone has no worker: the page works, only the locked phone does not ring. 我的 says so.
    return
  }
  if (!('PushManager' in window)) return
  if (Notification.permission === 'denied') pushState.value = 'denied'
  else pushState.value = (await registration.pushManager.getSubscription()) ? 'on' : 'off'
}

/** Ask for permission and register this phone; called by a tap only. */
export async function subscribe(): Promise<void> {
  if (!registration) return
  pushState.value = 'busy'
  try {
    if ((await Notification.requestPermission()) !== 'granted') {
      pushState.value = 'denied'
      return
    }
    const answer = await get<{ key: string }>('/push/key')
    const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(answer.key) })
    await request('POST', '/push/subscription', subscription.toJSON())
    pushState.value = 'on'
  } catch {
    pushState.value = 'failed'
  }
}

interface InstallEvent extends Event {
  prompt(): Promise<void>
}
export const mayInstall = ref(false)
let installEvent: InstallEvent | null = null
addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault()
  installEvent = event as InstallEvent
  mayInstall.value = true
})
export async function install(): Promise<void> {
  await installEvent?.prompt()
  mayInstall.value = false
}
