import type { Deps } from '../../wiring.ts'
import { type Spend, takeTimed } from './take-timed.ts'

/** Counts a preview for an IP address, makes it, and counts more where it took long. Throws rate.too-many. */
export const takePreview = <T>(
  deps: Deps,
  { ip }: { ip: string },
  preview: (spend: Spend) => Promise<T>,
): Promise<T> => takeTimed(deps, { name: 'preview', label: 'previews of one network', ip }, preview)
