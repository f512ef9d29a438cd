import type { Config } from '../../config/config.ts'
import { type CheckResult, ok, warning } from '../../operator/health/feature-check.ts'

export const checkOperator = ({ OPERATOR_EMAIL }: Config): CheckResult[] => [
  OPERATOR_EMAIL
    ? ok('alerts go to OPERATOR_EMAIL')
    : warning('no one is alerted when something breaks', 'OPERATOR_EMAIL=an address that someone reads'),
]
