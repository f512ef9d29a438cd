import type { ImapConfig } from '../config/imap-url.ts'
import { DAY_MS } from '../core/dates.ts'
import type { ServiceDeps } from '../core/deps.ts'
import { readReturnAddress } from '../subscribers/return-address.ts'
import { acceptReport } from './accept-report.ts'
import { parseHeaders, splitHead } from './mail/headers.ts'
import { type OpenMailbox, withMailbox } from './mail/mailbox-client.ts'
import { MAX_BYTES } from './mail/parse-mail.ts'
import { advancePosition, type MailboxPosition, mailboxPosition } from './mailbox-position.repo.ts'
import { findAddresses } from './reading/address.ts'

const MAX_RUN_MS = 300_000
const FIRST_DAYS = 7
const MAX_HEAD_LENGTH = 100_000
/** In this order: who delivers a mail says for whom it was, and the mail itself only whom it names. */
const RECIPIENT_FIELDS = ['delivered-to', 'x-original-to', 'envelope-to', 'to']

/**
 * Writes down the mails of BOUNCE_IMAP that came since the last time, the oldest first; the first time, those of seven days.
 * Nothing there is marked, moved or deleted. Of two processes, the one that moves the place on first goes on. Returns how
 * many; 0 without BOUNCE_IMAP. Throws mailbox.*.
 */
export async function fetchMailbox(
  deps: ServiceDeps,
  { signal, longestMs = MAX_RUN_MS }: { signal?: AbortSignal; longestMs?: number } = {},
): Promise<number> {
  const server = deps.config.BOUNCE_IMAP
  if (!server) return 0
  const ending = AbortSignal.any([AbortSignal.timeout(longestMs), ...(signal ? [signal] : [])])
  let mails = 0
  const count = () => void mails++
  try {
    await withMailbox(server, {
      signal: ending,
      work: (mailbox) => readNewMails(deps, { server, mailbox, count }),
    })
  } catch (error) {
    // What is left waits for the next time, unless nothing ever came.
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

/** A mail is kept before the place moves past it: a crash between the two repeats one, which is known by its hash then. */
async function readNewMails(deps: ServiceDeps, { server, mailbox, count }: Reading): Promise<void> {
  const { uidValidity } = mailbox
  const name = nameOf(server)
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
  for (const uid of await (goesOn ? mailbox.numbersAbove(stored.uid) : firstNumbers(deps, mailbox))) {
    const raw = await mailbox.mail(uid, MAX_BYTES)
    if (raw) {
      await acceptReport(deps, { way: 'imap', recipient: recipientOf(deps, raw), raw })
      count()
    }
    if (!(await advanceTo(uid))) return
  }
  if (!goesOn && position === stored) await advanceTo(mailbox.uidNext - 1n)
}

const firstNumbers = ({ clock }: ServiceDeps, mailbox: OpenMailbox): Promise<bigint[]> =>
  mailbox.numbersSince(new Date(clock.now().getTime() - FIRST_DAYS * DAY_MS))

const nameOf = ({ user = '', host, port, folder }: ImapConfig): string => `${user}@${host}:${port}/${folder}`

/** The return address of ours that the mail was for; null where its head names none. */
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
