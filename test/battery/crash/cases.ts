import type { BatteryCase } from '../battery-case.ts'
import { killCases } from './kill.ts'

export const crashCases: BatteryCase[] = [...killCases]
