// What publishers put around an abstract, or in its place.

const HEADING = /^(?:abstract|summary|graphical abstract)\b\s*[:.]?\s*/i
const BEFORE = [
  // Nature: "Nature, Published online: 05 March 2024; doi:10.1038/s41586-024-07000-0 …"
  /^[^.]{2,120}, Published online: [^;]{4,40}; ?doi:\s?10\.\S+\s*/i,
  // Wiley and Sage: "Journal, EarlyView.", "Journal, Volume 3, Issue 2, Page 1-9, March 2024.", "Journal, Ahead of Print."
  /^[^.]{2,140}, (?:early ?view|accepted article|ahead of print|volume [^.]{1,80})\.\s*/i,
  // PubMed: "Journal. 2021 Nov 12:1-9. doi: 10.1000/1. Online ahead of print."
  /^[^.]{2,140}\. \d{4}[^.]{0,60}\. doi: 10\.\S+\s(?:Online ahead of print\.|eCollection [^.]{4,20}\.)?\s*/i,
  /^(?:ABSTRACT|Abstract|Summary|SUMMARY)(?=\s?[A-Z])\s*/,
]
const AFTER = [
  // PubMed: "PMID:123 | DOI:10.1000/1"
  /\s*PMID:\s?\d+(?: \| PMC:\s?\S+)?(?: \| DOI:\s?\S+)?\s*$/,
]
// Elsevier: "Publication date: March 2024 Source: Cell, Volume 1 Author(s): Ana Li, Bo Xu"
const ELSEVIER = /^Publication date: .{4,60}?\s*Source: .+?(?:\s*Author\(s\): (?<authors>.*))?$/
const BIBLIOGRAPHIC = [
  /^(?:volume|vol\.?|issue|pages?|pp?\.?) [^.]{1,120}\.?$/i,
  /^[^.]{2,140}, (?:early ?view|accepted article|ahead of print|volume .{1,80})\.?$/i,
  /^.{0,140}, Published online: .{4,40}; ?doi:\s?10\.\S+$/i,
  /^(?:doi:?\s*)?(?:https?:\/\/(?:dx\.)?doi\.org\/)?10\.\d{4,9}\/\S+$/i,
]

// Pensoft: "PhytoKeys 187: 161-176 DOI: 10.3897/… Authors: Ana Li, Bo Xu Abstract: … HTML XML PDF"
const PENSOFT =
  /^.{0,200}?\bDOI: 10\.\S+ Authors?: (?<authors>.{1,2000}?) Abstract: (?<text>.*?)(?: HTML XML PDF)?$/
const LABELLED_DOI = /^.{0,200}?\bdoi:\s?(?:https:\/\/doi\.org\/)?(10\.\d{4,9}\/\S+)/i

/** The DOI that a text names at its beginning, as some publishers do: "Journal 3: 1-9. DOI: 10.1000/1". */
export const labelledDoi = (text: string): string | undefined => LABELLED_DOI.exec(text)?.[1]

/** The longest of the texts that is an abstract; `authors` if one names them. Each text is on one line. */
export function abstractIn(texts: readonly string[]): { text: string; authors: string } {
  const authors = texts.flatMap((text) => authorsIn(text) ?? [])[0] ?? ''
  const text = texts.map(cleaned).reduce((best, one) => (one.length > best.length ? one : best), '')
  return { text, authors }
}

const authorsIn = (text: string): string | undefined =>
  (ELSEVIER.exec(text) ?? PENSOFT.exec(text))?.groups?.authors

function cleaned(text: string): string {
  if (ELSEVIER.test(text) || BIBLIOGRAPHIC.some((pattern) => pattern.test(text))) return ''
  const inside = PENSOFT.exec(text)?.groups?.text ?? text
  const bare = [...BEFORE, ...AFTER].reduce((rest, pattern) => rest.replace(pattern, ''), inside)
  return bare.replace(HEADING, '').trim()
}
