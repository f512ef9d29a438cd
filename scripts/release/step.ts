import type { Published } from './published.ts'

export interface Release {
  version: string
  published: Published
  /** The folder for all that is built. */
  out: string
}

export interface Built {
  artefact: string
  bytes: number
  /** What was done with it, and what came of it. */
  tried: string
}

/** Builds what is published, and tries it. Throws what did not work. */
export type Step = (release: Release) => Promise<Built[]>
