import { applyBounce as rightly } from '../../../../src/bounces/apply-bounce.ts'

export * from '../../../../src/bounces/apply-bounce.ts'

type Given = Parameters<typeof rightly>

/** A code that says "for good" is taken to be about the mailbox. */
export function applyBounce(deps: Given[0], tx: Given[1], input: Given[2]): ReturnType<typeof rightly> {
  const isForGood = input.event.status?.startsWith('5') ?? false
  const event = isForGood ? { ...input.event, class: 'dead' as const, sure: true } : input.event
  return rightly(deps, tx, { ...input, event })
}
