import { createHash } from 'node:crypto'
import { parseIdentifier } from '../sources/identifier.ts'
import type { Identifier, SourceRecord } from '../sources/source-record.ts'
import type { Paper } from './paper.ts'

/**
 * What a paper is known by. A title is a key too: lists that people write often hold nothing else. `id` is a number
 * that it had before it turned out to be a paper of a lower one.
 */
export interface PaperKey {
  scheme: Identifier['scheme'] | 'title' | 'id'
  value: string
}

/** The same for titles that differ in case, accents, blanks, punctuation or TeX's braces alone. */
export function titleKey(title: string): PaperKey {
  const folded = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
  const hash = createHash('sha256').update(folded || title)
  return { scheme: 'title', value: hash.digest('hex').slice(0, 32) }
}

/** The keys that a record brings: its identifiers, then its title. */
export const paperKeysOf = ({ keys, title }: Pick<SourceRecord, 'keys' | 'title'>): PaperKey[] => [
  ...keys,
  titleKey(title),
]

/**
 * What a paper is called outside: "2507.06457", "hep-th/9901001", "doi:10.1000/1", else our own number as "id:17".
 * A number stays good where the paper turns out to be another one, or gets an identifier later.
 */
export const paperNameOf = ({ arxivId, doi, id }: Pick<Paper, 'arxivId' | 'doi' | 'id'>): string =>
  arxivId ?? (doi ? `doi:${doi}` : `id:${id}`)

/** All names that `paperNameOf` could have given it, once or today. */
export const paperNamesOf = ({ arxivId, doi, id }: Pick<Paper, 'arxivId' | 'doi' | 'id'>): string[] => [
  ...(arxivId ? [arxivId] : []),
  ...(doi ? [`doi:${doi}`] : []),
  `id:${id}`,
]

/** The paper's path on the site, for a link: /papers/2507.06457 */
export const paperPathOf = (paper: Pick<Paper, 'arxivId' | 'doi' | 'id'>): string =>
  `/papers/${paperNameOf(paper).split('/').map(encodeURIComponent).join('/').replaceAll('%3A', ':')}`

/** Reads what `paperNameOf` writes, and an arXiv id with its version or a link to arXiv; undefined where it is none. */
export function parsePaperName(name: string): PaperKey | undefined {
  const number = /^(?:id:)?([1-9]\d{0,8})$/.exec(name)?.[1]
  return number ? { scheme: 'id', value: number } : parseIdentifier(name)?.key
}
