import { setTimeout as sleep } from 'node:timers/promises'
import { FAILPOINTS, type Failpoint, type FailpointHook } from '../../../src/core/deps.ts'

/**
 * Kills this process with SIGKILL when a failpoint is reached for the nth time: "after-dot:3". A batch is claimed while
 * the last email of the previous one is being sent. In that case it waits until that email is recorded.
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
