import { globSync } from 'node:fs'
import type { ServiceDeps } from '../../../src/core/deps.ts'
import type { LinkPurpose } from '../../../src/subscribers/links.ts'
import type { Button } from './buttons.ts'
import type { Person } from './people.ts'

/** What the rows need to know of a feature's routes: test/battery/features/NAME/site.ts exports it as `featureSite`. */
export interface FeatureSite {
  buttons?: Button[]
  /** The purpose of the token in a route, if it is not the first part of its path. */
  purposes?: Record<string, LinkPurpose>
  /** For pages that are the same for everyone: a path for a route. */
  paths?: Record<string, string>
  /** Gives an active subscriber what the feature would have made for them. */
  make?(deps: ServiceDeps, person: Person): Promise<Partial<Made>>
}

/** What features made for one person. */
export interface Made {
  /** For a route, as it is registered. */
  paths: Record<string, string>
  tokens: Partial<Record<LinkPurpose, string>>
  /** For the fields of the feature's buttons. */
  values: Record<string, string>
}

const files = globSync('../features/*/site.ts', { cwd: import.meta.dirname }).toSorted()

/** Of the features that the repository has. */
export const FEATURE_SITES: FeatureSite[] = await Promise.all(
  files.map(async (file) => ((await import(`./${file}`)) as { featureSite: FeatureSite }).featureSite),
)

/** All that features made for a person, and the paths that are the same for everyone. */
export async function madeFor(deps: ServiceDeps, person: Person): Promise<Made> {
  const made: Made = { paths: {}, tokens: {}, values: {} }
  for (const { paths, make } of FEATURE_SITES) {
    const more = await make?.(deps, person)
    Object.assign(made.paths, paths, more?.paths)
    Object.assign(made.tokens, more?.tokens)
    Object.assign(made.values, more?.values)
  }
  return made
}
