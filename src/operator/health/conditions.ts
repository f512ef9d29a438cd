import type { Condition, Finding, PublicNotice } from './condition.ts'
import type { HealthFacts } from './facts.ts'
import { HOLD_CONDITIONS } from './hold-conditions.ts'
import { MAIL_CONDITIONS } from './mail-conditions.ts'
import { PROXY_CONDITION } from './proxy-condition.ts'
import { SECRET_CONDITIONS } from './secret-conditions.ts'
import { SOURCE_CONDITIONS } from './source-conditions.ts'
import { WORK_CONDITIONS } from './work-conditions.ts'

/** Everything that may be wrong, the worst first. */
export const CONDITIONS: readonly Condition[] = [
  ...HOLD_CONDITIONS,
  ...MAIL_CONDITIONS,
  ...WORK_CONDITIONS,
  ...SECRET_CONDITIONS,
  PROXY_CONDITION,
  ...SOURCE_CONDITIONS,
]

/** A condition that holds. */
export interface Problem {
  condition: Condition
  finding: Finding
  sentence: string
  fix: string
  path: string
  notice: PublicNotice | null
}

/** What is wrong, the worst first; empty if nothing is. */
export const findProblems = (facts: HealthFacts): Problem[] =>
  [...CONDITIONS, ...facts.featureConditions].flatMap((condition) =>
    condition.check(facts).map((finding) => ({
      condition,
      finding,
      sentence: condition.sentence(finding, facts),
      fix: condition.fix(finding),
      path: condition.path(finding),
      notice: condition.notice(finding, facts),
    })),
  )
