import { BlockList } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Config } from '../../config/config.ts'
import { openMetricsWriter } from '../../operator/metrics/write-metrics.ts'
import type { Site } from '../pages.ts'
import { checkPassword } from './check-password.ts'

/**
 * Prometheus metrics, for requests from this machine and for Basic authentication with ADMIN_PASSWORD and any user
 * name.
 */
export const metricsRoute: FastifyPluginAsyncZod<Site> = async (app, { deps }) => {
  const writer = openMetricsWriter(deps)
  app.get('/metrics', async (request, reply) => {
    const refused = await denyUnlessAllowed(request, reply, deps)
    return refused ?? reply.type(writer.contentType).send(await writer.write())
  })
}

/** Does nothing if the request is from this machine or sends the password. */
async function denyUnlessAllowed(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: Site['deps'],
): Promise<FastifyReply | undefined> {
  const { ADMIN_PASSWORD } = deps.config
  const password = passwordIn(request.headers.authorization)
  if (password === undefined || !ADMIN_PASSWORD) {
    if (isLocalRequest(request, deps.config)) return
    return ADMIN_PASSWORD ? askForPassword(reply) : refuse(reply, 403, FROM_HERE)
  }
  const { isCorrect, waitSeconds } = await checkPassword(deps, {
    kind: 'metrics',
    ip: request.ip,
    password,
  })
  if (waitSeconds > 0) return refuse(reply.header('retry-after', waitSeconds), 429, TOO_MANY)
  return isCorrect ? undefined : askForPassword(reply)
}

const FROM_HERE = 'Metrics are available only on this machine until ADMIN_PASSWORD is set.\n'
const ASKED = 'Metrics take ADMIN_PASSWORD by Basic authentication.\n'
const TOO_MANY =
  'Too many wrong passwords. Until Retry-After has passed, even the correct password is rejected.\n'

const refuse = (reply: FastifyReply, status: number, why: string): FastifyReply =>
  reply.code(status).type('text/plain').send(why)

const askForPassword = (reply: FastifyReply): FastifyReply =>
  refuse(reply.header('www-authenticate', 'Basic realm="metrics"'), 401, ASKED)

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

const HOSTS = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i
const FORWARDED = /^(forwarded|via|x-forwarded(-.*)?|x-real-ip|cf-connecting-ip|true-client-ip)$/

/**
 * A proxy on this machine also connects from loopback, for all its visitors. So a local request must have no forwarding
 * headers, and must name this machine as the host. A site over https must also set TRUST_PROXY, which shows that its
 * proxy adds such headers.
 */
function isLocalRequest({ headers, raw }: FastifyRequest, { BASE_URL, TRUST_PROXY }: Config): boolean {
  const hasSilentProxy = BASE_URL.startsWith('https://') && TRUST_PROXY.length === 0
  const looksForwarded = Object.keys(headers).some((name) => FORWARDED.test(name))
  return (
    !hasSilentProxy &&
    !looksForwarded &&
    HOSTS.test(headers.host ?? '') &&
    isLoopback(raw.socket.remoteAddress)
  )
}

function isLoopback(address = ''): boolean {
  const plain = address.replace(/^::ffff:/i, '')
  return loopback.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4')
}

function passwordIn(authorization = ''): string | undefined {
  const [, encoded] = /^Basic ([\w+/=-]+)$/i.exec(authorization) ?? []
  const credentials = encoded && Buffer.from(encoded, 'base64').toString()
  return credentials?.includes(':') ? credentials.slice(credentials.indexOf(':') + 1) : undefined
}
