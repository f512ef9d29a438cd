import type { BatteryCase } from '../battery-case.ts'
import { daylightSavingCases } from './daylight-saving.ts'
import { doubleCronCases } from './double-cron.ts'
import { downtimeCases } from './downtime.ts'
import { jumpCases } from './jumps.ts'

export const clockCases: BatteryCase[] = [
  ...daylightSavingCases,
  ...doubleCronCases,
  ...downtimeCases,
  ...jumpCases,
]
