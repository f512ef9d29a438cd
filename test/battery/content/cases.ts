import type { BatteryCase } from '../battery-case.ts'
import { fuzzCases } from './fuzz.ts'

/** What comes in by the doors and goes out as mail. */
export const contentCases: BatteryCase[] = [...fuzzCases]
