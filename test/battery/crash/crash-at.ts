import { setTimeout as sleep } from 'node:timers/promises'
import { FAILPOINTS, type Failpoint, type FailpointHook } from '../../../src/core/deps.ts'

/**
 * Ends this very process with SIGKILL when a point is reached for the nth time: "after-dot:3". A batch is claimed while
 * the last mail of the one before is under way: there it waits until that mail, the only one, is recorded.
 */
export function crashAt(text: string): FailpointHook {
  const [name = '', nth] = text.split(':')
  if (!FAILPOINTS.includes(name as Failpoint) || !(Number(nth) >= 1))
    throw new Error(`no such crash: ${text}`)
  let times = 0
  let unrecorded = 0
  return async (point) => {
    if (point === 'after-dot') unrecorded++
    if (point === 'after-commit') unrecorded--
    if (point !== name || ++times !== Number(nth)) return
    while (name.endsWith('claim') && unrecorded > 0) await sleep(1)
    process.kill(process.pid, 'SIGKILL')
  }
}
