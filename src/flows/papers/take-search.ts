import type { Deps } from '../../wiring.ts'
import { type Spend, takeTimed } from './take-timed.ts'

/** Counts a search for an IP address, does it, and counts more where it took long. Throws rate.too-many. */
export const takeSearch = <T>(
  deps: Deps,
  { ip }: { ip: string },
  search: (spend: Spend) => Promise<T>,
): Promise<T> => takeTimed(deps, { name: 'search', label: 'searches of one network', ip }, search)
