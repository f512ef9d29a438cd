import type { BatteryCase } from '../battery-case.ts'
import { failpointCases } from './failpoints.ts'
import { hangingCases } from './hanging.ts'
import { killCases } from './kill.ts'
import { migratingCases } from './migrating.ts'
import { serviceCases } from './services.ts'
import { workerHangsCases } from './worker-hangs.ts'

export const crashCases: BatteryCase[] = [
  ...killCases,
  ...failpointCases,
  ...serviceCases,
  ...hangingCases,
  ...workerHangsCases,
  ...migratingCases,
]
