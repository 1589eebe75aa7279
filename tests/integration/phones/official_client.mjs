// Phones of the official JavaScript client, told what to do in lines of JSON on stdin; says what happens to them in lines of JSON.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const { io } = createRequire(process.argv[2])('socket.io-client')
const phones = new Map()
const say = (name, what, more) => process.stdout.write(JSON.stringify({ name, what, more }) + '\n')

function connect(name, url, path, auth) {
  const phone = io(url, { path, auth, transports: ['websocket'], forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 200 })
  phones.set(name, phone)
  phone.on('connect', () => {
    say(name, 'connect')
    phone.emit('join', {}, (ack) => say(name, 'joined', ack))
  })
  phone.on('connect_error', (error) => say(name, 'connect_error', { message: error.message, data: error.data ?? null }))
  phone.on('disconnect', (reason) => say(name, 'disconnect', reason))
  for (const event of ['changes', 'heartbeat', 'session_ended']) phone.on(event, (body) => say(name, event, body))
}

const acts = {
  connect: (name, { url, path, auth }) => connect(name, url, path, auth),
  ask: (name, { event, body, number }) => phones.get(name).emit(event, ...body, (ack) => say(name, 'ack', { number, ack })),
  leave: (name) => phones.get(name).disconnect(),
  deafen: (name) => phones.get(name).io.engine.transport.ws._socket.pause(),
}
createInterface({ input: process.stdin }).on('line', (line) => {
  const { name, act, more } = JSON.parse(line)
  acts[act](name, more)
}).on('close', () => process.exit(0))
say('', 'ready')
