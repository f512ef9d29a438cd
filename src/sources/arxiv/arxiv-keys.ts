import { parseArxivId, parseIdentifier } from '../identifier.ts'
import type { Identifier } from '../source-record.ts'

/** The identifiers of a paper, its arXiv id first, then the first valid DOI, if any. */
export function arxivKeysOf(id: string, dois: string | undefined): Identifier[] {
  const others = (dois ?? '').split(/[\s,;]+/).map((one) => parseIdentifier(one)?.key)
  const doi = others.find((key) => key?.scheme === 'doi')
  return [{ scheme: 'arxiv', value: id }, ...(doi ? [doi] : [])]
}

/** The first text that is an arXiv id: "oai:arXiv.org:2604.21935v1", a link to an abstract page. */
export const firstArxivId = (...texts: (string | undefined)[]) =>
  texts.map((one) => parseArxivId(one ?? '')).find((id) => id !== undefined)
