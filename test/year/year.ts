// npm run year
// Plays the first year of an operator on this machine with real containers: install, import, restore, upgrade, erase. It
// starts a Docker engine if none responds, needs nginx and openssl, and sends only to its own relay.
import { parseArgs, styleText } from 'node:util'
import { optionsOrExit } from '../../scripts/options-or-exit.ts'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { errorText } from '../../src/core/errors.ts'
import { recordings } from '../support/recorded-days.ts'
import { must, openLab } from './lab.ts'
import { steps } from './steps.ts'

optionsOrExit((args) => parseArgs({ args }))
const begun = performance.now()
const engine = await must(['.ci/engine/engine.sh'])
process.env.DOCKER_HOST = engine.match(/DOCKER_HOST=(\S+)/)?.[1]
const port = await freePort()
process.env.PORT = String(port)
const lab = await openLab(`${recordings}/daily`, port)
const say = (text: string) => console.log(text)
let held = 0
try {
  for (const [title, work] of steps) {
    say(styleText('bold', `\n${held + 1}. ${title}`))
    await work(lab, say)
    held++
  }
} catch (error) {
  say(`${styleText('red', '✘')} ${errorText(error)}`)
  say(await lab.compose.run(['logs', '--no-color', '--tail', '20', 'app']))
  process.exitCode = 1
} finally {
  await lab.stop()
}
const minutes = ((performance.now() - begun) / 60_000).toFixed(1)
say(`\n${held} of ${steps.length} steps held, in ${minutes} min.`)
