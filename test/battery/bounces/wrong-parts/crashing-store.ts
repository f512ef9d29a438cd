import * as real from '../../../../src/bounces/report.repo.ts'
import type { CrashPoint } from '../crash-points.ts'

export * from '../../../../src/bounces/report.repo.ts'

const [name, nth] = process.argv.at(-1)!.split(':')
let times = 0

/** Kills this process when it reaches the point for the nth time. */
function reach(point: CrashPoint): void {
  if (point === name && ++times === Number(nth)) process.kill(process.pid, 'SIGKILL')
}

export async function insertReport(...args: Parameters<typeof real.insertReport>): Promise<boolean> {
  reach('came')
  const isNew = await real.insertReport(...args)
  reach('stored')
  return isNew
}

let hasRead = false

export async function takeReport(...args: Parameters<typeof real.takeReport>) {
  if (hasRead) reach('committed')
  const report = await real.takeReport(...args)
  hasRead = report !== null
  if (report) reach('taken')
  return report
}

export async function lockWaitingReport(...args: Parameters<typeof real.lockWaitingReport>) {
  const waits = await real.lockWaitingReport(...args)
  if (waits) reach('locked')
  return waits
}

export async function endReport(...args: Parameters<typeof real.endReport>): Promise<void> {
  reach('acted')
  await real.endReport(...args)
  reach('ended')
}
