import type { BatteryCase } from '../battery-case.ts'
import { bigDomainCases } from './big-domain.ts'
import { breakerCases } from './breaker.ts'
import { paceCases } from './paces.ts'

/** How we behave towards servers that take our mail. */
export const mannersCases: BatteryCase[] = [...bigDomainCases, ...paceCases, ...breakerCases]
