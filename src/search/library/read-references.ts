import { readPaperName } from '../../queries/language/paper-name.ts'
import { MAX_ENTRIES, type RawEntry } from './library-entry.ts'

const MAX_REFERENCE_LENGTH = 40_000
const NUMBER = /^\s*(?:\[\d{1,4}\]|\(?\d{1,4}[.)](?=\s)|[-–—•*](?=\s))\s*/

/**
 * Reads a list of identifiers, references or titles: one on each line, or numbered, where a reference may continue on
 * the next line.
 */
export function readReferences(text: string): RawEntry[] {
  const isNumbered = NUMBER.test(/\S.*/.exec(text)?.[0] ?? '')
  const texts: { line: number; content: string }[] = []
  for (const [i, content] of text.split('\n').entries()) {
    if (!/\S/.test(content)) continue
    if (isNumbered && texts.length > 0 && !NUMBER.test(content)) texts.at(-1)!.content += ` ${content.trim()}`
    else texts.push({ line: i + 1, content })
  }
  return texts.flatMap(({ line, content: numbered }, i) => {
    if (i >= MAX_ENTRIES) return { line, ids: [] }
    const content = numbered.slice(0, MAX_REFERENCE_LENGTH).replace(NUMBER, '').trim()
    const parts = content.split(/[\s,;]+/).filter(Boolean)
    return parts.every(readPaperName)
      ? parts.map((id) => ({ line, ids: [id] }))
      : { line, title: titleIn(content), ids: [content] }
  })
}

const YEAR = /^(?:19|20)\d\d[a-z]?$/
const ADDRESS = /\bhttps?:\/\/\S+|\bdoi:\s*\S+|\barxiv:\s*\S+/gi

/** The title in a reference: in quotes, after the year, or the first part that is no list of authors. */
function titleIn(reference: string): string {
  const text = reference.replace(ADDRESS, '').trim()
  const quoted = /[“"]([^”"]{8,400}?)[,.]?[”"]/.exec(text)?.[1]
  if (quoted) return quoted
  // A full stop after an initial ends nothing: "A. Gu".
  const parts = text
    .split(/(?<!\b\p{Lu})\.\s+|\s*(?=\((?:19|20)\d\d[a-z]?\))|(?<=\((?:19|20)\d\d[a-z]?\))[.,:]?\s*/u)
    .map((part) => part.replace(/^[\s(]+|[\s).,]+$/g, ''))
    .filter(Boolean)
  const year = parts.findIndex((part) => YEAR.test(part))
  const afterYear = year > 0 ? parts[year + 1] : undefined
  return afterYear ?? parts.find((part) => part.includes(' ') && !isAuthors(part)) ?? text
}

/** Has initials, "et al", or names with commas. */
const isAuthors = (part: string): boolean =>
  /(?:^|\s)\p{Lu}\.|\bet al\b/u.test(part) ||
  (/,| and | & /.test(part) && part.split(/[\s,&]+|\band\b/).every((word) => /^(?:\p{Lu}|$)/u.test(word)))
