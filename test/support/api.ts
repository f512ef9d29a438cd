import type { FastifyInstance, InjectOptions } from 'fastify'

export const API_TOKEN = 'a-token-of-32-bytes-or-more-for-tests'

/** As much of a document as tests read. */
export interface Document extends Record<string, unknown> {
  paths: Record<string, Record<string, Omit<Operation, 'method' | 'path'>>>
}

export interface Operation {
  method: string
  /** With its parameters in braces. */
  path: string
  operationId: string
  summary: string
  security?: object[]
  requestBody?: { content: Record<string, { schema: object }> }
  responses: Record<string, { content?: Record<string, { schema: object }> }>
}

export const documentOf = async (app: FastifyInstance): Promise<Document> =>
  (await app.inject({ url: '/openapi.json' })).json()

export const operationsOf = ({ paths }: Document): Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  )

/** Asks as the operator's program does; `body` goes as JSON. */
export const ask = (
  app: FastifyInstance,
  method: string,
  url: string,
  body?: object,
  headers: Record<string, string> = { authorization: `Bearer ${API_TOKEN}` },
) =>
  app.inject({
    method: method as InjectOptions['method'] & string,
    url,
    headers,
    ...(body && { payload: body }),
  } as InjectOptions)
