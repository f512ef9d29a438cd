import { accountCases } from './account/cases.ts'
import type { BatteryCase } from './battery-case.ts'
import { bouncesCases } from './bounces/cases.ts'
import { channelsCases } from './channels/cases.ts'
import { clockCases } from './clock/cases.ts'
import { contentCases } from './content/cases.ts'
import { crashCases } from './crash/cases.ts'
import { databaseCases } from './database/cases.ts'
import { digestsCases } from './digests/cases.ts'
import { limitsCases } from './limits/cases.ts'
import { monthCases } from './month/cases.ts'
import { servicesCases } from './services/cases.ts'
import { smtpCases } from './smtp/cases.ts'
import { sourcesCases } from './sources/cases.ts'
import { webCases } from './web/cases.ts'

/** Every case, in the order of the table in docs/battery.md. */
export const CASES: BatteryCase[] = [
  ...crashCases,
  ...accountCases,
  ...contentCases,
  ...digestsCases,
  ...smtpCases,
  ...clockCases,
  ...limitsCases,
  ...servicesCases,
  ...databaseCases,
  ...monthCases,
  ...webCases,
  ...bouncesCases,
  ...sourcesCases,
  ...channelsCases,
]
