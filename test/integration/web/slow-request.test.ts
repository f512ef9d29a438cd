import { type AddressInfo, connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { setInterval } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildServer, REQUEST_LIMITS } from '../../../src/web/server.ts'
import { useSite } from '../../support/site.ts'

const site = useSite()
let app: ReturnType<typeof buildServer>

beforeAll(async () => {
  app = buildServer(site.deps, { requestTimeout: 300, connectionsCheckingInterval: 50 })
  await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => app.close())

const HEAD =
  'POST /subscribe HTTP/1.1\r\nHost: papers.example\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n'

test.each([
  ['headers', HEAD, 'X'],
  ['a body', `${HEAD}\r\n`, 'x'],
  ['nothing', '', ''],
])('a request that sends %s byte by byte gets 408', async (_what, start, byte) => {
  const { port } = app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  let reply = ''
  socket.on('data', (data) => {
    reply += data
  })
  socket.on('error', () => undefined)
  socket.write(start)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  let ticks = 0
  // Stops after ten times the limit, so that the assertion shows what was received.
  for await (const _ of setInterval(20)) {
    if (reply || socket.destroyed || socket.readableEnded || ++ticks > 150) break
    socket.write(byte)
  }
  socket.destroy()
  await closed
  expect(reply).toMatch(/^HTTP\/1\.1 408 /)
})

test('a connection that cannot be written to is closed', () => {
  const socket = new PassThrough().end()
  app.server.emit('clientError', new Error('unreadable'), socket)
  expect(socket.destroyed).toBe(true)
})

test('a request has 30 seconds in production, checked every 2', async () => {
  expect(REQUEST_LIMITS).toEqual({ requestTimeout: 30_000, connectionsCheckingInterval: 2000 })
  const { requestTimeout, headersTimeout } = site.app.server
  expect({ requestTimeout, headersTimeout }).toEqual({ requestTimeout: 30_000, headersTimeout: 30_000 })
})
