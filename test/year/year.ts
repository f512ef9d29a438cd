// npm run year
// Plays the first year of an operator on this machine with real containers: install, import, restore, upgrade, erase. It
// starts a Docker engine if none responds, needs nginx and openssl, and sends only to its own relay.
import { parseArgs } from 'node:util'
import { optionsOrExit } from '../../scripts/options-or-exit.ts'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { recordings } from '../support/recorded-days.ts'
import { must, openLab } from './lab.ts'
import { play } from './play.ts'
import { steps } from './steps.ts'

optionsOrExit((args) => parseArgs({ args }))
const begun = performance.now()
const stopping = new AbortController()
// Not `once`: the launcher repeats a signal, and the second one would end this process before the containers are removed.
for (const name of ['SIGINT', 'SIGTERM'])
  process.on(name, () => stopping.abort(new Error(`Stopped by ${name}: removing the containers.`)))
const engine = await must(['.ci/engine/engine.sh'], stopping.signal)
process.env.DOCKER_HOST = engine.match(/DOCKER_HOST=(\S+)/)?.[1]
const port = await freePort()
process.env.PORT = String(port)
const lab = await openLab(`${recordings}/daily`, port, stopping.signal)
const held = await play(lab, steps, console.log, stopping.signal)
const minutes = ((performance.now() - begun) / 60_000).toFixed(1)
console.log(`\n${held} of ${steps.length} steps held, in ${minutes} min.`)
// A step that was stopped may still wait for something.
process.exit(held === steps.length ? 0 : 1)
