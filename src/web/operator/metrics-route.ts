import { createHash, timingSafeEqual } from 'node:crypto'
import { BlockList } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../../config.ts'
import { openMetricsWriter } from '../../flows/operator/metrics/write-metrics.ts'
import { takeTokens } from '../../platform/bucket-store.ts'
import { networkOf } from '../network.ts'
import type { Site } from '../site.ts'

// Asked every 15 seconds, four a minute: several may ask from one network, and nobody guesses a password at that pace.
const TRIES = 20
const TRIES_PER_SECOND = 0.2

/** Prometheus, from this machine itself or with ADMIN_PASSWORD by Basic authentication, whatever the user's name. */
export function addMetricsRoute(app: FastifyInstance, { deps }: Site): void {
  const writer = openMetricsWriter(deps)
  app.get('/metrics', async (request, reply) => {
    const refused = (await isWelcome(request, deps)) ? undefined : refusal(reply, deps.config)
    return refused ?? reply.type(writer.contentType).send(await writer.write())
  })
}

async function isWelcome(
  request: FastifyRequest,
  { config, db }: Site['deps'],
): Promise<boolean | undefined> {
  const password = passwordIn(request.headers.authorization)
  if (password === undefined || !config.ADMIN_PASSWORD) return isFromHere(request, config)
  const key = `metrics ${networkOf(request.ip)}`
  const { allowed } = await takeTokens(db, { key, capacity: TRIES, perSecond: TRIES_PER_SECOND })
  return allowed && isSame(password, config.ADMIN_PASSWORD)
}

function refusal(reply: FastifyReply, { ADMIN_PASSWORD }: Config): FastifyReply {
  if (!ADMIN_PASSWORD)
    return reply
      .code(403)
      .type('text/plain')
      .send('Metrics are for this machine alone, until ADMIN_PASSWORD is set.\n')
  return reply
    .code(401)
    .header('www-authenticate', 'Basic realm="metrics"')
    .type('text/plain')
    .send('Metrics take ADMIN_PASSWORD by Basic authentication.\n')
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

const HOSTS = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i
const FORWARDED = /^(forwarded|via|x-forwarded(-.*)?|x-real-ip|cf-connecting-ip|true-client-ip)$/

/**
 * A proxy on this machine comes from loopback too, with everybody behind it. So nothing may look forwarded, the name
 * that was asked for is this machine's own, and a site over https says in TRUST_PROXY that its proxy forwards.
 */
function isFromHere({ headers, raw }: FastifyRequest, { BASE_URL, TRUST_PROXY }: Config): boolean {
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

const isSame = (one: string, other: string): boolean => timingSafeEqual(digestOf(one), digestOf(other))

const digestOf = (value: string): Buffer => createHash('sha256').update(value).digest()
