import type { Deps } from '../../wiring.ts'
import { type Spend, takeTimed } from './take-timed.ts'

/** Counts a search for a network ("203.0.113.0/24"), does it, and counts more where it took long. Throws rate.too-many. */
export const takeSearch = <T>(
  deps: Deps,
  { network }: { network: string },
  search: (spend: Spend) => Promise<T>,
): Promise<T> => takeTimed(deps, { name: 'search', limit: 'searches of one network', network }, search)
