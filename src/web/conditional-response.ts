import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

interface ConditionalBody {
  body: string
  /** When the content last changed; null if unknown. */
  changedAt: Date | null
}

/** Sends the body, or 304 if the client already has it. */
export function sendIfChanged(
  request: FastifyRequest,
  reply: FastifyReply,
  { body, changedAt }: ConditionalBody,
): FastifyReply {
  reply.header('etag', tagOf(body))
  if (changedAt) reply.header('last-modified', changedAt.toUTCString())
  return isKnownTo(request, reply) ? reply.code(304).send() : reply.send(body)
}

export const tagOf = (body: string): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`

/** Whether the client already has the response with these headers. */
export function isKnownTo({ headers }: FastifyRequest, reply: FastifyReply): boolean {
  const [match, since] = [headers['if-none-match'], headers['if-modified-since']]
  const { etag, 'last-modified': changed } = reply.getHeaders()
  if (match !== undefined)
    return match.split(',').some((one) => ['*', etag, `W/${etag}`].includes(one.trim()))
  return since !== undefined && changed !== undefined && Date.parse(String(changed)) <= Date.parse(since)
}

/** Any cache may keep the response for a minute. */
export const cacheForOneMinute = <T extends FastifyReply>(reply: T): T =>
  reply.header('cache-control', 'public, max-age=60') as T
