import { findSubject as rightly } from '../../../../src/bounces/find-subject.ts'

export * from '../../../../src/bounces/find-subject.ts'

type Given = Parameters<typeof rightly>

/** Whoever writes a mail is taken to be as good as a mail service that proved who it is. */
export const findSubject = (deps: Given[0], db: Given[1], input: Given[2]): ReturnType<typeof rightly> =>
  rightly(deps, db, { ...input, isProven: true })
