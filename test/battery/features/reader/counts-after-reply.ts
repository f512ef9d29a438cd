import { dayOf, midnight } from '../../../../src/core/dates.ts'
import {
  storeGrade as storeRightly,
  takeFromBudget as takeRightly,
} from '../../../../src/features/reader/grade.repo.ts'

export * from '../../../../src/features/reader/grade.repo.ts'

/** Only looks whether something is left of the budget. */
export const takeFromBudget: typeof takeRightly = async (db, { day, perDay }) => {
  const row = await db.readerDay.findUnique({ where: { day: midnight(day) } })
  return (row?.asked ?? 0) < perDay
}

/** Counts a paper once there is a reply. */
export const storeGrade: typeof storeRightly = async (db, grade) => {
  await takeRightly(db, { day: dayOf(grade.at), perDay: 1_000_000 })
  await storeRightly(db, grade)
}
