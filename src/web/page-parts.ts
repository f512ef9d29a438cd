import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Feature } from '../core/feature.ts'

/** Where the forms to sign up and to manage topics have parts of features: before and after the field for topics. */
export type PartPlace = 'before-topics' | 'after-topics'

/** A part of these two forms. Whatever button was pressed, its fields stay as they were sent. */
export interface PagePart {
  /** Reads `it.part`, and of the form `it.path` (where its routes are), `it.wrong` and `it.errorOf`. */
  templates: Record<PartPlace, URL>
  /** `sent`: the body of the request, without a schema; empty for a GET. */
  view(request: FastifyRequest, sent: Readonly<Record<string, unknown>>): object
}

interface FeaturePagePart {
  /** Those of its fields that a fault may name. */
  fields: readonly string[]
  read(): Promise<PagePart>
}

declare module '../core/feature.ts' {
  interface Feature {
    /** Parts of the core's pages. Read when a server is built. */
    pageParts?: readonly FeaturePagePart[]
  }
}

const allOf = (features: readonly Feature[]) => features.flatMap(({ pageParts = [] }) => pageParts)

export const readPageParts = (features: readonly Feature[]): Promise<PagePart[]> =>
  Promise.all(allOf(features).map((one) => one.read()))

export const partFields = (features: readonly Feature[]): string[] =>
  allOf(features).flatMap(({ fields }) => fields)

const bodies = new WeakMap<FastifyRequest, Readonly<Record<string, unknown>>>()

/** Keeps the body of each request for parts of its page: the schema of a route of the core drops their fields. */
export function keepBodies(app: FastifyInstance): void {
  app.addHook('preValidation', async (request) => {
    const { body } = request
    if (typeof body === 'object' && body !== null) bodies.set(request, { ...body })
  })
}

export const bodyOf = (request: FastifyRequest): Readonly<Record<string, unknown>> =>
  bodies.get(request) ?? {}
