import { randomBytes } from 'node:crypto'
import * as real from '../../../../src/bounces/report.repo.ts'

export * from '../../../../src/bounces/report.repo.ts'

const [, nth] = process.argv.at(-1)!.split(':')
let times = 0

/** Each is taken for a new one: a report that is delivered again after a missing reply counts twice. Dies as at "stored". */
export async function insertReport(...[db, report]: Parameters<typeof real.insertReport>): Promise<boolean> {
  const isNew = await real.insertReport(db, {
    ...report,
    raw: Buffer.concat([report.raw, randomBytes(8)]),
  })
  if (++times === Number(nth)) process.kill(process.pid, 'SIGKILL')
  return isNew
}
