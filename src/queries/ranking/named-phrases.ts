import type { Phrase } from './phrases.ts'

/** A phrase as most texts write it, and how many papers have it. */
export interface NamedPhrase extends Phrase {
  papers: number
}

interface Uses extends Phrase {
  /** How often each spelling is used. */
  spellings: Map<string, number>
  papers: number
}

/** The phrases of several papers, in the order in which they were first used; inflections and case are one phrase. */
export function namedPhrases(ofPapers: readonly (readonly Phrase[])[]): NamedPhrase[] {
  const found = new Map<string, Uses>()
  for (const phrases of ofPapers) {
    const ofPaper = new Set<Uses>()
    for (const phrase of phrases) {
      const key = phrase.keys.join(' ')
      const uses = found.get(key) ?? { ...phrase, spellings: new Map(), papers: 0 }
      found.set(key, uses)
      uses.spellings.set(phrase.text, (uses.spellings.get(phrase.text) ?? 0) + 1)
      ofPaper.add(uses)
    }
    for (const uses of ofPaper) uses.papers++
  }
  return [...found.values()].map(({ keys, spellings, papers }) => ({
    keys,
    papers,
    text: mostFrequent(spellings)!,
  }))
}

/** The text with the highest count, of several the first in the alphabet; null without texts. */
export function mostFrequent(counts: ReadonlyMap<string, number>): string | null {
  const [first] = [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
  return first?.[0] ?? null
}
