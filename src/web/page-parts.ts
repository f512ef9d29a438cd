import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'
import type { Deps } from '../core/deps.ts'
import type { Feature } from '../core/feature.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'

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

/** A section of a page, in a template that reads `it` as `data`. */
export interface PageSection {
  file: URL
  data: object
}

interface FeatureOverviewPart {
  page: 'overview'
  readSection(deps: Deps): Promise<PageSection>
}

/** Where the manage page has sections of features: above the delivery history, or in the column beside it. */
export type ManagePlace = 'before-receipts' | 'aside'

/** Who has opened the manage page, and by which link: forms post below `/manage/${token}`. */
interface ManagePageHolder {
  subscriber: Subscriber
  token: string
}

interface FeatureManagePart {
  page: 'manage'
  place: ManagePlace
  /** Null: the page has no such section for this subscriber. */
  readSection(deps: Deps, holder: ManagePageHolder): Promise<PageSection | null>
}

interface FeaturePrivacyPart {
  page: 'privacy'
  /** What the feature gives to others, with these settings; empty if nothing. */
  sentences(config: Config): string[]
}

interface FeatureSearchPart {
  page: 'search'
  /** Below the feeds of results, unless it is null. `topic`: the search as a topic. */
  section(topic: string, config: Config): PageSection | null
}

type FeaturePart =
  | FeatureFormPart
  | FeatureOverviewPart
  | FeatureManagePart
  | FeaturePrivacyPart
  | FeatureSearchPart

declare module '../core/feature.ts' {
  interface Feature {
    /** Parts of the core's pages. Those of forms are read when a server is built. */
    pageParts?: readonly FeaturePart[]
  }
}

const allOf = (features: readonly Feature[]) => features.flatMap(({ pageParts = [] }) => pageParts)

const formParts = (features: readonly Feature[]): FeatureFormPart[] =>
  allOf(features).filter((one) => 'fields' in one)

export const readPageParts = (features: readonly Feature[]): Promise<PagePart[]> =>
  Promise.all(formParts(features).map((one) => one.read()))

export const partFields = (features: readonly Feature[]): string[] =>
  formParts(features).flatMap(({ fields }) => fields)

const sectionParts = (features: readonly Feature[]) => allOf(features).filter((one) => 'page' in one)

export const overviewSections = (deps: Deps): Promise<PageSection[]> =>
  Promise.all(
    sectionParts(deps.features)
      .filter((one) => one.page === 'overview')
      .map((one) => one.readSection(deps)),
  )

/** What the privacy page says about features. */
export const privacySentences = ({ features, config }: Deps): string[] =>
  sectionParts(features).flatMap((one) => (one.page === 'privacy' ? one.sentences(config) : []))

/** Those of a page of results; none if no topic expresses the search. */
export const searchSections = ({ features, config }: Deps, topic: string | undefined): PageSection[] =>
  topic === undefined
    ? []
    : sectionParts(features)
        .map((one) => (one.page === 'search' ? one.section(topic, config) : null))
        .filter((section) => section !== null)

/** Those of the manage page, each with its place. */
export async function manageSections(
  deps: Deps,
  holder: ManagePageHolder,
): Promise<(PageSection & { place: ManagePlace })[]> {
  const parts = sectionParts(deps.features).filter((one) => one.page === 'manage')
  const sections = await Promise.all(
    parts.map(async ({ place, readSection }) => ({ place, section: await readSection(deps, holder) })),
  )
  return sections.flatMap(({ place, section }) => (section ? [{ place, ...section }] : []))
}

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
