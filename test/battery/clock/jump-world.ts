import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceDeps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { openQueue } from '../../../src/core/queue.ts'
import { nudgeAll } from '../../../src/service/schedule.ts'
import type { Bench } from '../bench/delivery-bench.ts'
import { beginService, type ServiceProcess } from '../bench/services.ts'
import { type Person, withWorld } from '../bench/world.ts'
import type { WrongPart } from '../bench/wrong-part.ts'

const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1'

/** The reason why no clock can jump on this machine. */
export const noJumps = existsSync(LIBRARY) ? undefined : `there is no ${LIBRARY} (Debian: libfaketime)`

export const at = (time: string): Date => new Date(`2026-11-24T${time}:00Z`)

const START = at('22:00')
/** Three hours later, by the clock that jumped. */
const LATER = new Date('2026-11-25T01:05:00Z')
const HOURS_PAST = [15, 16, 17, 18, 19, 20]
/** More subscribers are added once fewer emails than this are open: enough to send between two jumps. */
const MIN_OPEN = 80
/** Their mail server defers everything: at 23:00 their emails expire. */
export const LATE = 'late.example'

interface Guests {
  came: Date
  hours: number[]
  /** The number of subscribers of each hour. */
  many: number
  domain: string
}

/** Their hour was before; their emails are sent all the time. */
const crowd = (wave: number): Guests => ({
  came: at('14:00'),
  hours: HOURS_PAST,
  many: MIN_OPEN / 4,
  domain: `wave-${wave}.example`,
})

/** Subscribers whose hour or deadline a jump passes. */
const TOUCHED: Guests[] = [
  { came: at('21:30'), hours: [23, 0], many: 20, domain: 'soon.example' },
  { came: at('02:00'), hours: [3], many: 10, domain: LATE },
]

const peopleOf = ({ hours, many, domain }: Guests): Person[] =>
  hours.flatMap((hour) =>
    Array.from({ length: many }, (_, n) => ({
      email: `at-${hour}-${n}@${domain}`,
      state: 'active',
      topics: ['attention'],
      hour,
      zone: 'UTC',
      days: ['tue', 'wed'],
    })),
  )

export interface JumpWorld {
  bench: Bench
  deps: ServiceDeps
  /** The subscribers so far. */
  people(): number
  /** Adds more subscribers if few emails are left; nudges. */
  fillUp(): Promise<void>
  /** Starts a service with every role, whose clock starts at 22:00. */
  begin(): ServiceProcess
  /** The same, with a clock that can jump. */
  beginJumper(): ServiceProcess
  /** The same, three hours later, with many more connections. */
  beginLater(): ServiceProcess
  /** "+3h": relative to the time without a jump. */
  jumpTo(offset: string): void
  /** Nudges until the condition is true; milliseconds, or Infinity if it is not true within that many. */
  until(holds: () => Promise<boolean>, withinMs?: number): Promise<number>
}

const MAX_DURATION_MS = 300_000

export async function withJumpWorld<T>(
  bench: Bench,
  part: WrongPart | undefined,
  work: (world: JumpWorld) => Promise<T>,
): Promise<T> {
  const file = join(bench.folder, 'clock')
  // The library may read the file at any time, so it must always be whole.
  const jumpTo = (offset: string) => {
    writeFileSync(`${file}.next`, offset)
    renameSync(`${file}.next`, file)
  }
  jumpTo('+0')
  const begin = (now: Date, settings: Record<string, string> = {}) =>
    beginService(bench, { roles: ['schedule', 'worker'], now, settings, part })
  return withWorld(bench, START, async ({ clock, addPeople, addPapers, deps: { db, ...others } }) => {
    let people = 0
    let waves = 0
    const invite = async (guests: Guests) => {
      clock.moveTo(guests.came)
      await addPeople(peopleOf(guests))
      people += peopleOf(guests).length
    }
    for (const guests of [...TOUCHED, crowd(0)]) await invite(guests)
    await addPapers('2026-11-24', ['Attention'])
    const queue = await openQueue(bench.databaseUrl, silentLog)
    const deps = { ...others, db, queue }
    const fillUp = async () => {
      const open = await db.message.count({ where: { state: { in: ['ready', 'taken'] } } })
      if (open < MIN_OPEN) await invite(crowd(++waves))
      await nudgeAll(deps)
    }
    try {
      return await work({
        bench,
        deps,
        people: () => people,
        fillUp,
        begin: () => begin(START),
        beginJumper: () => begin(START, jumpingBy(file)),
        beginLater: () => begin(LATER, { SMTP_URL: `${bench.settings.SMTP_URL}0` }),
        jumpTo,
        until: (holds, withinMs = MAX_DURATION_MS) => tickUntil(deps, holds, withinMs),
      })
    } finally {
      await queue.stop()
    }
  })
}

const jumpingBy = (file: string): Record<string, string> => ({
  LD_PRELOAD: LIBRARY,
  FAKETIME_TIMESTAMP_FILE: file,
  FAKETIME_NO_CACHE: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
})

async function tickUntil(
  deps: ServiceDeps,
  holds: () => Promise<boolean>,
  withinMs: number,
): Promise<number> {
  const begun = performance.now()
  while (!(await holds())) {
    if (performance.now() > begun + withinMs) return Number.POSITIVE_INFINITY
    await nudgeAll(deps)
    await sleep(200)
  }
  return performance.now() - begun
}
