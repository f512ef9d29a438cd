import type { BatteryCase } from '../../test/battery/battery-case.ts'
import { clockCases } from '../../test/battery/clock/cases.ts'
import { contentCases } from '../../test/battery/content/cases.ts'
import { crashCases } from '../../test/battery/crash/cases.ts'
import { databaseCases } from '../../test/battery/database/cases.ts'
import { digestsCases } from '../../test/battery/digests/cases.ts'
import { doorsCases } from '../../test/battery/doors/cases.ts'
import { julyCases } from '../../test/battery/july/cases.ts'
import { mannersCases } from '../../test/battery/manners/cases.ts'
import { manyCases } from '../../test/battery/many/cases.ts'
import { peopleCases } from '../../test/battery/people/cases.ts'
import { returnsCases } from '../../test/battery/returns/cases.ts'
import { smtpCases } from '../../test/battery/smtp/cases.ts'
import { sourcesCases } from '../../test/battery/sources/cases.ts'

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
