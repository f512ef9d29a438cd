import { editDistance } from '../core/edit-distance.ts'

const MAX_IGNORED_LENGTH = 6

/**
 * A sentence for each name that is probably a misspelt one of `known`. The environment is full of foreign names, and a
 * short name resembles many settings.
 */
export function misspellingsIn(environment: object, known: readonly string[]): string[] {
  return Object.keys(environment)
    .filter((name) => !known.includes(name) && name.length > MAX_IGNORED_LENGTH)
    .flatMap((name) => {
      const meant = known.find((one) => isMisspelt(name.toUpperCase(), one))
      return meant ? [`${name} is not a setting. Did you mean ${meant}?`] : []
    })
}

// Of some thousand pairs, few are of similar length.
const isMisspelt = (name: string, known: string): boolean =>
  Math.abs(name.length - known.length) <= 2 && editDistance(name, known) <= 2
