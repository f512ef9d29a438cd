/** A person's name in parts; a group has only a family name. */
export interface AuthorName {
  family: string
  given: string
  /** "Jr.", "III" */
  suffix: string
  isGroup: boolean
}

const SUFFIX = String.raw`(?:Jr|Sr)\.?|II|III|IV`
const PARTICLES = String.raw`(?:(?:van|von|der|den|de|del|della|di|da|do|dos|du|la|le|el|al|bin|ibn|ter|ten|zu)\s+)*`
/** "Mayné i Comas" and "Ramón y Cajal" are one family name. */
const FAMILY = String.raw`${PARTICLES}(?:\S+\s+[iy]\s+)?\S+?`
const FAMILY_LAST = new RegExp(
  String.raw`^(?<given>\S.*?)\s+(?<family>${FAMILY})(?:,?\s+(?<suffix>${SUFFIX}))?$`,
)
const ONLY_SUFFIX = new RegExp(`^(?:${SUFFIX})$`)

const GROUP = /(?<!\p{L})(?:and|collaboration|consortium|team|group)(?!\p{L})/iu

/** Reads "Albert Gu", "Gu, Albert", "Hal Daumé III", "King, Martin Luther, Jr." and BibTeX's "Jones, Jr., Tim". */
export function authorName(name: string): AuthorName {
  const group = { family: name, given: '', suffix: '', isGroup: true }
  if (GROUP.test(name) || !name.includes(' ')) return group
  const [first = '', ...rest] = name.split(/,\s*/)
  if (rest.length > 2) return group
  const [second = '', third = ''] = rest
  if (third && ONLY_SUFFIX.test(second))
    return { family: first, given: third, suffix: second, isGroup: false }
  if (rest.length > 0 && !ONLY_SUFFIX.test(second))
    return { family: first, given: second, suffix: third, isGroup: false }
  const { given = '', family = name, suffix = '' } = FAMILY_LAST.exec(name)?.groups ?? {}
  return { family, given, suffix, isGroup: given === '' }
}

/** The first author who is a person, or else the first one. */
export const firstPerson = (names: readonly string[]): string | undefined =>
  names.find((name) => !authorName(name).isGroup) ?? names[0]
