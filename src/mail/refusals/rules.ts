import { DEAD, FULL, REPORT_FULL } from './mailbox-rules.ts'
import type { RefusalRule } from './refusal-rule.ts'
import { OTHER, OURS, POLICY, POLICY_CODE, REPORT_TROUBLE, THROTTLED } from './refusal-rules.ts'

/**
 * The first rule that matches counts. The order protects addresses from being classified as dead: text about send
 * rate, our side, a full mailbox or policy decides first, even next to 5.1.1. Only then do the rules in DEAD apply.
 *
 * Codes are from RFC 3463 and RFC 7505, or from the documentation of the service that a comment names. Every pattern of
 * a text is from a reply of a real server: test/unit/mail/refusals/rule-examples.ts has one for each.
 */
export const RULES: RefusalRule[] = [
  ...THROTTLED,
  ...OURS,
  ...FULL,
  ...POLICY,
  ...REPORT_FULL,
  ...REPORT_TROUBLE,
  ...DEAD,
  POLICY_CODE,
  ...OTHER,
]
