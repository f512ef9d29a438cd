/** An entry as its format has it, before identifiers and texts are read. */
export interface RawEntry {
  /** Of its beginning, from 1; in JSON the position of the entry. */
  line: number
  title?: string
  abstract?: string
  keywords?: string[]
  /** Texts that may contain an arXiv id, a DOI or the URL of a paper. */
  ids: string[]
}

/** An entry that is skipped. `unknown`: only an identifier, of a paper that is not on the site. */
export interface BadEntry {
  line: number
  reason: 'syntax' | 'unclosed' | 'json' | 'nothing' | 'unknown'
}

/** Entries beyond this number are counted and not read. */
export const MAX_ENTRIES = 2000
