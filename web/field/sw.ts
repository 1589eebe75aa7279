/// <reference lib="webworker" />
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'

declare const self: ServiceWorkerGlobalScope

/** What the server encrypts for this phone. It holds nothing personal: the page fetches the rest after it is opened. */
interface PushMessage {
  title?: string
  body?: string
  tag?: string
  assignment?: string
  template?: string
  url?: string
  actions?: { action: string; title: string }[]
}

precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()
registerRoute(new NavigationRoute(createHandlerBoundToURL('/field.html'), { allowlist: [/^\/v(\/|$)/] }))
self.addEventListener('install', () => void self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

function read(event: PushEvent): PushMessage {
  try {
    return (event.data?.json() ?? {}) as PushMessage
  } catch {
    return { body: event.data?.text() ?? '' }
  }
}

const pages = (): Promise<readonly WindowClient[]> => self.clients.matchAll({ type: 'window', includeUncontrolled: true })

self.addEventListener('push', (event) => {
  const message = read(event)
  event.waitUntil(
    (async () => {
      for (const page of await pages()) page.postMessage({ type: 'push', message })
      const options: NotificationOptions & { vibrate?: number[]; actions?: { action: string; title: string }[]; renotify?: boolean } = {
        body: message.body ?? '', tag: message.tag ?? message.assignment ?? 'nuandeng', renotify: true, requireInteraction: true, icon: '/icons/lamp-192.png', badge: '/icons/lamp-192.png',
        lang: 'zh-CN', vibrate: [400, 150, 400, 150, 400], data: message, actions: message.actions ?? [{ action: 'open', title: '查看并回答' }],
      }
      await self.registration.showNotification(message.title ?? '暖灯:有人需要帮助', options)
    })(),
  )
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const message = event.notification.data as PushMessage | null
  event.waitUntil(
    (async () => {
      const open = (await pages()).find((page) => new URL(page.url).pathname.startsWith('/v'))
      if (!open) {
        await self.clients.openWindow(message?.url?.startsWith('/v/') ? message.url : '/v/')
        return
      }
      open.postMessage({ type: 'open', message })
      await open.focus()
    })(),
  )
})
