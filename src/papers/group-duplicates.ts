import { distinctBy } from '../core/distinct-by.ts'
import type { SourceRecord } from '../sources/source.ts'
import { type PaperKey, paperKeysOf } from './paper-key.ts'

export interface ExistingPaper {
  id: number
  keys: PaperKey[]
}

/**
 * Stored papers and records that are the same paper. Two stored papers in one group were treated as different until
 * now.
 */
export interface PaperGroup {
  ids: number[]
  records: SourceRecord[]
  keys: PaperKey[]
}

/**
 * Groups the records and stored papers that are the same paper. An identifier decides. A title decides if no identifier
 * of the same scheme contradicts it: a list without identifiers matches the paper whose source has one, in either
 * order, while two arXiv papers with the same title stay separate. A title belongs to the first paper that had it.
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
      keys: distinctBy(
        parts.flatMap(({ keys }) => keys),
        keyText,
      ).filter((key) => this.#isFree(key, parts)),
    }
    for (const key of whole.keys) this.#owners.set(keyText(key), whole)
  }

  all(): PaperGroup[] {
    return [...new Set(this.#owners.values())]
  }

  // The groups that share an identifier, and those that share the title if no identifier contradicts it.
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

const isIdentifier = ({ scheme }: PaperKey): boolean => scheme !== 'title'

// Both have identifiers of the same scheme, but none in common.
const contradict = (keys: PaperKey[], identifiers: PaperKey[]): boolean =>
  ['arxiv', 'doi'].some((scheme) => {
    const [here, there] = [keys, identifiers].map((list) => list.filter((key) => key.scheme === scheme))
    return (
      here!.length > 0 &&
      there!.length > 0 &&
      !here!.some((key) => there!.some((other) => other.value === key.value))
    )
  })
