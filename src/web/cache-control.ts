import type { FastifyReply } from 'fastify'

/** Any cache may keep the response for a minute. */
export const cacheForOneMinute = <T extends FastifyReply>(reply: T): T =>
  reply.header('cache-control', 'public, max-age=60') as T
