import { DEAD } from './rules/dead.ts'
import { FULL } from './rules/full.ts'
import { OTHER } from './rules/other.ts'
import { OURS } from './rules/ours.ts'
import { POLICY } from './rules/policy.ts'
import type { RefusalRule } from './rules/rule.ts'
import { THROTTLED } from './rules/throttled.ts'

/**
 * The first rule that matches counts. The order protects addresses from being classified as dead: text about send
 * rate, our side, a full mailbox or policy decides first, even next to 5.1.1. Only then do the rules in DEAD apply.
 */
export const REFUSAL_RULES: RefusalRule[] = [...THROTTLED, ...OURS, ...FULL, ...POLICY, ...DEAD, ...OTHER]
