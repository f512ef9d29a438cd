import { closeSync, existsSync, openSync } from 'node:fs'
import { startProgram } from '../../support/processes.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { COMPOSING } from '../bench/bulk-emails.ts'
import { compare, exitOf, inWords, withBench } from '../bench/delivery-bench.ts'
import { addDigests } from './digests.ts'
import { SERVER } from './running.ts'

const FULL = '/dev/full'
const EMAILS = 100
const CONNECTIONS = 4
const TIMES: Record<Profile, number> = { ci: 1, nightly: 3 }

const deliverWithFullLog = () =>
  withBench({ emails: 0, connections: CONNECTIONS, sink: SERVER, settings: COMPOSING }, async (bench) => {
    await addDigests(bench.db, EMAILS)
    const full = openSync(FULL, 'w')
    const settings = { ...bench.settings, LOG_LEVEL: 'info' }
    const worker = startProgram(['test/battery/bench/composing-worker.ts'], settings, undefined, full)
    closeSync(full)
    const code = await exitOf(worker)
    const arrivals = await compare(bench.db, bench.arrived())
    return {
      isRight: code === 0 && arrivals.lost + arrivals.doubles + arrivals.misrecorded === 0,
      summary: `exit ${code}, ${inWords(arrivals)}`,
    }
  })

export const fullLog: BatteryCase = {
  name: 'full-log',
  fault: 'the disk of the log is full: no line can be written',
  invariant: 'the run finishes: lost 0, duplicates 0, exit 0',
  run: async (profile) => {
    if (!existsSync(FULL)) return `this system has no ${FULL}`
    const times = TIMES[profile]
    const runs: Awaited<ReturnType<typeof deliverWithFullLog>>[] = []
    for (let time = 0; time < times; time++) runs.push(await deliverWithFullLog())
    return {
      ok: runs.every(({ isRight }) => isRight),
      n: `${EMAILS} emails, ${times} ${times === 1 ? 'time' : 'times'}`,
      result: runs.map(({ summary }) => summary).join('; '),
    }
  },
}
