import { setTimeout as sleep } from 'node:timers/promises'
import { takeTokens } from '../platform/bucket-store.ts'
import { stopwatch } from '../platform/clock.ts'
import { isDatabaseFault } from '../platform/database.ts'
import { textOf } from '../platform/errors.ts'
import { endTrouble, noteTrouble } from '../platform/trouble-store.ts'
import type { SmtpConfig } from '../smtp-url.ts'
import type { Deps } from '../wiring.ts'
import { othersHoldChunks } from './chunk-store.ts'
import { reachedMessage } from './classify-answer.ts'
import { type Hand, openHand, type Work } from './hand.ts'
import type { Compose, ComposedMail, Lane } from './message.ts'
import { openRecorder, type Recorder } from './recorder.ts'
import { type Run, type RunResult, startRun } from './run.ts'
import { openSmtp, type Smtp } from './smtp-client.ts'

export interface DrainInput {
  lane: Lane
  /** A name that no other drain bears. */
  owner: string
  compose: Compose
  /** Once aborted: takes nothing new, finishes and records what is under way, gives the rest back. */
  signal?: AbortSignal
  /** How long, after that, answers to what is under way are waited for; 20 seconds unless said otherwise. */
  lastAnswersMs?: number
  /** Goes on until no chunk of the lane is ready, also of those that another worker holds. */
  untilNoneReady?: boolean
  /** Called when chunks are ready beyond what this process holds. */
  moreWaiting?: () => Promise<void>
  /** Called with an address of which the server says that there is no such mailbox, before that is recorded. */
  onDeadAddress?: (address: string) => Promise<void>
}

const ANSWERS_CONNECTIONS = 2
const ANSWERS_RESERVE = 1
const FAULTS_IN_A_ROW = 3
const PAUSE_AFTER_FAULT_MS = 1000
const LOOK_AGAIN_MS = 500
const LAST_ANSWERS_MS = 20_000

/**
 * Hands every message of a lane that is ready to the mail server, over the lane's own connections. Each result is
 * recorded before the next mail begins on its connection.
 */
export async function drain(deps: Deps, input: DrainInput): Promise<RunResult> {
  const run = startRun(input.signal)
  const { SMTP_URL, SENDING } = deps.config
  if (!SMTP_URL || SENDING === 'off') return run.result
  const recorder = openRecorder(deps, input, run)
  const connections = openConnections(deps, SMTP_URL, input.lane)
  const hangUpLate = () => {
    setTimeout(
      () => connections.forEach((smtp) => void smtp.hangUp()),
      input.lastAnswersMs ?? LAST_ANSWERS_MS,
    ).unref()
  }
  input.signal?.addEventListener('abort', hangUpLate, { once: true })
  try {
    await drainRounds({ deps, input, run, recorder, connections })
  } finally {
    input.signal?.removeEventListener('abort', hangUpLate)
    for (const smtp of connections) smtp.close()
  }
  const { stopped } = run.result
  if (stopped) deps.log.error('delivery.stopped', { lane: input.lane, reason: stopped })
  await noteStop(deps, input.lane, run)
  return run.result
}

/** For the operator, who is told: a stop lasts until a run of this lane gets a mail accepted and is not stopped. */
async function noteStop({ db, clock, log }: Deps, lane: Lane, { result, heard }: Run): Promise<void> {
  const name = `delivery ${lane}`
  try {
    if (result.stopped) await noteTrouble(db, { name, what: result.stopped, said: heard, since: clock.now() })
    else if (result.accepted > 0) await endTrouble(db, name)
  } catch (error) {
    log.error('database.error', { what: textOf(error) })
  }
}

interface Drain {
  deps: Deps
  input: DrainInput
  run: Run
  recorder: Recorder
  connections: Smtp[]
}

function openConnections({ watch }: Deps, config: SmtpConfig, lane: Lane): Smtp[] {
  const most = lane === 'answers' ? Math.min(ANSWERS_CONNECTIONS, config.connections) : config.connections
  const onBodyWritten = () => void watch?.('after-dot')
  return Array.from({ length: most }, () => openSmtp(config, { onBodyWritten }))
}

// A round ends when nothing is ready; the next one finds what became ready during it.
async function drainRounds(drain: Drain): Promise<void> {
  const { deps, input, run } = drain
  const { lane, owner, untilNoneReady } = input
  while (!run.halt.aborted) {
    const before = run.seen()
    await drainRound(drain)
    if (run.seen() > before) continue
    if (!untilNoneReady || !(await othersHoldChunks(deps.db, { lane, owner, now: deps.clock.now() }))) return
    await pause(LOOK_AGAIN_MS, run.halt)
  }
}

async function drainRound(drain: Drain): Promise<void> {
  const { deps, input, run, recorder, connections } = drain
  const { lane, owner, moreWaiting } = input
  const hand = openHand(deps, { lane, owner, size: connections.length, moreWaiting, onEnded: recorder.ended })
  run.halt.addEventListener('abort', hand.stop, { once: true })
  const ends = await Promise.allSettled(connections.map((smtp) => serve(drain, hand, smtp)))
  run.halt.removeEventListener('abort', hand.stop)
  if (ends.every((end) => end.status === 'fulfilled' && end.value === 'unreachable')) run.stop('unreachable')
  await hand.close()
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

/** One connection: a mail, its record, the next. */
async function serve(drain: Drain, hand: Hand, smtp: Smtp): Promise<'dry' | 'unreachable'> {
  let faults = 0
  for (let work = await hand.next(); work; work = await hand.next()) {
    const reached = await deliver(drain, hand, smtp, work)
    faults = reached ? 0 : faults + 1
    if (faults === FAULTS_IN_A_ROW) return 'unreachable'
    if (faults > 0) await pause(PAUSE_AFTER_FAULT_MS, drain.run.halt)
  }
  return 'dry'
}

/** False where the server could not be reached. */
async function deliver(drain: Drain, hand: Hand, smtp: Smtp, work: Work): Promise<boolean> {
  const { deps, input, run, recorder } = drain
  const mail = await composeOrRefuse(input.compose, recorder, work)
  if (mail) await waitForTurn(deps, input.lane, run.halt)
  if (!mail || !hand.mayStart(work)) {
    await hand.done(work)
    return true
  }
  const begun = stopwatch()
  const result = await smtp.send(mail)
  await recorder.record(work.message, result, Math.round(stopwatch() - begun))
  await hand.done(work)
  return result.accepted || reachedMessage(result)
}

async function composeOrRefuse(
  compose: Compose,
  recorder: Recorder,
  { message }: Work,
): Promise<ComposedMail | undefined> {
  try {
    return await compose(message)
  } catch (error) {
    if (isDatabaseFault(error)) throw error
    await recorder.recordUnrendered(message, error)
    return undefined
  }
}

/** Waits until SMTP_URL's rate, shared by all processes, allows one more. Somebody who waits for an answer goes first. */
async function waitForTurn({ config, db }: Deps, lane: Lane, halt: AbortSignal): Promise<void> {
  const rate = config.SMTP_URL?.rate
  if (!rate) return
  const leave = lane === 'answers' ? 0 : ANSWERS_RESERVE
  const bucket = { key: 'smtp', capacity: rate + ANSWERS_RESERVE, perSecond: rate, leave }
  while (!halt.aborted) {
    const { allowed, waitSeconds } = await takeTokens(db, bucket)
    if (allowed) return
    await pause(waitSeconds * 1000, halt)
  }
}

const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => {})
