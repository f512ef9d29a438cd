import type { SourceRecord } from '../sources/source-record.ts'
import { type PaperKey, paperKeysOf } from './paper-key.ts'

/** A paper in the database with all its keys. */
export interface ExistingPaper {
  id: number
  keys: PaperKey[]
}

/** Known papers and records that are one paper. Two known ones were taken for two until now. */
export interface PaperGroup {
  ids: number[]
  records: SourceRecord[]
  keys: PaperKey[]
}

/**
 * Puts together what is one paper. An identifier decides. A title decides where no identifier of the same scheme
 * speaks against it: a list without identifiers meets the paper whose source has one, in either order, while two
 * arXiv papers that share a title stay two. A title belongs to the paper that had it first.
 */
export function groupDuplicates(
  records: readonly SourceRecord[],
  existing: readonly ExistingPaper[],
): PaperGroup[] {
  const groups = new Groups()
  for (const { id, keys } of existing) groups.add({ ids: [id], records: [], keys })
  for (const record of records) groups.add({ ids: [], records: [record], keys: paperKeysOf(record) })
  return groups.all()
}

class Groups {
  readonly #owners = new Map<string, PaperGroup>()

  add(one: PaperGroup): void {
    const parts = [...this.#sameAs(one), one]
    const whole: PaperGroup = {
      ids: parts.flatMap(({ ids }) => ids),
      records: parts.flatMap((part) => part.records),
      keys: distinct(parts.flatMap(({ keys }) => keys)).filter((key) => this.#isFree(key, parts)),
    }
    for (const key of whole.keys) this.#owners.set(keyText(key), whole)
  }

  all(): PaperGroup[] {
    return [...new Set(this.#owners.values())]
  }

  // Those of the identifiers, and the title's where nothing speaks against it.
  #sameAs({ keys }: PaperGroup): Set<PaperGroup> {
    const found = new Set(this.#ownersOf(keys.filter(isIdentifier)))
    const identifiers = [...keys, ...[...found].flatMap((group) => group.keys)].filter(isIdentifier)
    for (const owner of this.#ownersOf(keys)) if (!contradict(owner.keys, identifiers)) found.add(owner)
    return found
  }

  #ownersOf(keys: PaperKey[]): PaperGroup[] {
    return keys.flatMap((key) => this.#owners.get(keyText(key)) ?? [])
  }

  #isFree(key: PaperKey, parts: PaperGroup[]): boolean {
    const owner = this.#owners.get(keyText(key))
    return !owner || parts.includes(owner)
  }
}

export const keyText = ({ scheme, value }: PaperKey): string => `${scheme}:${value}`

const distinct = (keys: PaperKey[]): PaperKey[] => [
  ...new Map(keys.map((key) => [keyText(key), key])).values(),
]

const isIdentifier = ({ scheme }: PaperKey): boolean => scheme !== 'title'

// Both name identifiers of one scheme, and share none of them.
const contradict = (keys: PaperKey[], identifiers: PaperKey[]): boolean =>
  ['arxiv', 'doi'].some((scheme) => {
    const [here, there] = [keys, identifiers].map((list) => list.filter((key) => key.scheme === scheme))
    return (
      here!.length > 0 &&
      there!.length > 0 &&
      !here!.some((key) => there!.some((other) => other.value === key.value))
    )
  })
