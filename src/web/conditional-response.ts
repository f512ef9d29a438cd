import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

export interface ConditionalBody {
  body: string
  /** When what it tells of last changed, where that is known. */
  changedAt: Date | null
}

/** Answers with a body, or with 304 where whoever asks has it already. */
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

/** A date in a header has no parts of a second. */
const isSince = (since: string | undefined, changedAt: Date | null): boolean =>
  since !== undefined &&
  changedAt !== null &&
  Math.floor(changedAt.getTime() / 1000) * 1000 <= Date.parse(since)
