import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { Fault } from '../../core/errors.ts'
import { jsonOfFault, logFault, toFault } from '../../web/errors.ts'
import { cacheForOneMinute } from '../../web/page-cache.ts'
import type { Site } from '../../web/pages.ts'
import { requireTokenHolder, type TokenHolder } from './agent-tokens.ts'
import { mcpErrors } from './mcp-errors.ts'
import type { RunTool } from './mcp-server.ts'
import type { Caller } from './tool.ts'

/** The headers that the protocol reads. The token is not among them. */
const READ_HEADERS = /^(?:accept|content-type|last-event-id|mcp-.+)$/

const PARSE_ERROR = -32_700
const INVALID_REQUEST = -32_600

/** POST /mcp: the Model Context Protocol, version 2026-07-28 and those of 2025, without sessions. */
export const mcpRoutes: FastifyPluginAsync<Site> = async (app, { deps }) => {
  const { origin } = new URL(deps.config.BASE_URL)
  app.removeContentTypeParser(['application/x-www-form-urlencoded', 'text/plain'])
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const fault = error.statusCode === 415 ? new Fault('request.not-json') : toFault(error, request)
    return sendRpcFault(deps, reply, fault)
  })

  // A page of another site, whose name leads to this machine, could otherwise ask with a visitor's network.
  app.addHook('onRequest', async ({ headers }) => {
    if (headers.origin !== undefined && headers.origin !== origin)
      throw new Fault(mcpErrors['mcp.other-origin'], { origin })
  })

  app.post('/mcp', { config: { slots: 'search' } }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (Array.isArray(request.body)) throw new Fault(mcpErrors['mcp.batch'])
    const holder = await holderOfRequest(deps, request)
    const { answerMcp } = await import('./mcp-server.ts')
    const response = await answerMcp(deps, webRequest(deps.config.BASE_URL, reply), {
      body: request.body,
      hasToken: holder !== null,
      runTool: toolRunner(deps, callerOf(deps, request, holder), reply),
    })
    const type = response.headers.get('content-type')
    if (type) reply.type(type)
    return reply.code(response.status).send(await response.text())
  })
}

/** The addresses of the site in plain words, for programs that read a site by its language: llmstxt.org. */
export const llmsRoute: FastifyPluginAsync<Site> = async (app, { deps }) => {
  app.get('/llms.txt', async (_request, reply) => {
    const { llmsText } = await import('./llms-text.ts')
    return cacheForOneMinute(reply)
      .type('text/plain; charset=utf-8')
      .send(await llmsText(deps))
  })
}

const BEARER = /^bearer +(\S+)$/i

/** Null without a token. Another kind of Authorization may be for a proxy. Throws mcp.wrong-token, rate.too-many. */
async function holderOfRequest(
  deps: Site['deps'],
  { headers, ip }: FastifyRequest,
): Promise<TokenHolder | null> {
  const { authorization = '' } = headers
  const [, token] = BEARER.exec(authorization) ?? []
  return token === undefined ? null : requireTokenHolder(deps, { token, ip })
}

/** The searches of a subscriber count for their token: agents of many people may share a network. */
const callerOf = (
  deps: Site['deps'],
  { ip, socket }: FastifyRequest,
  holder: TokenHolder | null,
): Caller => ({
  deps,
  holder,
  searcher: { ip, socket, ...(holder && { holder: holder.subscriber.id }) },
})

function toolRunner(deps: Site['deps'], caller: Caller, reply: FastifyReply): RunTool {
  return async (tool, sent) => {
    try {
      return { result: await tool.call(caller, sent) }
    } catch (error) {
      const fault = toFault(error)
      return { fault: jsonOfFault(fault, logFault(deps, reply, fault)) }
    }
  }
}

function webRequest(baseUrl: string, { request, raw }: FastifyReply): Request {
  const read = Object.entries(request.headers).filter(([name]) => READ_HEADERS.test(name))
  const disconnected = new AbortController()
  raw.once('close', () => disconnected.abort())
  return new Request(`${baseUrl}/mcp`, {
    method: 'POST',
    headers: read.map(([name, value]): [string, string] => [name, [value].flat().join(', ')]),
    signal: disconnected.signal,
  })
}

function sendRpcFault(deps: Site['deps'], reply: FastifyReply, fault: Fault): FastifyReply {
  const { message, ...data } = jsonOfFault(fault, logFault(deps, reply, fault)) as { message: string }
  const code = fault.code === 'request.unreadable' ? PARSE_ERROR : INVALID_REQUEST
  if (fault.status === 401) reply.header('www-authenticate', 'Bearer realm="mcp", error="invalid_token"')
  return reply.code(fault.status).send({ jsonrpc: '2.0', id: null, error: { code, message, data } })
}
