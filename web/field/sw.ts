/// <reference lib="webworker" />
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { noticeOf, type PushMessage } from './notices'

declare const self: ServiceWorkerGlobalScope

precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()
registerRoute(new NavigationRoute(createHandlerBoundToURL('/field.html'), { allowlist: [/^\/v(\/|$)/] }))
self.addEventListener('install', () => void self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

function read(event: PushEvent): PushMessage {
  try {
    return (event.data?.json() ?? {}) as PushMessage
  } catch {
    return {}
  }
}

const pages = (): Promise<readonly WindowClient[]> => self.clients.matchAll({ type: 'window', includeUncontrolled: true })

self.addEventListener('push', (event) => {
  const message = read(event)
  event.waitUntil(
    (async () => {
      for (const page of await pages()) page.postMessage({ type: 'push', message })
      const notice = noticeOf(message, self.navigator.language, Date.now())
      const options: NotificationOptions & { vibrate?: number[]; actions?: { action: string; title: string }[]; renotify?: boolean } = {
        body: notice.body, tag: message.assignment ?? message.template ?? 'nuandeng', renotify: true, requireInteraction: true, icon: '/icons/lamp-192.png', badge: '/icons/lamp-192.png',
        lang: notice.lang, vibrate: [400, 150, 400, 150, 400], data: message, actions: [{ action: 'open', title: notice.action }],
      }
      await self.registration.showNotification(notice.title, options)
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
        await self.clients.openWindow('/v/')
        return
      }
      open.postMessage({ type: 'open', message })
      await open.focus()
    })(),
  )
})
