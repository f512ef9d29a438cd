import { acceptReport } from '../../bounces/accept-report.ts'
import { MAX_BYTES, parseHeaders, splitHead } from '../../bounces/mail/parse-mail.ts'
import { findAddresses } from '../../bounces/reading/split-report.ts'
import { DAY_MS } from '../../core/dates.ts'
import type { ServiceDeps } from '../../core/deps.ts'
import { readReturnAddress } from '../../subscribers/return-address.ts'
import { type OpenMailbox, withMailbox } from './mailbox-client.ts'
import { advancePosition, type MailboxPosition, mailboxPosition } from './mailbox-position.repo.ts'
import { type ImapConfig, imapServerOf } from './settings.ts'

const MAX_RUN_MS = 300_000
const FIRST_DAYS = 7
const MAX_HEAD_LENGTH = 100_000
/** In this order: the delivering server records the real recipient, but the To field only the named one. */
const RECIPIENT_FIELDS = ['delivered-to', 'x-original-to', 'envelope-to', 'to']

/**
 * Stores the emails of the BOUNCE_IMAP mailbox that arrived since the last call, oldest first; the first call reads
 * those of the last seven days. Nothing in the mailbox is marked, moved or deleted. If two processes run this, the one
 * that advances the position first continues. Returns the number of emails; 0 without BOUNCE_IMAP. Throws mailbox.*.
 */
export async function fetchMailbox(
  deps: ServiceDeps,
  { signal, maxMs = MAX_RUN_MS }: { signal?: AbortSignal; maxMs?: number } = {},
): Promise<number> {
  const server = imapServerOf(deps.config)
  if (!server) return 0
  const ending = AbortSignal.any([AbortSignal.timeout(maxMs), ...(signal ? [signal] : [])])
  let mails = 0
  const count = () => void mails++
  try {
    await withMailbox(server, {
      signal: ending,
      work: (mailbox) => readNewMails(deps, { server, mailbox, count }),
    })
  } catch (error) {
    // A timeout is no error if some emails were read: the next call reads the rest.
    if (!signal?.aborted && !(ending.aborted && mails > 0)) throw error
  }
  if (mails > 0) deps.log.info('mailbox.fetched', { mails })
  return mails
}

interface Reading {
  server: ImapConfig
  mailbox: OpenMailbox
  count(): void
}

/**
 * Stores an email before it advances the position. A crash between the two repeats one email, which its hash
 * identifies.
 */
async function readNewMails(deps: ServiceDeps, { server, mailbox, count }: Reading): Promise<void> {
  const { uidValidity } = mailbox
  const { user = '', host, port, folder } = server
  const name = `${user}@${host}:${port}/${folder}`
  const stored = await mailboxPosition(deps.db, name)
  let position = stored
  const advanceTo = async (uid: bigint): Promise<boolean> => {
    const to: MailboxPosition = { uidValidity, uid }
    const isMoved = await advancePosition(deps.db, {
      mailbox: name,
      from: position,
      to,
      at: deps.clock.now(),
    })
    position = to
    return isMoved
  }
  const goesOn = stored?.uidValidity === uidValidity
  const since = new Date(deps.clock.now().getTime() - FIRST_DAYS * DAY_MS)
  for (const uid of await (goesOn ? mailbox.numbersAbove(stored.uid) : mailbox.numbersSince(since))) {
    const raw = await mailbox.mail(uid, MAX_BYTES)
    if (raw) {
      await acceptReport(deps, { channel: 'imap', recipient: recipientOf(deps, raw), raw })
      count()
    }
    if (!(await advanceTo(uid))) return
  }
  if (!goesOn && position === stored) await advanceTo(mailbox.uidNext - 1n)
}

/** Our return address that the email was sent to; null if its header names none. */
function recipientOf({ config }: ServiceDeps, raw: Uint8Array): string | null {
  const domain = config.BOUNCE_DOMAIN
  if (!domain) return null
  const text = Buffer.from(raw.subarray(0, MAX_HEAD_LENGTH)).toString('latin1').replaceAll('\r\n', '\n')
  const headers = parseHeaders(splitHead(text).head)
  const values = RECIPIENT_FIELDS.flatMap((field) => headers.filter(({ name }) => name === field))
  const isOurs = (address: string) =>
    address.endsWith(`@${domain}`) && readReturnAddress(address, config.APP_SECRET) !== undefined
  return (
    values.flatMap(({ value }) => findAddresses(value.toLowerCase())).find((address) => isOurs(address)) ??
    null
  )
}
