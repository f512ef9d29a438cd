import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { isZone, WEEKDAYS } from './platform/dates.ts'
import { Fault } from './platform/errors.ts'

const SECRET_BYTES = 32
const SECRETS = [
  'DATABASE_URL',
  'SMTP_URL',
  'SMTP_USER',
  'SMTP_PASSWORD',
  'APP_SECRET',
  'SUPPRESSION_KEY',
  'ADMIN_PASSWORD',
  'API_TOKEN',
]
const REQUIRED_IN_PRODUCTION = [
  'DATABASE_URL',
  'SMTP_URL',
  'BASE_URL',
  'APP_SECRET',
  'SUPPRESSION_KEY',
  'MAIL_FROM',
  'POSTAL_ADDRESS',
] as const

// Known to everybody, so good for nothing but trying things out.
const DEVELOPMENT_SECRET = 'development-only-secret-of-32-bytes!'

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `a whole number from ${least} to ${most}`)

const oneOf = <const T extends string>(...values: T[]) =>
  z.enum(values, { error: `one of: ${values.join(', ')}` })

const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

const webAddress = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'an address that begins with https:// or http://',
  )
  .transform((text) => text.replace(/\/+$/, ''))

const databaseUrl = z
  .string()
  .refine(
    (text) => text === 'embedded' || /^postgres(ql)?:\/\//.test(text),
    'postgresql://… or the word embedded',
  )

const secret = z
  .string()
  .refine(
    (text) => Buffer.byteLength(text) >= SECRET_BYTES,
    `${SECRET_BYTES} bytes or more, for example from: openssl rand -base64 32`,
  )

const plainAddress = z.email({ error: 'one e-mail address such as papers@example.org' })

/** What Fastify takes: an address, a network, or a name for some of them. */
function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
  const [address = '', bits = '0', ...more] = text.split('/')
  const version = isIP(address)
  return version > 0 && /^\d+$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128) && more.length === 0
}

const SMTP_SENTENCE = 'smtp://host:port or smtps://host:port; in the query: connections, rate, tls, transport'

/** Everything about the mail server that SMTP_URL says. */
export interface SmtpConfig {
  host: string
  port: number
  /** TLS from the first byte (smtps). */
  implicitTls: boolean
  user?: string
  password?: string
  connections: number
  /** Messages a second over all processes; absent: no limit. */
  rate?: number
  tls: 'require' | 'verify' | 'any' | 'off'
}

const smtpQuery = z.strictObject({
  connections: wholeNumber(1, 100).default(4),
  rate: wholeNumber(1, 10_000).optional(),
  tls: oneOf('require', 'verify', 'any', 'off').optional(),
  transport: oneOf('pool').optional(),
})

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127\./.test(host)

const smtpUrl = z.string().transform((text, context): SmtpConfig => {
  const fail = (message: string) => {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  if (!URL.canParse(text)) return fail(SMTP_SENTENCE)
  const url = new URL(text)
  if (!/^smtps?:$/.test(url.protocol) || !url.hostname) return fail(SMTP_SENTENCE)
  const query = smtpQuery.safeParse(Object.fromEntries(url.searchParams))
  if (!query.success)
    return fail(
      `${SMTP_SENTENCE} (${query.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')})`,
    )
  const { connections, rate, tls } = query.data
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (url.protocol === 'smtps:' ? 465 : 587),
    implicitTls: url.protocol === 'smtps:',
    user: url.username ? decodeURIComponent(url.username) : undefined,
    password: url.password ? decodeURIComponent(url.password) : undefined,
    connections,
    rate,
    tls: tls ?? (isLoopback(url.hostname) ? 'any' : 'verify'),
  }
})

const settings = z.object({
  NODE_ENV: z.string().optional(),
  DATABASE_URL: databaseUrl.default('embedded'),
  DATA_DIR: z.string().default('.data'),
  SMTP_URL: smtpUrl.optional(),
  SMTP_USER: z.string().optional(),
  SMTP_PASSWORD: z.string().optional(),
  BASE_URL: webAddress.optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(3000),
  APP_SECRET: z
    .string()
    .default(DEVELOPMENT_SECRET)
    .transform(list)
    .refine(
      (secrets) => secrets.length > 0 && secrets.every((one) => secret.safeParse(one).success),
      `${SECRET_BYTES} bytes or more each, newest first, split by commas`,
    ),
  SUPPRESSION_KEY: secret.default(DEVELOPMENT_SECRET),
  MAIL_FROM: plainAddress.default('papers@localhost.example'),
  MAIL_FROM_NAME: z.string().default('Daily Papers'),
  REPLY_TO: plainAddress.optional(),
  POSTAL_ADDRESS: z
    .string()
    .min(1, 'a postal address, on one line')
    .default('No postal address set (development)'),
  SITE_NAME: z.string().default('Daily Papers'),
  PRIVACY_URL: webAddress.optional(),
  // Nothing takes in what would come back to it.
  BOUNCE_DOMAIN: z.string().max(0, 'nothing in this release, which does not read bounces').optional(),
  DKIM_DOMAIN: z.string().optional(),
  DKIM_SELECTOR: z.string().optional(),
  DKIM_KEY_FILE: z.string().optional(),
  OPERATOR_EMAIL: plainAddress.optional(),
  SOURCES: z
    .string()
    .default('huggingface')
    .transform(list)
    .refine(
      (names) => names.length > 0 && names.every((name) => name === 'huggingface'),
      'huggingface, the only source in this release',
    ),
  HF_URL: webAddress.default('https://huggingface.co'),
  DIGEST_HOUR: wholeNumber(0, 23).default(8),
  DIGEST_ZONE: z.string().default('UTC').refine(isZone, 'a time zone such as Europe/Paris, or UTC'),
  DIGEST_DAYS: z
    .string()
    .default('mon,tue,wed,thu,fri')
    .transform(list)
    .pipe(z.array(oneOf(...WEEKDAYS)).min(1, `a comma list of: ${WEEKDAYS.join(', ')}`)),
  DIGEST_MAX: wholeNumber(1, 25).default(15),
  SIGNUP: oneOf('open', 'closed').default('open'),
  SIGNUP_DOMAINS: z.string().default('').transform(list),
  WHEN_UNCERTAIN: oneOf('retry', 'hold').default('retry'),
  SENDING: oneOf('on', 'off').default('on'),
  KEEP_DAYS: wholeNumber(14, 3650).default(90),
  TRUST_PROXY: z
    .string()
    .default('')
    .transform(list)
    .refine(
      (proxies) => proxies.every(isProxy),
      'a comma list of addresses, networks such as 10.0.0.0/8, loopback, linklocal, uniquelocal',
    ),
  ADMIN_PASSWORD: z.string().optional(),
  API_TOKEN: z.string().optional(),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'),
  CLOCK_NOW: z
    .string()
    .refine((text) => !Number.isNaN(Date.parse(text)), 'an instant such as 2026-11-24T08:00:00Z')
    .transform((text) => new Date(text))
    .optional(),
  LEASE_SECONDS: wholeNumber(1, 3600).default(45),
  LEASE_RENEW_SECONDS: wholeNumber(1, 3600).default(10),
})

type Settings = z.infer<typeof settings>

export interface Config extends Omit<Settings, 'BASE_URL' | 'SMTP_USER' | 'SMTP_PASSWORD'> {
  BASE_URL: string
  production: boolean
}

type Environment = Record<string, string | undefined>

/** The environment, with what `.env` in the working folder adds to it. The only reader of process.env. */
export function readEnvironment({ dotEnv = true } = {}): Environment {
  return { ...(dotEnv && readDotEnv()), ...process.env }
}

function readDotEnv(): Environment {
  try {
    return parseEnv(readFileSync('.env', 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

/** Throws config.invalid, which names every setting that is wrong and what it takes. */
export function readConfig(environment: Environment): Config {
  const faults: string[] = []
  const values = withSecretFiles(environment, faults)
  const parsed = settings.safeParse(values)
  if (!parsed.success) {
    for (const issue of parsed.error.issues)
      faults.push(`${issue.path[0]?.toString()}: takes ${issue.message}`)
  }
  faults.push(...faultsBetweenSettings(values))
  if (faults.length > 0 || !parsed.success) {
    throw new Fault('config.invalid', {
      count: faults.length,
      list: faults.map((fault) => `  ${fault}`).join('\n'),
    })
  }
  return finish(parsed.data)
}

// An empty value in an env file means "not set".
function withSecretFiles(environment: Environment, faults: string[]): Environment {
  const values = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  for (const name of SECRETS) {
    const file = values[`${name}_FILE`]
    if (!file) continue
    if (values[name]) faults.push(`${name}: set it or ${name}_FILE, not both`)
    try {
      values[name] = readFileSync(file, 'utf8').trim()
    } catch {
      faults.push(`${name}_FILE: takes the path of a file that can be read`)
    }
  }
  return values
}

function faultsBetweenSettings(values: Environment): string[] {
  const faults: string[] = []
  const dkim = ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_KEY_FILE'].filter((name) => values[name])
  if (dkim.length > 0 && dkim.length < 3)
    faults.push('DKIM_DOMAIN, DKIM_SELECTOR, DKIM_KEY_FILE: set all three or none')
  if (values.NODE_ENV === 'production') faults.push(...faultsInProduction(values))
  return faults
}

function faultsInProduction(values: Environment): string[] {
  const faults = REQUIRED_IN_PRODUCTION.filter((name) => !values[name]).map(
    (name) => `${name}: required in production`,
  )
  if (values.BASE_URL && !values.BASE_URL.startsWith('https://'))
    faults.push('BASE_URL: takes an address that begins with https:// in production')
  for (const name of ['APP_SECRET', 'SUPPRESSION_KEY']) {
    if (values[name]?.includes(DEVELOPMENT_SECRET))
      faults.push(`${name}: takes a secret of your own, not the one for development`)
  }
  if (values.CLOCK_NOW) faults.push('CLOCK_NOW: not in production')
  return faults
}

function finish({ SMTP_USER, SMTP_PASSWORD, ...values }: Settings): Config {
  const smtp = values.SMTP_URL
  return {
    ...values,
    SMTP_URL: smtp && { ...smtp, user: SMTP_USER ?? smtp.user, password: SMTP_PASSWORD ?? smtp.password },
    BASE_URL: values.BASE_URL ?? `http://localhost:${values.PORT}`,
    production: values.NODE_ENV === 'production',
  }
}
