import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

interface ConditionalBody {
  body: string
  /** When the content last changed; null if unknown. */
  changedAt: Date | null
}

/** Sends the body, or 304 if the client already has it. */
export function sendIfChanged(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { body, changedAt }: ConditionalBody,
): FastifyReply {
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  reply.header('etag', tag)
  if (changedAt) reply.header('last-modified', changedAt.toUTCString())
  const [match, since] = [headers['if-none-match'], headers['if-modified-since']]
  const isNotModified = match === undefined ? isSince(since, changedAt) : isNamed(match, tag)
  return isNotModified ? reply.code(304).send() : reply.send(body)
}

const isNamed = (match: string, tag: string): boolean =>
  match.split(',').some((one) => ['*', tag, `W/${tag}`].includes(one.trim()))

/** Dates in HTTP headers have no fractions of a second. */
const isSince = (since: string | undefined, changedAt: Date | null): boolean =>
  since !== undefined &&
  changedAt !== null &&
  Math.floor(changedAt.getTime() / 1000) * 1000 <= Date.parse(since)

/** Any cache may keep the response for a minute. */
export const cacheForOneMinute = <T extends FastifyReply>(reply: T): T =>
  reply.header('cache-control', 'public, max-age=60') as T
