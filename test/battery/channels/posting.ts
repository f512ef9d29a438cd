import { once } from 'node:events'
import pg from 'pg'
import { openDatabase } from '../../../src/core/database/database.ts'
import { midnight } from '../../../src/core/dates.ts'
import { silentLog } from '../../../src/core/log.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { runCli } from '../../support/commands.ts'
import { runProgram, startProgram } from '../../support/processes.ts'
import { sampleRecord } from '../../support/sample-record.ts'
import { ownDatabase } from '../bench/shared-postgres.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import { KEY, type Manner, type Receiver, startReceiver } from './receiver.ts'

export interface PostingBench {
  receiver: Receiver
  /** Runs the work of channels to its end. */
  run(instants: readonly string[]): Promise<void>
  /** Starts it, kills it with -9 after a request came and that time has passed, and lets its lease end. */
  runAndKill(instant: string, afterMs: number): Promise<void>
  rows<T extends object>(sql: string): Promise<T[]>
}

interface PostingWorld {
  /** By name: the kind of the channel and what its service does with the request after so many. */
  channels: Readonly<
    Record<string, { kind: 'slack' | 'json'; manner: Manner | ((before: number) => Manner) }>
  >
  /** When they are added; papers are of the day after. */
  addedAt: Date
  hour: number
  part?: WrongPart
}

const SETTINGS = { APP_SECRET: 'the app secret of the battery of channels', LOG_LEVEL: 'fatal' }
const PAPERS = 3

/** Channels for "dragons", each with three new papers, and the worker that posts to them. */
export async function withPosting<T>(
  world: PostingWorld,
  work: (bench: PostingBench) => Promise<T>,
): Promise<T> {
  const { channels, part } = world
  const receiver = await startReceiver((name, before) => {
    const manner = channels[name]?.manner ?? 'gone'
    return typeof manner === 'function' ? manner(before) : manner
  })
  const database = await ownDatabase()
  const settings = { ...SETTINGS, DATABASE_URL: database.url }
  const client = new pg.Client({ connectionString: database.url })
  const program = programWith(part, 'test/battery/channels/posting-worker.ts')
  const rows = async <R extends object>(sql: string): Promise<R[]> => (await client.query(sql)).rows
  try {
    await client.connect()
    await fill(world, settings, receiver.url)
    return await work({
      receiver,
      rows,
      run: async (instants) => {
        const { code, stderr } = await runProgram([...program, '1', ...instants], settings)
        if (code !== 0) throw new Error(stderr.slice(-2000))
      },
      runAndKill: async (instant, afterMs) => {
        const before = receiver.requests.length
        const worker = startProgram([...program, '1000', instant], settings)
        const exit = once(worker, 'exit')
        while (receiver.requests.length === before && worker.exitCode === null) await pause(5)
        await pause(afterMs)
        worker.kill('SIGKILL')
        await exit
        // A minute of the database's clock.
        await rows(
          "update bucket set held_until = now(), at = now() - interval '1 minute' where key like 'channel %'",
        )
      },
    })
  } finally {
    await client.end()
    await database.destroy()
    await receiver.close()
  }
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

async function fill(
  { channels, addedAt, hour }: PostingWorld,
  settings: Record<string, string>,
  url: string,
): Promise<void> {
  for (const [name, { kind }] of Object.entries(channels)) {
    const args = [
      '--kind',
      kind,
      '--topic',
      'dragons',
      '--url',
      `${url}/${name}`,
      '--hour',
      String(hour),
      '--zone',
      'UTC',
    ]
    const days = ['--days', 'mon,tue,wed,thu,fri,sat,sun', ...(kind === 'json' ? ['--secret', KEY] : [])]
    const added = await runCli(['channels', 'add', name, ...args, ...days], {
      ...settings,
      CLOCK_NOW: addedAt.toISOString(),
    })
    if (added.code !== 0) throw new Error(added.stderr)
  }
  const { db, close } = openDatabase(settings.DATABASE_URL!, silentLog)
  const day = addedAt.toISOString().slice(0, 10)
  const records = Array.from({ length: PAPERS }, (_, n) =>
    sampleRecord({ title: `Dragons ${n}`, abstract: 'On dragons.' }),
  )
  await recordListings(db, { source: 'huggingface', day, records, now: midnight(day) })
  await close()
}
