import { DEAD } from './refusals/dead.ts'
import { FULL } from './refusals/full.ts'
import { OURS } from './refusals/ours.ts'
import { PACE } from './refusals/pace.ts'
import { POLICY } from './refusals/policy.ts'
import { REST } from './refusals/rest.ts'
import type { RefusalRule } from './refusals/rule.ts'

/**
 * The first rule that fits counts, and the order keeps an address from being taken for dead: whatever speaks of pace,
 * of us, of a full mailbox or of a policy is that, even beside 5.1.1; only then is it asked whether nobody is there.
 */
export const REFUSAL_RULES: RefusalRule[] = [...PACE, ...OURS, ...FULL, ...POLICY, ...DEAD, ...REST]
