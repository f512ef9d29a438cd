import { addDays, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import type { Vector } from '../queries/ranking/profile.ts'
import { vectorOfText } from '../queries/ranking/tf-idf.ts'
import type { PaperText } from '../queries/text/paper-text.ts'
import { openArchive } from '../search/open-archive.ts'
import { MAX_DAYS } from '../search/recent-window.ts'

/** The words of papers with their weights. */
export interface PaperVectors {
  vectorOf(paper: PaperText): Vector
  /** How papers usually write a word: "attention" for attent. */
  writtenAs(key: string): string
}

/**
 * Learns which words are rare, and how they are written, from the days of back-tests, and from more if they are loaded.
 */
export async function paperVectors(deps: Deps): Promise<PaperVectors> {
  const archive = await openArchive(deps, { from: addDays(dayOf(deps.clock.now()), -MAX_DAYS) })
  const among = {
    docCount: archive.index.docCount,
    documentFrequency: (key: string) => archive.documentFrequency(key),
  }
  return {
    vectorOf: (paper) => vectorOfText(paper, among),
    writtenAs: (key) => inRunningText(archive.usualSpelling(key)),
  }
}

/** A word that only begins a sentence has one capital: LLM and PyTorch have more. */
const inRunningText = (word: string): string => (/\p{Lu}.*\p{Lu}/u.test(word) ? word : word.toLowerCase())
