import type { ImapFlow, ImapFlowError } from 'imapflow'
import { DAY_MS } from '../../core/dates.ts'
import { errorText, Fault } from '../../core/errors.ts'
import { MailboxFault } from './mailbox-fault.ts'
import type { ImapConfig } from './settings.ts'

export interface OpenMailbox {
  uidValidity: bigint
  /** The UID of the next email to arrive, or a lower bound of it. */
  uidNext: bigint
  /** UIDs above `uid`, ascending. */
  numbersAbove(uid: bigint): Promise<bigint[]>
  /** UIDs of emails that arrived at `instant` or later by the server's clock, ascending. */
  numbersSince(instant: Date): Promise<bigint[]>
  /** Up to the first `most` bytes of an email; null if it was deleted. */
  mail(uid: bigint, most: number): Promise<Uint8Array | null>
}

const CONNECT_MS = 10_000
const SILENCE_MS = 30_000
/** Far larger than the part of an email that we fetch. */
const MAX_RESPONSE_BYTES = 10_000_000
const MAX_IN_A_COMMAND = 500

/**
 * Opens a folder read-only: nothing is marked or moved. The connection closes when `work` ends or `signal` aborts.
 * Throws mailbox.*, and whatever `work` throws.
 */
export async function withMailbox<T>(
  server: ImapConfig,
  { signal, work }: { signal: AbortSignal; work: (mailbox: OpenMailbox) => Promise<T> },
): Promise<T> {
  const { ImapFlow } = await import('imapflow')
  const client = new ImapFlow(optionsOf(server))
  const losses: unknown[] = []
  client.on('error', (error: unknown) => losses.push(error)) // pending commands reject as well
  /** Converts errors of the connection to mailbox.*; errors of other work are unchanged. */
  const nameErrors = <T>(asking: Promise<T>): Promise<T> =>
    asking.catch((error) => Promise.reject(faultOf(losses[0] ?? error, server)))
  const close = () => client.close()
  signal.addEventListener('abort', close)
  try {
    if (signal.aborted) throw new MailboxFault('mailbox.unreachable', { what: 'no time' })
    await nameErrors(client.connect())
    const { uidValidity, uidNext } = await nameErrors(openFolder(client, server.folder))
    return await work({
      uidValidity,
      uidNext: BigInt(uidNext),
      numbersAbove: (uid) => nameErrors(numbersAbove(client, uid)),
      numbersSince: (instant) => nameErrors(numbersSince(client, instant)),
      async mail(uid, most) {
        const query = { uid: true, source: { maxLength: most } }
        const found = await nameErrors(client.fetchOne(String(uid), query, { uid: true }))
        return found ? (found.source?.subarray(0, most) ?? null) : null
      },
    })
  } finally {
    signal.removeEventListener('abort', close)
    client.close()
  }
}

const optionsOf = ({ host, port, implicitTls, user = '', password = '', tls }: ImapConfig) => ({
  host,
  port,
  secure: implicitTls,
  ...(!implicitTls && { doSTARTTLS: tls === 'off' ? false : tls === 'any' ? undefined : true }),
  tls: { rejectUnauthorized: tls === 'verify' },
  auth: { user, pass: password },
  logger: false as const,
  disableAutoIdle: true,
  disableBinary: true, // BINARY returns other bytes than were delivered
  connectionTimeout: CONNECT_MS,
  greetingTimeout: CONNECT_MS,
  socketTimeout: SILENCE_MS,
  maxLiteralSize: MAX_RESPONSE_BYTES,
  maxResponseSize: 2 * MAX_RESPONSE_BYTES,
})

async function openFolder(client: ImapFlow, folder: string) {
  try {
    return await client.mailboxOpen(folder, { readOnly: true })
  } catch (cause) {
    const { responseStatus, responseText } = cause as ImapFlowError
    if (responseStatus !== 'NO') throw cause
    throw new MailboxFault('mailbox.no-folder', { folder, what: responseText ?? errorText(cause) }, { cause })
  }
}

async function numbersAbove(client: ImapFlow, uid: bigint): Promise<bigint[]> {
  // "7:*" also matches the last email if its UID is 5.
  const found = await client.search({ uid: `${uid + 1n}:*` }, { uid: true })
  return numbersOf(found).filter((number) => number > uid)
}

async function numbersSince(client: ImapFlow, instant: Date): Promise<bigint[]> {
  // The server compares dates in its own time zone.
  const found = await client.search({ since: new Date(instant.getTime() - DAY_MS) }, { uid: true })
  const numbers = numbersOf(found)
  const since: bigint[] = []
  // Servers accept commands of up to 64 KB.
  for (let from = 0; from < numbers.length; from += MAX_IN_A_COMMAND) {
    const some = numbers.slice(from, from + MAX_IN_A_COMMAND).join(',')
    const mails = await client.fetchAll(some, { uid: true, internalDate: true }, { uid: true })
    for (const { uid, internalDate } of mails)
      if (internalDate && new Date(internalDate) >= instant) since.push(BigInt(uid))
  }
  return since.sort(byNumber)
}

/** The library returns false if the server rejected the search. */
function numbersOf(found: number[] | false | undefined): bigint[] {
  if (!found) throw new Error('the search was refused')
  return found.map(BigInt).sort(byNumber)
}

const byNumber = (one: bigint, other: bigint): number => Number(one - other)

function faultOf(error: unknown, { user = '' }: ImapConfig): Fault {
  if (error instanceof Fault) return error
  const { responseText, code, authenticationFailed } = error as ImapFlowError
  // The server's text may contain the user name.
  const said = (responseText ?? errorText(error)).replaceAll(user || '\0', '[user]')
  const what = code ? `${said} (${code})` : said
  const kind = authenticationFailed ? 'mailbox.refused' : 'mailbox.unreachable'
  return new MailboxFault(kind, { what }, { cause: error })
}
