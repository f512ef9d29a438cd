import { authorName } from '../../src/web/site/author-name.ts'

/** A name as other programs have it. */
interface CslName {
  family?: string
  given?: string
  suffix?: string
  literal?: string
  'non-dropping-particle'?: string
  'dropping-particle'?: string
}

export interface CslItem {
  title?: string
  DOI?: string
  issued?: { 'date-parts'?: (string | number)[][] }
  author?: CslName[]
}

export interface NameDifference {
  cause: string
  wrote: string
  read: string
}

/** The parts of a name, as "family | given | suffix"; a group has one part. */
function partsOf(name: string): string {
  const { family, given, suffix } = authorName(name)
  return [family, given, suffix].filter(Boolean).join(' | ')
}

const partsRead = (name: CslName): string =>
  name.literal ??
  [
    [name['dropping-particle'], name['non-dropping-particle'], name.family].filter(Boolean).join(' '),
    name.given,
    name.suffix,
  ]
    .filter(Boolean)
    .join(' | ')

/** The names that a program reads as other parts than we do, each with the cause. */
export function namesThatDiffer(wrote: readonly string[], read: readonly CslName[] = []): NameDifference[] {
  return wrote.flatMap((name, i) => {
    const [ours, theirs] = [partsOf(name), read[i] ? partsRead(read[i]) : '']
    return ours === theirs ? [] : [{ cause: causeOf(ours, theirs), wrote: ours, read: theirs }]
  })
}

const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '')

function causeOf(wrote: string, read: string): string {
  if (read === '') return 'missing'
  if (letters(wrote) !== letters(read)) return 'other letters'
  if (wrote.split(' | ').length === read.split(' | ').length) return 'a sign between its parts is dropped'
  return 'same letters, parts cut elsewhere'
}
