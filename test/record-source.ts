// npm run record -- SOURCE [--day YYYY-MM-DD] [--to FOLDER]
// Records the responses of a source for a day, for the tests. SOURCE is a name as in SOURCES, such as biorxiv or
// biorxiv:neuroscience; the day is yesterday by default, FOLDER that of the source in test/fixtures. Addresses and
// OPERATOR_EMAIL are from the settings: BIORXIV_URL may name a test server, CLOCK_NOW another time. No database is needed.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { optionsOrExit } from '../scripts/options-or-exit.ts'
import { readConfig, readEnvironment } from '../src/config/config.ts'
import { clockFrom, systemClock } from '../src/core/clock.ts'
import { addDays, dayOf, parseDay } from '../src/core/dates.ts'
import { Fault } from '../src/core/errors.ts'
import { baseUrlsIn, requireSource } from '../src/sources/registry.ts'
import type { FetchedDay } from '../src/sources/source.ts'
import { recordDay, recordingFolder, writeRecording } from './support/recorded-answers.ts'

const write = (line: string): void => void process.stdout.write(`${line}\n`)

try {
  await main()
} catch (error) {
  if (!(error instanceof Fault)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.exit
}

function optionsFrom(args: string[]) {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { day: { type: 'string' }, to: { type: 'string' } },
  })
  const [source, ...more] = positionals
  if (!source || more.length > 0) throw new Error('Name one source.')
  return { named: requireSource(source), day: values.day && parseDay(values.day), to: values.to }
}

async function main(): Promise<void> {
  const { named, ...options } = optionsOrExit(optionsFrom)
  const config = readConfig(readEnvironment())
  const now = (config.CLOCK_NOW ? clockFrom(config.CLOCK_NOW) : systemClock()).now()
  const day = options.day ?? addDays(dayOf(now), -1)
  const contact = config.OPERATOR_EMAIL ?? config.BASE_URL
  const warn = (what: string) => write(`odd: ${what}`)
  const { recording, ...fetched } = await recordDay({
    ...{ ...named, day, now, contact, warn },
    ...{ urls: baseUrlsIn(config), wait: (ms: number) => sleep(ms) },
  })
  if (!options.to && fetched.records.length === 0)
    throw new Fault('usage.wrong', {
      what: `${day} has no papers to record: --day takes another, --to keeps it elsewhere`,
    })
  const folder = options.to ?? recordingFolder(named.source.name)
  writeRecording(folder, recording)
  write(`${recording.source} on ${day}: ${said(fetched)}`)
  for (const { index, why } of fetched.refused) write(`entry ${index} refused: ${why}`)
  write(`${recording.answers.length} answers in ${folder}`)
}

function said({ records, refused, reason }: FetchedDay): string {
  const kinds = Map.groupBy(records, ({ kind = 'new' }) => kind)
  const counts = [...kinds].map(([kind, { length }]) => `${length} ${kind}`)
  const all = `${records.length} records (${counts.join(', ') || 'none'}), ${refused.length} refused`
  return reason ? `${all}, ${reason}` : all
}
