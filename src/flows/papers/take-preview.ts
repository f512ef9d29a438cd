import type { Deps } from '../../wiring.ts'
import { type Spend, takeTimed } from './take-timed.ts'

/** Counts a preview for a network ("203.0.113.0/24"), makes it, and counts more where it took long. Throws rate.too-many. */
export const takePreview = <T>(
  deps: Deps,
  { network }: { network: string },
  preview: (spend: Spend) => Promise<T>,
): Promise<T> => takeTimed(deps, { name: 'preview', limit: 'previews of one network', network }, preview)
