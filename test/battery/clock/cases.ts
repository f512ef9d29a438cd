import type { BatteryCase } from '../battery-case.ts'
import { daylightSavingCases } from './daylight-saving.ts'
import { downtimeCases } from './downtime.ts'
import { jumpCases } from './jumps.ts'
import { doubleCronCases } from './overlapping-schedules.ts'

export const clockCases: BatteryCase[] = [
  ...daylightSavingCases,
  ...doubleCronCases,
  ...downtimeCases,
  ...jumpCases,
]
