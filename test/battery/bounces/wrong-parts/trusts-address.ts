import { findSubject as rightly } from '../../../../src/bounces/find-subject.ts'

export * from '../../../../src/bounces/find-subject.ts'

type Given = Parameters<typeof rightly>

/** Every sender of an email is trusted like an email provider that proved its identity. */
export const findSubject = (deps: Given[0], db: Given[1], input: Given[2]): ReturnType<typeof rightly> =>
  rightly(deps, db, { ...input, isProven: true })
