import { once } from 'node:events'
import { styleText } from 'node:util'
import { errorText } from '../../src/core/errors.ts'
import type { Lab } from './lab.ts'
import type { Say, Step } from './typing.ts'

/** Runs the steps until one fails or `signal` aborts, then stops the lab. Returns how many held. */
export async function play(lab: Lab, steps: readonly Step[], say: Say, signal: AbortSignal): Promise<number> {
  const aborted = once(signal, 'abort').then(() => signal.throwIfAborted())
  let held = 0
  try {
    for (const [title, work] of steps) {
      signal.throwIfAborted()
      say(styleText('bold', `\n${held + 1}. ${title}`))
      await Promise.race([work(lab, say), aborted])
      held++
    }
  } catch (error) {
    say(`${styleText('red', '✘')} ${errorText(error)}`)
    if (!signal.aborted) say(await lab.compose.run(['logs', '--no-color', '--tail', '20', 'app']))
  } finally {
    await lab.stop()
  }
  return held
}
