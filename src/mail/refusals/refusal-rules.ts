import { DEAD } from './rules/dead.ts'
import { FULL } from './rules/full.ts'
import { OTHER } from './rules/other.ts'
import { OURS } from './rules/ours.ts'
import { POLICY } from './rules/policy.ts'
import type { RefusalRule } from './rules/rule.ts'
import { THROTTLED } from './rules/throttled.ts'

/**
 * The first rule that fits counts, and the order keeps an address from being taken for dead: whatever speaks of pace,
 * of us, of a full mailbox or of a policy is that, even beside 5.1.1; only then is it asked whether nobody is there.
 */
export const REFUSAL_RULES: RefusalRule[] = [...THROTTLED, ...OURS, ...FULL, ...POLICY, ...DEAD, ...OTHER]
