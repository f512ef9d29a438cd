import { splitAuthors } from '../arxiv/parse-rss.ts'

const INITIALS = /^(?:\p{Lu}\p{Ll}?\.[\s-]*|\p{Lu}[\s-]*){1,4}$/u
const NO_NAME =
  /^(?:admin|administrator|editors?|webmaster|anonymous|unknown|n\/a|none|et al\.?|\(?the authors?\)?)$/i

/**
 * The names in the authors of an item, of which each may be a person or a line of persons: "Ana Li, Bo Xu and Cy Orr",
 * "Li, Ana; Xu, Bo", "Li, A., Xu, B.". Email addresses are left out.
 */
export function namesOf(authors: readonly string[]): string[] {
  const lines = authors.map((line) => line.replace(/\S+@\S+/g, '').trim())
  const names = lines.flatMap((line) => namesIn(line, lines.length > 1))
  return names.map(trimmed).filter((name) => name && !NO_NAME.test(name))
}

const trimmed = (name: string): string => name.replace(/^[,;\s]+|[,;\s]+$/g, '')

function namesIn(line: string, isOneOfSeveral: boolean): string[] {
  if (line.includes(';')) return line.split(';').map(givenNameFirst)
  const parts = line
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  const [family = '', given = ''] = parts
  const isInverted = isOneOfSeveral || INITIALS.test(given) || !/\s/.test(family + given)
  if (parts.length === 2 && isInverted) return [`${given} ${family}`]
  return isPairs(parts) ? pairsOf(parts) : splitAuthors(line)
}

/** "Li, A., Xu, B.": each second part has only initials. */
const isPairs = (parts: readonly string[]): boolean =>
  parts.length > 2 &&
  parts.length % 2 === 0 &&
  parts.every((part, n) => INITIALS.test(part) === (n % 2 === 1))

const pairsOf = (parts: readonly string[]): string[] =>
  parts.flatMap((part, n) => (n % 2 === 0 ? [`${parts[n + 1]} ${part}`] : []))

/** "Li, Ana" as "Ana Li". */
function givenNameFirst(name: string): string {
  const [family = '', given, ...rest] = name.split(',').map((part) => part.trim())
  return given && rest.length === 0 ? `${given} ${family}` : name.trim()
}
