import type { BatteryCase } from '../battery-case.ts'
import { bigDomainCases } from './big-domain.ts'
import { breakerCases } from './circuit-breaker.ts'
import { sendRateCases } from './send-rates.ts'

/** How fast and how much we send to mail servers. */
export const limitsCases: BatteryCase[] = [...bigDomainCases, ...sendRateCases, ...breakerCases]
