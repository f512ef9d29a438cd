import { type Identifier, MAX_KEY_BYTES, MAX_VERSION } from './source.ts'

export interface ArxivId {
  /** Without version and subject class: "2507.06457", "hep-th/9901001", "math/0309136". */
  id: string
  version?: number
}

const AROUND =
  /^(?:https?:\/\/(?:www\.|export\.)?arxiv\.org\/(?:abs|pdf|html)\/|oai:arxiv\.org:|arxiv:)|\.pdf$/gi
const NEW_STYLE =
  /^(?<id>(?<year>\d\d)(?<month>0[1-9]|1[0-2])\.(?<number>\d{4,6}))(?:v(?<version>[1-9]\d*))?$/
const OLD_STYLE =
  /^(?<archive>[a-z]+(?:-[a-z]+)?)(?:\.[A-Z]{2})?\/(?<number>\d{2}(?:0[1-9]|1[0-2])\d{3})(?:v(?<version>[1-9]\d*))?$/

// Numbers had four digits until the end of 2014. A later number with four digits has lost its last zero.
const FIRST_YEAR_OF_FIVE_DIGITS = 15

/** Reads an arXiv id, also from "arXiv:…" and links; undefined if the text is not one. */
export function parseArxivId(text: string): ArxivId | undefined {
  const bare = text.trim().replace(AROUND, '')
  const parts = NEW_STYLE.exec(bare)?.groups ?? OLD_STYLE.exec(bare)?.groups
  if (!parts) return undefined
  const version = versionIn(parts.version)
  if (parts.archive) return withinBounds({ id: `${parts.archive}/${parts.number}`, version })
  const hasFourDigits = parts.number!.length === 4
  if (hasFourDigits !== Number(parts.year) < FIRST_YEAR_OF_FIVE_DIGITS) return undefined
  return { id: parts.id!, version }
}

const versionIn = (digits = ''): number | undefined =>
  digits && Number(digits) <= MAX_VERSION ? Number(digits) : undefined

const withinBounds = (arxiv: ArxivId): ArxivId | undefined =>
  arxiv.id.length <= MAX_KEY_BYTES ? arxiv : undefined

const DOI = /^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s*)?(10\.\d{4,9}\/[!-~]+)$/i
const DOI_OF_ARXIV = /^10\.48550\/arxiv\./i

/** Reads a DOI of printable ASCII in lower case, as DOIs ignore case; undefined if it is not one. */
function parseDoi(text: string): string | undefined {
  const doi = DOI.exec(text.trim())?.[1]?.toLowerCase()
  return doi && doi.length <= MAX_KEY_BYTES ? doi : undefined
}

/** Reads an arXiv id or a DOI, with the version; undefined if the text is neither an arXiv id nor a DOI. */
export function parseIdentifier(text: string): { key: Identifier; version?: number } | undefined {
  const doi = parseDoi(text)
  const arxiv = parseArxivId(doi?.replace(DOI_OF_ARXIV, '') ?? text)
  if (arxiv) return { key: { scheme: 'arxiv', value: arxiv.id }, version: arxiv.version }
  return doi ? { key: { scheme: 'doi', value: doi } } : undefined
}
