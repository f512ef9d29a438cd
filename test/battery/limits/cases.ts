import type { BatteryCase } from '../battery-case.ts'
import { bigDomainCases } from './big-domain.ts'
import { breakerCases } from './circuit-breaker.ts'
import { paceCases } from './send-rates.ts'

/** How we behave towards servers that take our mail. */
export const limitsCases: BatteryCase[] = [...bigDomainCases, ...paceCases, ...breakerCases]
