// Fastify with a route that sends ready bytes, as many as the parent asks for with "size". Answers "cpu" as the site does.
import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'

let body = Buffer.alloc(0)
const server = fastify()
server.get('/', (_, reply) => reply.type('text/html; charset=utf-8').send(body))
await server.listen({ port: 0, host: '127.0.0.1' })
const { port } = server.server.address() as AddressInfo

process.on('message', async (asked: { size: number } | 'cpu' | 'stop') => {
  if (asked === 'stop') return process.exit()
  if (asked === 'cpu') {
    const { user, system } = process.cpuUsage()
    return process.send!({ cpu: (user + system) / 1000 })
  }
  body = Buffer.alloc(asked.size, 'x')
})
process.send!({ address: `http://127.0.0.1:${port}` })
