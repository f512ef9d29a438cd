import { setTimeout as sleep } from 'node:timers/promises'
import { stopwatch } from '../../core/clock.ts'
import { isDatabaseAway, isDatabaseFault } from '../../core/database/database.ts'
import type { Deps } from '../../core/deps.ts'
import { textOf } from '../../core/errors.ts'
import type { Compose, ComposedMail, Lane } from '../message.ts'
import { othersHoldChunks } from '../outbox/chunk.repo.ts'
import { giveBackIfEnded } from '../outbox/message.repo.ts'
import { chunksReadySoon } from '../rate-limits/pace.repo.ts'
import { rampUpOf } from '../rate-limits/pace.ts'
import { reachedMessage } from '../refusals/classify-answer.ts'
import type { Smtp } from '../smtp/smtp-client.ts'
import { type Hand, openHand, type Work } from './hand.ts'
import type { Recorder } from './recorder.ts'
import type { Run } from './run.ts'
import type { Turns } from './turns.ts'

export interface CrewInput {
  lane: Lane
  /** A name that no other drain bears. */
  owner: string
  compose: Compose
  /** Milliseconds without progress after which leases are no longer renewed; a minute by default. */
  stalledAfterMs?: number
  /** Called when chunks are ready beyond what this process holds. */
  moreWaiting?: () => Promise<void>
}

/** The connections of a run, and what they work with. */
export interface Crew {
  deps: Deps
  input: CrewInput
  run: Run
  recorder: Recorder
  turns: Turns
  connections: Smtp[]
}

/** Each takes from a chunk of its own, so that a domain that is slow leaves half of the connections to the others. */
const HANDS = 2
const FAULTS_IN_A_ROW = 3
const PAUSE_AFTER_FAULT_MS = 1000
const LOOK_AGAIN_MS = 500
/** A connection that could not be made, while others can, is tried again after so long. */
const UNREACHABLE_MS = 60_000
/** A domain whose next turn is farther off is left to a later run. */
const MAX_RATE_SECONDS = 60
/** A message that was taken longer ago is judged again before it begins. */
const JUDGED_FOR_MS = 1000
/** So often in a row, a second apart, the database may be away before a connection gives up. */
const MAX_DATABASE_FAULTS = 60

/**
 * Lets every connection work until nothing is ready, all are at rest, nobody else holds anything, and no pace is to be
 * waited for. One that waits for a slow answer does not keep the others from what becomes ready meanwhile. Rejects
 * with what a connection met that it could not go on after.
 */
export async function serveAll(crew: Crew): Promise<void> {
  const { run, connections } = crew
  if (run.halt.aborted) return
  const hands = openHands(crew)
  const stop = () => {
    for (const hand of hands) hand.stop()
  }
  run.halt.addEventListener('abort', stop, { once: true })
  const rest = openRest(crew)
  const serveToTheEnd = async (smtp: Smtp, i: number) => {
    const hand = hands[i % hands.length]!
    try {
      await serve(crew, hand, smtp, rest)
    } finally {
      await hand.leave().finally(rest.leave)
    }
  }
  const ends = await Promise.allSettled(connections.map(serveToTheEnd))
  run.halt.removeEventListener('abort', stop)
  const closed = await Promise.allSettled(hands.map((hand) => hand.close()))
  for (const end of [...ends, ...closed]) if (end.status === 'rejected') throw end.reason
}

function openHands({ deps, input, recorder, turns, connections }: Crew): Hand[] {
  const { lane, owner, stalledAfterMs, moreWaiting } = input
  const count = Math.min(HANDS, connections.length)
  return Array.from({ length: count }, (_, i) =>
    openHand(deps, {
      lane,
      owner: `${owner}/${i + 1}`,
      size: Math.ceil((connections.length - i) / count),
      turns,
      stalledAfterMs,
      moreWaiting,
      onEnded: recorder.ended,
    }),
  )
}

/** Where connections wait that found nothing. */
interface Rest {
  /** True once the run is over; false when it is time to look again. */
  isOver(): Promise<boolean>
  /** For a connection that cannot be made: true where none can; false after a minute, to try once more. */
  isUnreachable(): Promise<boolean>
  /** A connection that ended is not waited for; what it held may be there for the others. */
  leave(): void
}

function openRest({ deps, input, run, connections }: Crew): Rest {
  let working = connections.length
  let left = connections.length
  let unreachable = 0
  let seen = run.seen()
  let somebodyLeft = false
  const over = new AbortController()
  const wakes = AbortSignal.any([run.halt, over.signal])

  const isHeldUp = async (): Promise<boolean> => {
    const { lane } = input
    const now = deps.clock.now()
    const rampUp = rampUpOf(deps.config, now)?.key
    return (
      (await othersHoldChunks(deps.db, { lane, now, rampUp })) ||
      (await chunksReadySoon(deps.db, { lane, now, rampUp, withinSeconds: MAX_RATE_SECONDS }))
    )
  }
  /** True where what became ready while the last ones worked is to be looked for at once. */
  const lastLook = async (): Promise<boolean> => {
    const isNews = run.seen() > seen || somebodyLeft
    seen = run.seen()
    somebodyLeft = false
    if (!isNews && !(await isHeldUp())) over.abort()
    return isNews
  }
  return {
    isOver: async () => {
      working--
      try {
        const atOnce = working === 0 && !run.halt.aborted && (await lastLook())
        if (!atOnce) await pause(LOOK_AGAIN_MS, wakes)
        return wakes.aborted
      } finally {
        working++
      }
    },
    isUnreachable: async () => {
      unreachable++
      if (unreachable === left) return true
      somebodyLeft = true
      working--
      await pause(UNREACHABLE_MS, wakes)
      working++
      unreachable--
      return false
    },
    leave: () => {
      working--
      left--
      somebodyLeft = true
    },
  }
}

async function restOf(hand: Hand, rest: Rest, run: Run): Promise<void> {
  try {
    await hand.leave()
    if (await rest.isUnreachable()) run.stop('unreachable')
  } finally {
    hand.join()
  }
}

/** One connection: a mail, its record, the next. */
async function serve(crew: Crew, hand: Hand, smtp: Smtp, rest: Rest): Promise<void> {
  const { run, deps } = crew
  let faults = 0
  let away = 0
  for (;;) {
    try {
      const work = await hand.next()
      away = 0
      if (!work) {
        if (await rest.isOver()) return
        continue
      }
      faults = (await deliver(crew, hand, smtp, work)) ? 0 : faults + 1
      if (faults < FAULTS_IN_A_ROW) {
        if (faults > 0) await pause(PAUSE_AFTER_FAULT_MS, run.halt)
      } else {
        await restOf(hand, rest, run)
      }
    } catch (error) {
      if (!isDatabaseAway(error) || ++away > MAX_DATABASE_FAULTS || run.halt.aborted) throw error
      deps.log.error('database.error', { what: textOf(error) })
      await pause(PAUSE_AFTER_FAULT_MS, run.halt)
    }
  }
}

/** False where the server could not be reached. */
async function deliver(crew: Crew, hand: Hand, smtp: Smtp, work: Work): Promise<boolean> {
  const { run, recorder, turns } = crew
  try {
    hand.step(work)
    const mail = await composeOrRefuse(crew, work)
    if (mail) await turns.wait(run.halt, (ms) => hand.step(work, ms))
    hand.step(work)
    if (!mail || !(await mayStart(crew, hand, work))) return true
    const begun = stopwatch()
    hand.step(work, smtp.maxSendMs)
    const result = await smtp.send(mail)
    // However long the database takes: if another worker got the message now, it would go twice.
    hand.step(work, Number.POSITIVE_INFINITY)
    await recorder.record(work, result, Math.round(stopwatch() - begun))
    return result.accepted || reachedMessage(result)
  } finally {
    await hand.done(work)
  }
}

/** Whoever left while the message waited for its turn gets it no more. */
async function mayStart(crew: Crew, hand: Hand, work: Work): Promise<boolean> {
  if (stopwatch() - work.takenAt > JUDGED_FOR_MS && (await hasEnded(crew, work))) return false
  return hand.mayStart(work)
}

/** Gives it back where it may not go any more; whoever takes it next says why. */
const hasEnded = ({ deps: { db, clock } }: Crew, { message, chunk }: Work): Promise<boolean> =>
  giveBackIfEnded(db, { id: message.id, owner: chunk.owner, now: clock.now() })

async function composeOrRefuse(crew: Crew, work: Work): Promise<ComposedMail | undefined> {
  const { input, recorder } = crew
  try {
    return await input.compose(work.message)
  } catch (error) {
    if (isDatabaseFault(error)) throw error
    // Of whoever was erased meanwhile nothing is left to make a mail of.
    if (!(await hasEnded(crew, work))) await recorder.recordUnrendered(work, error)
    return undefined
  }
}

const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => {})
