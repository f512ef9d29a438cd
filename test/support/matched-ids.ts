import { type Bits, forEachBit } from '../../src/queries/matching/bits.ts'
import type { PaperIndex } from '../../src/queries/matching/paper-index.ts'

/** The ids of the papers at some slots, rising. */
export function matchedIds(index: PaperIndex, slots: Bits): number[] {
  const ids: number[] = []
  forEachBit(slots, (slot) => ids.push(index.attributes(slot).id))
  return ids.sort((a, b) => a - b)
}
