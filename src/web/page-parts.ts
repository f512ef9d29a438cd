import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Deps } from '../core/deps.ts'
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

interface FeatureFormPart {
  /** Those of its fields that a fault may name. */
  fields: readonly string[]
  read(): Promise<PagePart>
}

/** A section of the admin overview, in a template that reads `it` as `data`. */
export interface OverviewSection {
  file: URL
  data: object
}

interface FeatureOverviewPart {
  page: 'overview'
  readSection(deps: Deps): Promise<OverviewSection>
}

declare module '../core/feature.ts' {
  interface Feature {
    /** Parts of the core's pages. Those of forms are read when a server is built. */
    pageParts?: readonly (FeatureFormPart | FeatureOverviewPart)[]
  }
}

const allOf = (features: readonly Feature[]) => features.flatMap(({ pageParts = [] }) => pageParts)

const formParts = (features: readonly Feature[]): FeatureFormPart[] =>
  allOf(features).filter((one) => 'fields' in one)

export const readPageParts = (features: readonly Feature[]): Promise<PagePart[]> =>
  Promise.all(formParts(features).map((one) => one.read()))

export const partFields = (features: readonly Feature[]): string[] =>
  formParts(features).flatMap(({ fields }) => fields)

export const overviewSections = (deps: Deps): Promise<OverviewSection[]> =>
  Promise.all(
    allOf(deps.features)
      .filter((one) => 'page' in one)
      .map((one) => one.readSection(deps)),
  )

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
