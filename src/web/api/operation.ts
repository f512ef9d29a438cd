import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'

/** Fastify with zod schemas for the requests and responses of each route. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** The OpenAPI fields of a public operation. */
export const publicOperation = (tag: string, operationId: string, summary: string) => ({
  tags: [tag],
  operationId,
  summary,
})
