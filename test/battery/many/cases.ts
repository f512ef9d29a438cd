import type { BatteryCase } from '../battery-case.ts'
import { lanes, lanesWithRate } from './lanes.ts'
import { linear } from './linear.ts'
import { rolling, takeover } from './takeover.ts'

/** Many processes on one database, and many mails before one. */
export const manyCases: BatteryCase[] = [linear, takeover, rolling, lanes, lanesWithRate]
