import { consequenceOf as rightly } from '../../../../src/bounces/consequence.ts'

export * from '../../../../src/bounces/consequence.ts'

type Given = Parameters<typeof rightly>

/** Every complaint suppresses, even one that only quotes a Message-ID. */
export const consequenceOf = (event: Given[0], earlier: Given[1]): ReturnType<typeof rightly> =>
  rightly({ ...event, hasProof: true }, earlier)
