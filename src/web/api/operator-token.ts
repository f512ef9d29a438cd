import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ServiceDeps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { type RateLimit, requirePermit } from '../../core/rate-limit.ts'
import { isSameSecret } from '../../core/secrets.ts'

// The correct token always passes: another client cannot lock the operator out, and 32 random bytes cannot be guessed.
const WRONG_TOKENS: RateLimit = {
  name: 'api-token',
  label: 'wrong tokens of one network',
  capacity: 20,
  perSecond: 20 / 3600,
}

/** Lets requests with API_TOKEN pass. Throws token.wrong, and rate.too-many after too many wrong tokens. */
export function requireToken(deps: ServiceDeps) {
  const right = deps.config.API_TOKEN!
  return async ({ headers, ip }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.header('cache-control', 'no-store')
    const sent = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
    if (sent !== undefined && isSameSecret(sent, right)) return
    await requirePermit(deps.db, WRONG_TOKENS, { ip })
    reply.header(
      'www-authenticate',
      `Bearer realm="api"${sent === undefined ? '' : ', error="invalid_token"'}`,
    )
    throw new Fault('token.wrong')
  }
}
