import type { BatteryCase } from '../battery-case.ts'
import { lanes, lanesWithRate } from './lanes.ts'
import { linear } from './scale.ts'
import { rolling, takeover } from './takeover.ts'

/** Many processes on one database, and many emails before one. */
export const servicesCases: BatteryCase[] = [linear, takeover, rolling, lanes, lanesWithRate]
