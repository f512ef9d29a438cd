import { actOnReturn as rightly } from '../../../../src/bounces/act-on-return.ts'

export * from '../../../../src/bounces/act-on-return.ts'

type Given = Parameters<typeof rightly>

/** A code that says "for good" is taken to be about the mailbox. */
export function actOnReturn(deps: Given[0], tx: Given[1], input: Given[2]): ReturnType<typeof rightly> {
  const isForGood = input.told.status?.startsWith('5') ?? false
  const told = isForGood ? { ...input.told, class: 'dead' as const, sure: true } : input.told
  return rightly(deps, tx, { ...input, told })
}
