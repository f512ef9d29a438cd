import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
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

const documents = new WeakMap<FastifyInstance, Promise<Document>>()

/** What a server says of itself; asked once. */
export function documentOf(app: FastifyInstance): Promise<Document> {
  const asked = documents.get(app) ?? app.inject({ url: '/openapi.json' }).then((answer) => answer.json())
  documents.set(app, asked)
  return asked
}

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

type AnswerChecker = (operation: Operation, status: number, body: string) => string

const checkers = new WeakMap<Document, AnswerChecker>()

/** What is wrong with an answer by the document: nothing, or its first faults. A document is compiled once. */
export function answerChecker(document: Document): AnswerChecker {
  const checker = checkers.get(document) ?? newChecker(document)
  checkers.set(document, checker)
  return checker
}

function newChecker(document: Document): AnswerChecker {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(document, 'api')
  return ({ path, method, responses }, status, body) => {
    if (!responses[status]) return `${status} is not in the document`
    const place = ['paths', path, method.toLowerCase(), 'responses', String(status)]
    const pointer = [...place, 'content', 'application/json', 'schema'].map(escaped).join('/')
    const validate = ajv.getSchema(`api#/${pointer}`)!
    return validate(JSON.parse(body)) ? '' : ajv.errorsText(validate.errors)
  }
}

const escaped = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
