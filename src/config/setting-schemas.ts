import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { z } from 'zod'
import { parseDay } from '../core/dates.ts'
import { undefinedIfFault } from '../core/errors.ts'

const SECRET_BYTES = 32
const PASSWORD_CHARACTERS = 12

export const SECRET_DESCRIPTION = `${SECRET_BYTES} bytes or more, for example from: openssl rand -base64 32`

// Each message says what the setting takes, and begins in the middle of a sentence.

export const integerBetween = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `a whole number from ${min} to ${max}`)

export const oneOf = <const T extends string>(...values: T[]) =>
  z.enum(values, { error: `one of: ${values.join(', ')}` })

/** For a transform: `fail` says what the setting takes, and returns what zod takes for no value. */
export const failIn = (context: z.RefinementCtx) => (message: string) => {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}

export const splitList = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

export const httpUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'an address that begins with https:// or http://',
  )
  .transform((text) => text.replace(/\/+$/, ''))

/** The start of every link: nothing after the host, where the path of a link goes, and no secret before it. */
export const siteUrl = httpUrl.refine(isOrigin, {
  error: 'only scheme and host, such as https://papers.example.org: no path, query, user or password',
})

function isOrigin(text: string): boolean {
  const { username, password, pathname } = new URL(text)
  return !username && !password && pathname === '/' && !/[?#]/.test(text)
}

/** In lower case, as an A-label. */
export const domainName = z
  .string()
  .transform((text) => domainToASCII(text.trim().replace(/^@/, '')))
  .refine((text) => /^[^\s@.]+(\.[^\s@.]+)+$/.test(text), 'a domain such as bounce.papers.example.org')

/** Address and port of a listener; only on this machine unless a host is named. */
export interface ListenAddress {
  host: string
  port: number
}

const LISTEN_DESCRIPTION = 'a port such as 2424, only on this machine; or host:port'

export const listenAddress = z.string().transform((text, context): ListenAddress => {
  const [, host = '127.0.0.1', digits = ''] = /^(?:(\[[^\]]+\]|[^\s:]+):)?(\d{1,5})$/.exec(text.trim()) ?? []
  const port = Number(digits)
  if (digits !== '' && port <= 65_535) return { host: host.replace(/^\[|\]$/g, ''), port }
  return failIn(context)(LISTEN_DESCRIPTION)
})

export const daySetting = z
  .string()
  .refine((text) => undefinedIfFault(() => parseDay(text)) !== undefined, 'a date such as 2026-11-24')

export interface DomainRates {
  /** For a domain that is not named; absent: no limit. */
  each?: number
  domains: ReadonlyMap<string, number>
}

const MAX_PER_SECOND = 10_000
const RATES_DESCRIPTION = `emails a second to one domain, above 0 and up to ${MAX_PER_SECOND}, such as 20, or 20,gmail.com=50,lab.example=2.5`

export const domainRates = z.string().transform((text, context): DomainRates => {
  const domains = new Map<string, number>()
  let each: number | undefined
  const fail = (what: string) => failIn(context)(`${RATES_DESCRIPTION}: ${what}`)
  for (const part of splitList(text)) {
    const { domain, rate = '' } =
      part.match(/^(?:(?<domain>[^\s=@]+\.[^\s=@]+)\s*=\s*)?(?<rate>\d+(?:\.\d+)?)$/)?.groups ?? {}
    if (!(Number(rate) > 0 && Number(rate) <= MAX_PER_SECOND)) return fail(`"${part}" is not a valid rate`)
    const isDuplicate = domain ? domains.has(domain.toLowerCase()) : each !== undefined
    if (isDuplicate) return fail(`"${part}" is the second rate for ${domain ?? 'every domain'}`)
    if (domain) domains.set(domain.toLowerCase(), Number(rate))
    else each = Number(rate)
  }
  return { each, domains }
})

/** Blanks around the value are removed. */
export const oneLineSetting = (takes: string) =>
  z
    .string()
    .transform((text) => text.trim())
    .refine((text) => /^\P{Cc}+$/u.test(text), takes)

export const databaseUrl = z
  .string()
  .refine(
    (text) => text === 'embedded' || /^postgres(ql)?:\/\//.test(text),
    'postgresql://… or the word embedded',
  )
  .refine(
    (text) => text === 'embedded' || URL.canParse(text),
    'postgresql://user:password@host:port/database, a port up to 65535, and in the password / ? # @ : % as %2F %3F %23 %40 %3A %25',
  )

export const secret = z.string().refine((text) => Buffer.byteLength(text) >= SECRET_BYTES, SECRET_DESCRIPTION)

/** A password that a person types and a program may try to guess: shorter than a secret, but never short. */
export const password = z
  .string()
  .refine(
    (text) => [...text].length >= PASSWORD_CHARACTERS,
    `${PASSWORD_CHARACTERS} characters or more, for example from: openssl rand -base64 12`,
  )

export const emailAddress = z.email({ error: 'one email address such as papers@example.org' })

/** A proxy as Fastify accepts it: an address, a network, or a name for some networks. */
export function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
  const [address = '', bits = '0', ...more] = text.split('/')
  const version = isIP(address)
  return version > 0 && /^\d+$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128) && more.length === 0
}

/** With such a network, any client could claim any address. */
export const isWholeInternet = (proxy: string): boolean => /\/0+$/.test(proxy)
