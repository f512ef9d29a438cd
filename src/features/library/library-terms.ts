import { checkDeadline } from '../../queries/deadline.ts'
import { type Phrase, phrasesIn } from '../../queries/ranking/phrases.ts'
import { WordIndex } from '../../queries/text/tokens.ts'

/** The texts of an entry that topics come from. */
export interface LibraryText {
  title: WordIndex
  abstract: WordIndex
  keywords: WordIndex[]
  /** In the order of a text: "Yann LeCun". */
  authors: readonly string[]
}

/** A phrase or an author, in any inflection or order, with the entries that have it. */
export interface LibraryTerm {
  kind: 'phrase' | 'author'
  keys: readonly string[]
  /** One for each entry. */
  spellings: string[]
  /** The positions of the entries, ascending. */
  entries: number[]
  /** How many of them have it in the title or a keyword, or as an author. */
  named: number
}

/** The phrases and authors of entries. */
export function termsOf(texts: readonly LibraryText[]): LibraryTerm[] {
  const terms = new Map<string, LibraryTerm>()
  const add = (kind: LibraryTerm['kind'], { keys, text }: Phrase, entry: number, isNamed: boolean) => {
    const name = `${kind} ${keys.join(' ')}`
    const term = terms.get(name) ?? { kind, keys, spellings: [], entries: [], named: 0 }
    if (term.entries.at(-1) === entry) return
    term.entries.push(entry)
    term.spellings.push(text)
    if (isNamed) term.named++
    terms.set(name, term)
  }
  for (const [entry, { title, abstract, keywords, authors }] of texts.entries()) {
    checkDeadline()
    for (const phrase of phrasesIn([title, ...keywords])) add('phrase', phrase, entry, true)
    for (const phrase of phrasesIn([abstract])) add('phrase', phrase, entry, false)
    for (const author of authors) {
      const keys = keysOfName(author)
      if (keys.length > 1) add('author', { keys, text: author }, entry, true)
    }
  }
  return [...terms.values()]
}

/** Without initials: Yann A. LeCun is Yann LeCun, and "Y. LeCun" may be anyone. */
const keysOfName = (name: string): string[] =>
  new WordIndex(name, 'names').tokens
    .filter(({ folded }) => folded.length > 1)
    .map(({ key }) => key)
    .toSorted()

/** The most frequent spelling; of equally frequent ones the shortest, then the first. */
export function usualSpelling({ spellings }: LibraryTerm): string {
  const counts = new Map<string, number>()
  for (const text of spellings) counts.set(text, (counts.get(text) ?? 0) + 1)
  const [[usual]] = [...counts].sort(([a, n], [b, m]) => m - n || a.length - b.length) as [[string, number]]
  return usual
}
