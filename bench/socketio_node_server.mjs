// Node's own Socket.IO, doing what our process for phones does, as far as it can be compared: one room, one event to all, the same bytes.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'

const { Server } = createRequire(process.argv[2])('socket.io')
const payload = JSON.parse(process.argv[3])
const http = createServer((request, response) => {
  if (request.url === '/emit') io.of('/field').to('all').emit('changes', payload)
  if (request.url === '/rss' && global.gc) global.gc()
  response.setHeader('Connection', 'close')
  response.end(String(process.memoryUsage().rss))
})
const io = new Server(http, {
  path: '/phones/socket.io', transports: ['websocket'], pingInterval: 5000, pingTimeout: 5000, perMessageDeflate: false, serveClient: false, cors: { origin: true },
})
io.of('/field').on('connection', (phone) => {
  phone.join('all')
  phone.on('join', (_body, ack) => ack({ ok: true }))
})
http.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => process.stdout.write(`${http.address().port}\n`))
