import type { SmtpConfig } from '../../config/mail-urls.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import type { Lane } from '../message.ts'
import { openSmtpClient, type SmtpClient } from '../smtp/smtp-client.ts'
import { claimProbe, countMissingReplies } from './missing-replies.repo.ts'
import { openPermits } from './permits.ts'
import { openRecorder } from './recorder.ts'
import { type RunResult, startRun } from './run.ts'
import { runSenderPool, type SenderPoolInput } from './sender-pool.ts'
import { recordStop } from './server-watch.ts'

export interface DrainInput extends SenderPoolInput {
  /** If it aborts, drain takes nothing new, finishes and records emails in progress, and releases the rest. */
  signal?: AbortSignal
  /** How long to wait after that for replies to emails in progress; 20 seconds by default. */
  replyGraceMs?: number
  /** Called with an address if the server replies that there is no such mailbox, before that is recorded. */
  onDeadAddress?: (address: string) => Promise<void>
}

const TRANSACTIONAL_CONNECTIONS = 2
const REPLY_GRACE_MS = 20_000

/**
 * Sends all ready messages of a lane to the mail server, over the lane's own connections, until none is left. It also
 * waits for batches of other workers, which may die, and for domains with a low send rate. Each acceptance is recorded
 * before the next body begins on its connection.
 */
export async function drain(deps: Deps, input: DrainInput): Promise<RunResult> {
  const { SMTP_URL, SENDING } = deps.config
  if (!SMTP_URL || SENDING === 'off') return startRun().result
  const run = startRun(input.signal, await countMissingReplies(deps.db, input.lane))
  if (run.isProbe && !(await claimProbe(deps.db, input.lane, deps.clock.now()))) {
    run.stop('unanswered')
    return run.result
  }
  const permits = openPermits(deps, input.lane)
  const connections = openConnections(deps, SMTP_URL, { lane: input.lane, isProbe: run.isProbe })
  const shared = { connections: connections.length, onRateChange: permits.refresh }
  const recorder = openRecorder(deps, { ...input, ...shared }, run)
  const hangUpLate = () => {
    setTimeout(
      () => connections.forEach((smtp) => void smtp.hangUp()),
      input.replyGraceMs ?? REPLY_GRACE_MS,
    ).unref()
  }
  input.signal?.addEventListener('abort', hangUpLate, { once: true })
  try {
    await permits.syncLimits()
    await runSenderPool({ deps, input, run, recorder, permits, connections })
  } finally {
    input.signal?.removeEventListener('abort', hangUpLate)
    for (const smtp of connections) smtp.close()
  }
  const { stopped } = run.result
  if (stopped) deps.log.error('delivery.stopped', { lane: input.lane, reason: stopped })
  await recordStop(deps, input.lane, run)
  // After a reply to a probe, the rest goes without waiting for the next minute.
  if (run.isProbe && !stopped)
    await input.onMoreReady?.().catch((error) => deps.log.error('nudge.failed', { what: errorText(error) }))
  return run.result
}

function openConnections(
  { onFailpoint }: Deps,
  config: SmtpConfig,
  { lane, isProbe }: { lane: Lane; isProbe: boolean },
): SmtpClient[] {
  const max = lane === 'transactional' ? TRANSACTIONAL_CONNECTIONS : Number.POSITIVE_INFINITY
  const count = isProbe ? 1 : Math.min(max, config.connections)
  const onBodyWritten = () => void onFailpoint?.('after-dot')
  return Array.from({ length: count }, () => openSmtpClient(config, { onBodyWritten }))
}
