import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { FastifyInstance } from 'fastify'
import { onTestFinished } from 'vitest'

export const MODERN = '2026-07-28'

/** modern: the version of July 2026. legacy: a handshake, as clients before it do. */
export type Era = 'modern' | 'legacy'

/** The SDK's own client, connected to a server that listens. */
export async function connectClient(
  app: FastifyInstance,
  { era = 'modern', token }: { era?: Era; token?: string } = {},
): Promise<Client> {
  const { port } = app.server.address() as { port: number }
  const options = era === 'modern' ? { versionNegotiation: { mode: { pin: MODERN } } } : {}
  const client = new Client({ name: 'test', version: '1.0.0' }, options)
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`), { requestInit: { headers } }),
  )
  onTestFinished(() => client.close())
  return client
}

interface CallOptions {
  token?: string
  headers?: Record<string, string>
}

/** A request as a client of July 2026 sends it, without one. */
export function send(
  app: FastifyInstance,
  method: string,
  params: Record<string, unknown> = {},
  { token, headers = {} }: CallOptions = {},
) {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  return app.inject({
    method: 'POST',
    url: '/mcp',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': MODERN,
      'mcp-method': method,
      ...(typeof params.name === 'string' && { 'mcp-name': params.name }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    payload: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } },
  })
}

/** What a tool returned: its structured content, or the JSON of its fault. */
export async function callTool(
  app: FastifyInstance,
  name: string,
  input: object = {},
  options: CallOptions = {},
) {
  const response = await send(app, 'tools/call', { name, arguments: input }, options)
  const { result } = response.json()
  if (!result) throw new Error(`${name}: ${response.statusCode} ${response.body}`)
  return result.isError
    ? { fault: JSON.parse(result.content[0].text) }
    : { result: result.structuredContent, text: result.content[0].text }
}
