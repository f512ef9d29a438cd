import type { NewBounce } from '../../src/bounces/bounce.repo.ts'
import { type Channel, endReport, insertReport } from '../../src/bounces/report.repo.ts'
import type { Database } from '../../src/core/database/database.ts'

export interface Came extends Partial<Omit<NewBounce, 'at'>> {
  channel?: Channel
  isRead?: boolean
}

const NO_MAILBOX = { class: 'dead', status: '5.1.1', reply: '550 5.1.1 not here', sure: true } as const

let mails = 0

/** A report that came at an instant and waits to be read; no two are alike. Returns its number. */
export async function leaveReport(db: Database, at: Date, channel: Channel = 'lmtp'): Promise<number> {
  const raw = Buffer.from(`report ${++mails}`)
  await insertReport(db, { channel, recipient: 'b+token@bounce.example', raw, at })
  return (await db.report.findFirstOrThrow({ orderBy: { id: 'desc' } })).id
}

/** What a report said that came at an instant and was read: of a mailbox that is not there, unless said otherwise. */
export async function cameBack(
  db: Database,
  at: Date,
  { channel, isRead = true, ...said }: Came,
): Promise<number> {
  const id = await leaveReport(db, at, channel)
  const row: NewBounce = {
    ...NO_MAILBOX,
    at,
    domain: 'y.example',
    foundBy: said.messageId ? 'token' : null,
    messageId: null,
    subscriberId: null,
    effect: 'nothing',
    ...said,
  }
  await endReport(db, { id, state: isRead ? 'read' : 'unreadable', now: at, bounces: [row] })
  return id
}

/** What came back for a message that is there, by default its digest. */
export async function messageCameBack(
  db: Database,
  at: Date,
  said: Came = {},
  where: { id?: string; kind?: string } = { kind: 'digest' },
): Promise<void> {
  const message = await db.message.findFirstOrThrow({ where, orderBy: { datedAt: 'desc' } })
  const { id: messageId, subscriberId } = message
  await cameBack(db, at, { messageId, subscriberId, ...said })
}
