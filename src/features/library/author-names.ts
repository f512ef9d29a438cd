import { plainText } from '../../papers/text/plain-text.ts'

/** In UTF-16 units, of the authors of one entry and of one name. */
const MAX_AUTHORS_LENGTH = 4000
const MAX_NAME_LENGTH = 100
/** Beyond it, an entry has the authors of a project and not of a reader's field. */
const MAX_AUTHORS = 40

/** The names in a list that BibTeX joins with "and", which braces protect: {Barnes and Noble}. */
export function splitNames(text = ''): string[] {
  const names: string[] = []
  let depth = 0
  for (const part of text.slice(0, MAX_AUTHORS_LENGTH).replace(/\s+/g, ' ').split(' and ')) {
    names.push(depth > 0 ? `${names.pop()} and ${part}` : part)
    depth += part.split('{').length - part.split('}').length
  }
  return names
}

/** The authors of an entry in plain text, as a text names them. */
export const readAuthors = (names: readonly string[]): string[] =>
  names
    .slice(0, MAX_AUTHORS)
    .map((name) => inTextOrder(plainText(name.slice(0, MAX_NAME_LENGTH)).replace(/[{}]/g, '')))
    .filter((name) => name && !/^(?:others|et al\.?)$/i.test(name))

/** "LeCun, Yann" is Yann LeCun, and "King, Jr., Martin" is Martin King Jr. */
function inTextOrder(name: string): string {
  const parts = name.split(',').map((part) => part.trim())
  const [last, suffix] = parts
  const first = parts.length > 1 ? parts.at(-1) : ''
  return [first, last, parts.length > 2 ? suffix : ''].filter(Boolean).join(' ')
}
