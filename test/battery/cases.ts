import type { BatteryCase } from './battery-case.ts'
import { clockCases } from './clock/cases.ts'
import { contentCases } from './content/cases.ts'
import { crashCases } from './crash/cases.ts'
import { databaseCases } from './database/cases.ts'
import { digestsCases } from './digests/cases.ts'
import { doorsCases } from './doors/cases.ts'
import { julyCases } from './july/cases.ts'
import { mannersCases } from './manners/cases.ts'
import { manyCases } from './many/cases.ts'
import { peopleCases } from './people/cases.ts'
import { returnsCases } from './returns/cases.ts'
import { smtpCases } from './smtp/cases.ts'
import { sourcesCases } from './sources/cases.ts'

/** Every case, in the order of the table in docs/battery.md. */
export const CASES: BatteryCase[] = [
  ...crashCases,
  ...peopleCases,
  ...contentCases,
  ...digestsCases,
  ...smtpCases,
  ...clockCases,
  ...mannersCases,
  ...manyCases,
  ...databaseCases,
  ...julyCases,
  ...doorsCases,
  ...returnsCases,
  ...sourcesCases,
]
