import type { SmtpConfig } from '../../config/smtp-url.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import { endIncident, recordIncident } from '../../core/incident.repo.ts'
import type { Lane } from '../message.ts'
import { endDomainIncidents } from '../rate-limits/domain-incident.repo.ts'
import { openSmtpClient, type SmtpClient } from '../smtp/smtp-client.ts'
import { openPermits } from './permits.ts'
import { openRecorder } from './recorder.ts'
import { type Run, type RunResult, startRun } from './run.ts'
import { runSenderPool, type SenderPoolInput } from './sender-pool.ts'

export interface DrainInput extends SenderPoolInput {
  /** Once aborted: takes nothing new, finishes and records what is under way, gives the rest back. */
  signal?: AbortSignal
  /** How long, after that, answers to what is under way are waited for; 20 seconds unless said otherwise. */
  replyGraceMs?: number
  /** Called with an address of which the server says that there is no such mailbox, before that is recorded. */
  onDeadAddress?: (address: string) => Promise<void>
}

const TRANSACTIONAL_CONNECTIONS = 2
const REPLY_GRACE_MS = 20_000

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
  const turns = openPermits(deps, input.lane)
  const connections = openConnections(deps, SMTP_URL, input.lane)
  const hangUpLate = () => {
    setTimeout(
      () => connections.forEach((smtp) => void smtp.hangUp()),
      input.replyGraceMs ?? REPLY_GRACE_MS,
    ).unref()
  }
  input.signal?.addEventListener('abort', hangUpLate, { once: true })
  try {
    await turns.syncLimits()
    await runSenderPool({ deps, input, run, recorder, permits: turns, connections })
  } finally {
    input.signal?.removeEventListener('abort', hangUpLate)
    for (const smtp of connections) smtp.close()
  }
  const { stopped } = run.result
  if (stopped) deps.log.error('delivery.stopped', { lane: input.lane, reason: stopped })
  await recordStop(deps, input.lane, run)
  return run.result
}

/**
 * For the operator, who is told: a stop lasts until a run of this lane gets a mail accepted and is not stopped, what a
 * domain refused until it takes one.
 */
async function recordStop(
  { db, clock, log }: Deps,
  lane: Lane,
  { result, lastReply, acceptedDomains }: Run,
): Promise<void> {
  const name = `delivery ${lane}`
  try {
    if (result.stopped)
      await recordIncident(db, { name, what: result.stopped, said: lastReply, since: clock.now() })
    else if (result.accepted > 0) await endIncident(db, name)
    if (acceptedDomains.size > 0) await endDomainIncidents(db, acceptedDomains)
  } catch (error) {
    log.error('database.error', { what: errorText(error) })
  }
}

function openConnections({ onFailpoint }: Deps, config: SmtpConfig, lane: Lane): SmtpClient[] {
  const count =
    lane === 'answers' ? Math.min(TRANSACTIONAL_CONNECTIONS, config.connections) : config.connections
  const onBodyWritten = () => void onFailpoint?.('after-dot')
  return Array.from({ length: count }, () => openSmtpClient(config, { onBodyWritten }))
}
