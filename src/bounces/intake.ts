import type { Readable } from 'node:stream'
import { SMTPServer, type SMTPServerAddress } from 'smtp-server'
import type { ListenAddress } from '../config/setting-schemas.ts'
import type { ServiceDeps } from '../core/deps.ts'
import { errorText, Fault } from '../core/errors.ts'
import { networksOf } from '../limits/rate-limit.ts'
import { Semaphore } from '../limits/semaphore.ts'
import { isReturnAddress, readReturnAddress } from '../subscribers/return-address.ts'
import { acceptReport } from './accept-report.ts'
import { MAX_BYTES } from './mail/parse-mail.ts'
import type { Channel } from './report.repo.ts'

/** Announced size limit (RFC 1870). Only the beginning is stored if an email is larger than what we parse. */
const LARGEST_MAIL = 30_000_000
const MAX_CONNECTIONS = 50
/**
 * Of one address (/64 of IPv6): as many as Postfix opens to one destination. All addresses of its widest network
 * together get a few more, so that the others stay free when a network opens idle connections.
 */
const MAX_OF_ONE_NETWORK = { narrowest: 20, widest: 30 }
/** The end of our greeting. */
const BANNER = 'Daily Papers'
/** While it is written to the database, an email takes several times its size in memory. */
const MAX_WRITES = 2
const SILENCE_MS = 60_000
/**
 * The local part for feedback loop reports. Email to postmaster is meant for a person, and the mail server in front
 * handles it.
 */
const FEEDBACK_LOOP = 'fbl'

/**
 * Receives email for BOUNCE_DOMAIN from the operator's mail server, over LMTP (RFC 2033) or SMTP. Replies 250 once the
 * email is in the database, 451 if that fails. Returns a function that stops it. Throws config.listener.
 */
async function listenForMail(
  deps: ServiceDeps,
  { channel, address }: { channel: Extract<Channel, 'lmtp' | 'smtp'>; address: ListenAddress },
): Promise<() => Promise<void>> {
  const connections = new Connections()
  const server = new SMTPServer({
    lmtp: channel === 'lmtp',
    banner: BANNER,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    size: LARGEST_MAIL,
    maxClients: MAX_CONNECTIONS,
    socketTimeout: SILENCE_MS,
    closeTimeout: 5000,
    onConnect: ({ id, remoteAddress }, reply) => reply(connections.open(id, remoteAddress)),
    onClose: ({ id }) => connections.close(id),
    onRcptTo: ({ address: recipient }, _session, reply) => reply(refusalOf(deps, recipient)),
    onData: (stream, { envelope }, reply) => {
      storeMail(deps, channel, stream, envelope.rcptTo).then(
        () => reply(null, 'Written down'),
        (error) => {
          deps.log.error('report.refused', { channel, what: errorText(error) })
          reply(smtpError(451, '4.3.0 Cannot write it down now, try again later'))
        },
      )
    },
  })
  // Without a listener, a client that resets its connection would end this process.
  server.on('error', (error: Error) => deps.log.warn('report.refused', { channel, what: errorText(error) }))
  await listening(server, channel, address)
  return () => new Promise((closed) => server.close(() => closed()))
}

/** Counts the connections of each network. */
class Connections {
  /** The networks of each session, narrowest first. */
  readonly #open = new Map<string, string[]>()

  /** Returns the refusal of one too many. */
  open(session: string, address: string): Error | null {
    const networks = networksOf(address).map(({ prefix }) => prefix)
    const isFull =
      this.#countOf(networks[0]!) >= MAX_OF_ONE_NETWORK.narrowest ||
      this.#countOf(networks.at(-1)!) >= MAX_OF_ONE_NETWORK.widest
    if (isFull) return smtpError(421, '4.7.0 Too many connections from your network')
    this.#open.set(session, networks)
    return null
  }

  #countOf(network: string): number {
    return this.#open.values().reduce((sum, networks) => sum + Number(networks.includes(network)), 0)
  }

  close(session: string): void {
    this.#open.delete(session)
  }
}

function refusalOf({ config }: ServiceDeps, recipient: string): Error | null {
  const at = recipient.lastIndexOf('@')
  if (recipient.slice(at + 1).toLowerCase() !== config.BOUNCE_DOMAIN)
    return smtpError(550, '5.7.1 Accepts email only for the bounce domain')
  const isKnown = isReturnAddress(recipient)
    ? readReturnAddress(recipient, config.APP_SECRET) !== undefined
    : recipient.slice(0, at).toLowerCase() === FEEDBACK_LOOP
  return isKnown ? null : smtpError(550, '5.1.1 No such address here')
}

const writes = new Semaphore({ total: MAX_WRITES })

async function storeMail(
  deps: ServiceDeps,
  channel: Channel,
  stream: Readable,
  recipients: SMTPServerAddress[],
): Promise<void> {
  const raw = await beginningOf(stream)
  for (const { address } of recipients)
    await writes.withSlot(channel, () =>
      acceptReport(deps, { channel, recipient: address.toLowerCase(), raw }),
    )
}

/** Reads the whole stream, as the protocol requires, but buffers only what is stored. */
async function beginningOf(stream: Readable): Promise<Buffer> {
  const batches: Buffer[] = []
  let held = 0
  for await (const batch of stream as AsyncIterable<Buffer>) {
    if (held < MAX_BYTES) batches.push(batch.subarray(0, MAX_BYTES - held))
    held += batch.length
  }
  return Buffer.concat(batches)
}

const smtpError = (responseCode: number, message: string) =>
  Object.assign(new Error(message), { responseCode })

function listening(server: SMTPServer, channel: string, { host, port }: ListenAddress): Promise<void> {
  const setting = `BOUNCE_${channel.toUpperCase()}`
  return new Promise((resolve, reject) => {
    server.server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new Fault('config.listener', { setting, host, port, what: errorText(error) })),
    )
    server.listen(port, host, () => resolve())
  })
}

export interface Intake {
  /** Stops listening once the emails being received are complete. */
  stop(): Promise<void>
}

/** Starts the mail listeners that the settings name. Throws config.listener. */
export async function startIntake(deps: ServiceDeps): Promise<Intake> {
  const { BOUNCE_LMTP: lmtp, BOUNCE_SMTP: smtp } = deps.config
  const stops: (() => Promise<void>)[] = []
  const stop = async () => void (await Promise.all(stops.map((one) => one())))
  try {
    if (lmtp) stops.push(await listenForMail(deps, { channel: 'lmtp', address: lmtp }))
    if (smtp) stops.push(await listenForMail(deps, { channel: 'smtp', address: smtp }))
  } catch (error) {
    await stop()
    throw error
  }
  return { stop }
}
