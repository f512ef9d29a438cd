import type { FastifyReply } from 'fastify'

/** Everybody may keep the answer, for a minute. */
export const cacheForOneMinute = <T extends FastifyReply>(reply: T): T =>
  reply.header('cache-control', 'public, max-age=60') as T
