/** An entry as its format has it, before identifiers and texts are read. */
export interface RawEntry {
  /** Of its beginning, from 1; in JSON the position of the entry. */
  line: number
  title?: string
  abstract?: string
  keywords?: string[]
  /** Each as the format has it: "LeCun, Yann". */
  authors?: string[]
  /** Texts that may contain an arXiv id, a DOI or the URL of a paper. */
  ids: string[]
}

/** An entry that is skipped. `unknown`: only an identifier, of a paper that is not on the site. */
export interface BadEntry {
  line: number
  reason: 'syntax' | 'unclosed' | 'json' | 'nothing' | 'unknown'
}

/** Entries beyond this number are counted and not read. */
export const MAX_LIBRARY_ENTRIES = 2000
/** In a library of more entries, the titles say enough, and the abstracts would take seconds: none of them is read. */
export const MAX_WITH_ABSTRACTS = 200
/** In UTF-16 units. No entry of a person is longer, and longer ones take long to read. */
export const MAX_ENTRY_LENGTH = 100_000
/** In UTF-16 units, of one field. */
export const MAX_VALUE_LENGTH = 40_000
export const MAX_KEYWORDS = 20
/** Of texts that may contain an identifier. */
export const MAX_IDS = 10

/** The first MAX_LIBRARY_ENTRIES entries in the order of their lines, and the number of all. */
export class RawEntries<T = RawEntry | BadEntry> {
  readonly read: T[] = []
  count = 0

  /** The entry itself, also if it is beyond the limit. */
  add<Added extends T>(entry: Added): Added {
    if (this.read.length < MAX_LIBRARY_ENTRIES) this.read.push(entry)
    this.count++
    return entry
  }

  get isFull(): boolean {
    return this.read.length === MAX_LIBRARY_ENTRIES
  }
}

export const splitKeywords = (text = ''): string[] =>
  text.slice(0, MAX_VALUE_LENGTH).split(/[,;]/, MAX_KEYWORDS)

/** The lines of a text with their numbers, from 1. Does not split it at once: 5 MB may have millions. */
export function* linesOf(text: string): Generator<[line: number, content: string]> {
  const end = /\r\n?|\n|$/g
  for (let line = 1; end.lastIndex <= text.length; line++) {
    const from = end.lastIndex
    const { 0: found, index } = end.exec(text)!
    yield [line, text.slice(from, index)]
    if (found === '') return
  }
}

/** How many lines are read before the deadline is checked. */
export const LINES_PER_CHECK = 1000
