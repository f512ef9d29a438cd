import type { SmtpConfig } from '../../config/smtp-url.ts'
import type { Deps } from '../../core/deps.ts'
import { textOf } from '../../core/errors.ts'
import { endTrouble, noteTrouble } from '../../core/trouble.repo.ts'
import type { Lane } from '../message.ts'
import { endDomainTroubles } from '../rate-limits/domain-trouble.repo.ts'
import { openSmtp, type Smtp } from '../smtp/smtp-client.ts'
import { type CrewInput, serveAll } from './crew.ts'
import { openRecorder } from './recorder.ts'
import { type Run, type RunResult, startRun } from './run.ts'
import { openTurns } from './turns.ts'

export interface DrainInput extends CrewInput {
  /** Once aborted: takes nothing new, finishes and records what is under way, gives the rest back. */
  signal?: AbortSignal
  /** How long, after that, answers to what is under way are waited for; 20 seconds unless said otherwise. */
  lastAnswersMs?: number
  /** Called with an address of which the server says that there is no such mailbox, before that is recorded. */
  onDeadAddress?: (address: string) => Promise<void>
}

const ANSWERS_CONNECTIONS = 2
const LAST_ANSWERS_MS = 20_000

/**
 * Hands every message of a lane that is ready to the mail server, over the lane's own connections, until none is: also
 * of what another worker holds, which may die, and of domains that are mailed to slowly. Each result is recorded
 * before the next mail begins on its connection.
 */
export async function drain(deps: Deps, input: DrainInput): Promise<RunResult> {
  const run = startRun(input.signal)
  const { SMTP_URL, SENDING } = deps.config
  if (!SMTP_URL || SENDING === 'off') return run.result
  const recorder = openRecorder(deps, input, run)
  const turns = openTurns(deps, input.lane)
  const connections = openConnections(deps, SMTP_URL, input.lane)
  const hangUpLate = () => {
    setTimeout(
      () => connections.forEach((smtp) => void smtp.hangUp()),
      input.lastAnswersMs ?? LAST_ANSWERS_MS,
    ).unref()
  }
  input.signal?.addEventListener('abort', hangUpLate, { once: true })
  try {
    await turns.begin()
    await serveAll({ deps, input, run, recorder, turns, connections })
  } finally {
    input.signal?.removeEventListener('abort', hangUpLate)
    for (const smtp of connections) smtp.close()
  }
  const { stopped } = run.result
  if (stopped) deps.log.error('delivery.stopped', { lane: input.lane, reason: stopped })
  await noteStop(deps, input.lane, run)
  return run.result
}

/**
 * For the operator, who is told: a stop lasts until a run of this lane gets a mail accepted and is not stopped, what a
 * domain refused until it takes one.
 */
async function noteStop({ db, clock, log }: Deps, lane: Lane, { result, heard, took }: Run): Promise<void> {
  const name = `delivery ${lane}`
  try {
    if (result.stopped) await noteTrouble(db, { name, what: result.stopped, said: heard, since: clock.now() })
    else if (result.accepted > 0) await endTrouble(db, name)
    if (took.size > 0) await endDomainTroubles(db, took)
  } catch (error) {
    log.error('database.error', { what: textOf(error) })
  }
}

function openConnections({ watch }: Deps, config: SmtpConfig, lane: Lane): Smtp[] {
  const most = lane === 'answers' ? Math.min(ANSWERS_CONNECTIONS, config.connections) : config.connections
  const onBodyWritten = () => void watch?.('after-dot')
  return Array.from({ length: most }, () => openSmtp(config, { onBodyWritten }))
}
