import type { BatteryCase } from '../battery-case.ts'
import { fullDisk } from './full-disk.ts'
import { fullLog } from './full-log.ts'
import { promotedCases } from './promoted.ts'
import { restarts } from './restarts.ts'
import { away } from './unreachable.ts'
import { wrongDatabaseCases } from './wrong.ts'

/** What a database does to whoever relies on it. */
export const databaseCases: BatteryCase[] = [
  restarts,
  away,
  fullDisk,
  fullLog,
  ...promotedCases,
  ...wrongDatabaseCases,
]
