// Records what a source answers for a day, for the tests: npm run record -- SOURCE [--day D] [--to FOLDER]
// SOURCE as in SOURCES: biorxiv, biorxiv:neuroscience. Yesterday unless a day is given. Addresses and OPERATOR_EMAIL
// come from the settings: with BIORXIV_URL it asks a stand-in, with CLOCK_NOW at another time. No database is needed.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
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

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { day: { type: 'string' }, to: { type: 'string' } },
  })
  const named = requireSource(positionals[0] ?? '')
  const config = readConfig(readEnvironment())
  const now = (config.CLOCK_NOW ? clockFrom(config.CLOCK_NOW) : systemClock()).now()
  const day = values.day ? parseDay(values.day) : addDays(dayOf(now), -1)
  const contact = config.OPERATOR_EMAIL ?? config.BASE_URL
  const warn = (what: string) => write(`odd: ${what}`)
  const { recording, ...fetched } = await recordDay({
    ...{ ...named, day, now, contact, warn },
    ...{ urls: baseUrlsIn(config), wait: (ms: number) => sleep(ms) },
  })
  if (!values.to && fetched.records.length === 0)
    throw new Fault('usage.wrong', {
      what: `${day} has no papers to record: --day takes another, --to keeps it elsewhere`,
    })
  const folder = values.to ?? recordingFolder(named.source.name)
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
