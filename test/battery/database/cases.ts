import type { BatteryCase } from '../battery-case.ts'
import { fullDisk } from './full-disk.ts'
import { fullLog } from './full-log.ts'
import { promotedCases } from './promoted.ts'
import { restarts } from './restarts.ts'
import { unreachable } from './unreachable.ts'
import { wrongDatabaseCases } from './wrong.ts'

/** Faults of the database, its disk and the connections to it. */
export const databaseCases: BatteryCase[] = [
  restarts,
  unreachable,
  fullDisk,
  fullLog,
  ...promotedCases,
  ...wrongDatabaseCases,
]
