import { checkDeadline } from '../../queries/deadline.ts'
import { readPaperName } from '../../queries/language/paper-name.ts'
import { LINES_PER_CHECK, linesOf, MAX_VALUE_LENGTH, RawEntries } from './library-entry.ts'

/** The title is in this part of a reference. */
const MAX_REFERENCE_LENGTH = 2000
const NUMBER = /^\s*(?:\[\d{1,4}\]|\(?\d{1,4}[.)](?=\s)|[-–—•*](?=\s))\s*/

/**
 * Reads a list of identifiers, references or titles: one on each line, or numbered, where a reference may continue on
 * the next line. A line beyond the limit counts as one entry.
 */
export function readReferences(text: string): RawEntries {
  const isNumbered = NUMBER.test(/\S.*/.exec(text)?.[0] ?? '')
  const texts = new RawEntries<{ line: number; content: string }>()
  let last: { content: string } | undefined
  for (const [line, whole] of linesOf(text)) {
    if (line % LINES_PER_CHECK === 0) checkDeadline()
    const content = whole.slice(0, MAX_VALUE_LENGTH)
    if (!/\S/.test(content)) continue
    if (!isNumbered || !last || NUMBER.test(content)) last = texts.add({ line, content })
    else if (last.content.length < MAX_VALUE_LENGTH) last.content += ` ${content.trim()}`
  }
  const entries = new RawEntries()
  let rest = texts.count
  for (const { line, content: numbered } of texts.read) {
    if (entries.isFull) break
    rest--
    checkDeadline()
    const content = numbered.replace(NUMBER, '').trim()
    const parts = content.split(/[\s,;]+/).filter(Boolean)
    if (parts.every(readPaperName)) for (const id of parts) entries.add({ line, ids: [id] })
    else entries.add({ line, title: titleIn(content.slice(0, MAX_REFERENCE_LENGTH)), ids: [content] })
  }
  entries.count += rest
  return entries
}

const YEAR = /^(?:19|20)\d\d[a-z]?$/
const ADDRESS = /\bhttps?:\/\/\S+|\bdoi:\s*\S+|\barxiv:\s*\S+/gi

/** The title in a reference: in quotes, after the year, or the first part that is no list of authors. */
function titleIn(reference: string): string {
  // Of a run of blanks, the expressions below would look at each blank to the end of the run.
  const text = reference.replace(ADDRESS, '').replace(/\s+/g, ' ').trim()
  const quoted = /[“"]([^“”"]{8,400}?)[,.]?[”"]/.exec(text)?.[1]
  if (quoted) return quoted
  // A full stop after an initial ends nothing: "A. Gu".
  const parts = text
    .split(/(?<!\b\p{Lu})\.\s+|\s*(?=\((?:19|20)\d\d[a-z]?\))|(?<=\((?:19|20)\d\d[a-z]?\))[.,:]?\s*/u)
    .map((part) => part.replace(/^[\s(]+|(?<![\s).,])[\s).,]+$/g, ''))
    .filter(Boolean)
  const year = parts.findIndex((part) => YEAR.test(part))
  const afterYear = year > 0 ? parts[year + 1] : undefined
  return afterYear ?? parts.find((part) => part.includes(' ') && !isAuthors(part)) ?? text
}

/** Has initials, "et al", or names with commas. */
const isAuthors = (part: string): boolean =>
  /(?:^|\s)\p{Lu}\.|\bet al\b/u.test(part) ||
  (/,| and | & /.test(part) && part.split(/[\s,&]+|\band\b/).every((word) => /^(?:\p{Lu}|$)/u.test(word)))
