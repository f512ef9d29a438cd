import type { FastifyReply, FastifyRequest } from 'fastify'
import { takeTokens } from '../../platform/bucket-store.ts'
import { Fault } from '../../platform/errors.ts'
import { isSameSecret } from '../../platform/same-secret.ts'
import type { ServiceDeps } from '../../wiring.ts'
import { counted, words } from '../../words/words.ts'
import { networkOf } from '../network.ts'

// Of one network and over all processes. The right token always passes: no neighbour can lock the operator out, and
// 32 random bytes are not found by trying.
const AT_ONCE = 20
const PER_SECOND = 20 / 3600

/** Lets those through who send API_TOKEN. Throws token.wrong, and rate.too-many for whoever goes on trying. */
export function requireToken(deps: ServiceDeps) {
  const right = deps.config.API_TOKEN!
  return async ({ headers, ip }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.header('cache-control', 'no-store')
    const sent = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
    if (sent !== undefined && isSameSecret(sent, right)) return
    await countFailure(deps, networkOf(ip))
    reply.header(
      'www-authenticate',
      `Bearer realm="api"${sent === undefined ? '' : ', error="invalid_token"'}`,
    )
    throw new Fault('token.wrong')
  }
}

async function countFailure({ db }: ServiceDeps, network: string): Promise<void> {
  const bucket = { key: `api-token ${network}`, capacity: AT_ONCE, perSecond: PER_SECOND }
  const { allowed, waitSeconds } = await takeTokens(db, bucket)
  if (allowed) return
  const seconds = Math.ceil(waitSeconds)
  const wait = counted(Math.ceil(seconds / 60), words.counts.minute)
  throw new Fault('rate.too-many', { limit: 'wrong tokens of one network', seconds, wait })
}
