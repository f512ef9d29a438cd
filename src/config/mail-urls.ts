import { isIP } from 'node:net'
import { z } from 'zod'
import { undefinedIfThrown } from '../core/errors.ts'
import { failIn, integerBetween, oneOf } from './setting-schemas.ts'

const DESCRIPTION =
  'smtp://host:port or smtps://host:port; in the query: connections, mails, rate, timeout, tls'
const PASSWORD_DESCRIPTION =
  'a user and password in which / ? # @ : % are written as %2F %3F %23 %40 %3A %25; or leave both out and set SMTP_USER and SMTP_PASSWORD, which need no encoding'

export interface MailServer {
  host: string
  port: number
  /** TLS from the first byte (smtps, imaps). */
  implicitTls: boolean
  user?: string
  password?: string
  /** require accepts any certificate; any also accepts a connection without TLS. */
  tls: 'require' | 'verify' | 'any' | 'off'
}

export interface SmtpConfig extends MailServer {
  connections: number
  mails: number
  /** How long the server may be silent, and take to reply to an email; shorter limits shrink with it. */
  timeoutSeconds: number
  /** Messages a second over all processes; absent: no limit. */
  rate?: number
  /** The name in EHLO: the host of the site; absent if it has none on the internet. */
  clientName?: string
}

export const tlsMode = oneOf('require', 'verify', 'any', 'off').optional()

const smtpQuery = z.strictObject({
  connections: integerBetween(1, 100).default(4),
  mails: integerBetween(1, 10_000).default(100),
  rate: integerBetween(1, 10_000).optional(),
  timeout: integerBetween(1, 3600).default(600),
  tls: tlsMode,
})

/** A connection to it does not leave this machine. */
export const isLoopback = (host: string): boolean => /^(localhost$|\[?::1\]?$|127\.)/.test(host)

export const smtpUrl = z.string().transform((text, context): SmtpConfig => {
  const fail = failIn(context)
  if (!/^smtps?:\/\//.test(text)) return fail(DESCRIPTION)
  if (hasUnencodedPassword(text)) return fail(PASSWORD_DESCRIPTION)
  if (!URL.canParse(text)) return fail(DESCRIPTION)
  const url = new URL(text)
  if (!url.hostname || url.hash || !['', '/'].includes(url.pathname)) return fail(DESCRIPTION)
  const login = loginOf(url)
  if (!login) return fail(PASSWORD_DESCRIPTION)
  const query = smtpQuery.safeParse(Object.fromEntries(url.searchParams))
  if (!query.success) return fail(`${DESCRIPTION} (${issuesText(query.error)})`)
  const { timeout: timeoutSeconds, tls, ...limits } = query.data
  return { ...serverOf(url, { 'smtps:': 465, 'smtp:': 587 }, tls), ...login, ...limits, timeoutSeconds }
})

/** `defaultPorts`: by protocol, with its colon. */
export const serverOf = (
  { protocol, hostname, port }: URL,
  defaultPorts: Record<string, number>,
  tls: MailServer['tls'] | undefined,
): MailServer => ({
  host: hostname.replace(/^\[|\]$/g, ''),
  port: Number(port) || defaultPorts[protocol]!,
  implicitTls: /^(smtps|imaps):$/.test(protocol),
  tls: tls ?? (isLoopback(hostname) ? 'any' : 'verify'),
})

/** True if an @ follows the host: an unencoded / ? or # in the password ended the host too early. */
const hasUnencodedPassword = (text: string): boolean => /^smtps?:\/\/[^/?#]*[/?#].*@/.test(text)

/** Undefined if a % in it is no encoding. */
export const loginOf = ({ username, password }: URL): Login | undefined =>
  undefinedIfThrown(() => ({
    user: decodeURIComponent(username) || undefined,
    password: decodeURIComponent(password) || undefined,
  }))

/** Settings of their own override the user and password in the URL. */
export const withLogin = <T extends Login>(
  server: T | undefined,
  user: string | undefined,
  password: string | undefined,
): T | undefined => server && { ...server, user: user ?? server.user, password: password ?? server.password }

/** With the host of the site as its name in EHLO, if that is the name of a host on the internet. */
export function withClientName(server: SmtpConfig | undefined, baseUrl: string): SmtpConfig | undefined {
  const { hostname } = new URL(baseUrl)
  const isName = hostname.includes('.') && !isIP(hostname)
  return server && isName ? { ...server, clientName: hostname } : server
}

type Login = Pick<SmtpConfig, 'user' | 'password'>

export const issuesText = ({ issues }: z.ZodError): string =>
  issues
    .map((issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown: ${issue.keys.join(', ')}`
        : `${issue.path.join('.')}: ${issue.message}`,
    )
    .join('; ')
