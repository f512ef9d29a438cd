import { createHash } from 'node:crypto'
import { parseIdentifier } from '../sources/identifier.ts'
import type { Identifier, SourceRecord } from '../sources/source.ts'
import type { Paper } from './paper.ts'

/**
 * A key that identifies a paper. A title is a key too: handwritten lists often contain nothing else. `id` is the former
 * id of a paper that turned out to be the same as one with a lower id.
 */
export interface PaperKey {
  scheme: Identifier['scheme'] | 'title' | 'id'
  value: string
}

/** Titles that differ only in case, accents, blanks, punctuation or TeX braces have the same key. */
export function titleKey(title: string): PaperKey {
  const folded = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
  const hash = createHash('sha256').update(folded || title)
  return { scheme: 'title', value: hash.digest('hex').slice(0, 32) }
}

export const paperKeysOf = ({ keys, title }: Pick<SourceRecord, 'keys' | 'title'>): PaperKey[] => [
  ...keys,
  titleKey(title),
]

/**
 * The public name of a paper: "2507.06457", "hep-th/9901001", "doi:10.1000/1", else our own id as "id:17". An id stays
 * valid if the paper is absorbed by another one or gets an identifier later.
 */
export const paperNameOf = ({ arxivId, doi, id }: Pick<Paper, 'arxivId' | 'doi' | 'id'>): string =>
  arxivId ?? (doi ? `doi:${doi}` : `id:${id}`)

/** All names that `paperNameOf` may have returned for a paper. */
export const paperNamesOf = ({ arxivId, doi, id }: Pick<Paper, 'arxivId' | 'doi' | 'id'>): string[] => [
  ...(arxivId ? [arxivId] : []),
  ...(doi ? [`doi:${doi}`] : []),
  `id:${id}`,
]

/** The paper's path on the website: /papers/2507.06457 */
export const paperPathOf = (paper: Pick<Paper, 'arxivId' | 'doi' | 'id'>): string =>
  `/papers/${paperNameOf(paper).split('/').map(encodeURIComponent).join('/').replaceAll('%3A', ':')}`

/** Parses a name of `paperNameOf`, an arXiv id with a version, or a link to arXiv; undefined for any other text. */
export function parsePaperName(name: string): PaperKey | undefined {
  const number = /^(?:id:)?([1-9]\d{0,8})$/.exec(name)?.[1]
  return number ? { scheme: 'id', value: number } : parseIdentifier(name)?.key
}
