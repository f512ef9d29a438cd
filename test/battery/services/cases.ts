import type { BatteryCase } from '../battery-case.ts'
import { lanes, lanesWithRate } from './lanes.ts'
import { servicesScale } from './scale.ts'
import { splitCases } from './split/kill-any.ts'
import { rolling, takeover } from './takeover.ts'

/** Several processes on one database, and long queues. */
export const servicesCases: BatteryCase[] = [
  servicesScale,
  takeover,
  rolling,
  lanes,
  lanesWithRate,
  ...splitCases,
]
