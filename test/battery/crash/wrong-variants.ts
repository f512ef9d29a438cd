import type { Deps } from '../../../src/core/deps.ts'
import type { TakenMessage } from '../../../src/mail/message.ts'
import { recordAcceptances } from '../../../src/mail/outbox/acceptance.repo.ts'
import { leaseBatch, releaseBatch } from '../../../src/mail/outbox/batch.repo.ts'
import { takeMessages } from '../../../src/mail/outbox/message.repo.ts'
import { openSmtpClient, type SmtpClient } from '../../../src/mail/smtp/smtp-client.ts'
import { plainMail } from '../bench/plain-mail.ts'

/** Three wrong ways to send messages. Only the battery runs them, to show that it would detect them. */
export const WRONG_VARIANTS = {
  /** Sends a batch of a hundred, then records it: after a kill in between all of it is sent again. */
  'records-per-batch': async (deps: Deps, connections: SmtpClient[], batch: TakenMessage[]) => {
    const sent: TakenMessage[] = []
    await overConnections(connections, batch, async (smtp, message) => {
      await send(smtp, message)
      sent.push(message)
    })
    await accept(deps, sent)
  },
  /** Records each message, then sends it: a kill in between loses it. */
  'records-before-sending': (deps: Deps, connections: SmtpClient[], batch: TakenMessage[]) =>
    overConnections(connections, batch, async (smtp, message) => {
      await accept(deps, [message])
      await send(smtp, message)
    }),
  /** Records a whole batch before it sends it: a kill in between loses the rest. */
  'records-at-lease': async (deps: Deps, connections: SmtpClient[], batch: TakenMessage[]) => {
    await accept(deps, batch)
    await overConnections(connections, batch, send)
  },
}

export type WrongVariant = keyof typeof WRONG_VARIANTS

/** What is wrong with each, after "a worker that". */
export const FAULTS_OF_VARIANTS: Record<WrongVariant, string> = {
  'records-per-batch': 'sends a whole batch, then records it',
  'records-before-sending': 'records each email before it sends it',
  'records-at-lease': 'records a whole batch as sent when it leases it',
}

const BATCH = 100

/** Drains lane bulk with a wrong variant. */
export async function drainWrongly(deps: Deps, variant: WrongVariant, owner: string): Promise<void> {
  const { db, clock, config, onFailpoint } = deps
  const smtp = config.SMTP_URL!
  const onBodyWritten = () => void onFailpoint?.('after-dot')
  const connections = Array.from({ length: smtp.connections }, () => openSmtpClient(smtp, { onBodyWritten }))
  const lease = {
    lane: 'bulk',
    owner,
    leaseSeconds: config.LEASE_SECONDS,
    whenUncertain: 'retry',
  } as const
  for (;;) {
    const batch = await leaseBatch(db, { ...lease, now: clock.now() })
    if (!batch) break
    for (;;) {
      const take = { batch: batch.id, owner, now: clock.now(), limit: BATCH }
      const { taken } = await takeMessages(db, take)
      if (taken.length === 0) break
      await WRONG_VARIANTS[variant](deps, connections, taken)
    }
    await releaseBatch(db, { batch: batch.id, owner, now: clock.now() })
  }
  for (const connection of connections) connection.close()
}

async function overConnections(
  connections: SmtpClient[],
  batch: TakenMessage[],
  work: (smtp: SmtpClient, message: TakenMessage) => Promise<void>,
): Promise<void> {
  const waiting = [...batch]
  const serve = async (smtp: SmtpClient) => {
    for (let message = waiting.shift(); message; message = waiting.shift()) await work(smtp, message)
  }
  await Promise.all(connections.map(serve))
}

async function send(smtp: SmtpClient, message: TakenMessage): Promise<void> {
  const result = await smtp.send(await plainMail(message))
  if (!result.accepted) throw new Error(result.reply)
}

const accept = ({ db, clock }: Deps, messages: TakenMessage[]): Promise<void> =>
  recordAcceptances(
    db,
    messages.map(({ id, localDate }) => ({ messageId: id, localDate, at: clock.now(), reply: '250 ok' })),
  )
