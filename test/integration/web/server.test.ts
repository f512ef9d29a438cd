import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { afterAll, expect, test } from 'vitest'
import { listen } from '../../../src/web/server.ts'

const taken = Fastify()
await taken.listen({ host: '127.0.0.1', port: 0 })
afterAll(() => taken.close())
const { port } = taken.server.address() as AddressInfo

test.each([
  ['127.0.0.1', port, 'config.port', `PORT=${port} on HOST=127.0.0.1 is taken by another program: stop`],
  ['192.0.2.1', 0, 'config.host', 'HOST=192.0.2.1 is not an address of this machine. Set HOST to'],
  ['999.1.1.1', 0, 'config.host', 'HOST=999.1.1.1 is not an address of this machine. Set HOST to'],
])('listening on %s, port %i, fails with %s', async (HOST, PORT, code, sentence) => {
  const message = expect.stringContaining(sentence)
  await expect(listen(Fastify(), { HOST, PORT })).rejects.toMatchObject({ code, message, exit: 1 })
})
