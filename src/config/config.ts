import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { isZone, WEEKDAYS } from '../core/dates.ts'
import { Fault, undefinedIfThrown } from '../core/errors.ts'
import type { Feature } from '../core/feature.ts'
import { BOUNCE_SECRETS, bounceSettings, faultsBetweenBounceSettings } from './bounce-settings.ts'
import { readDotEnv } from './dot-env.ts'
import { type FeatureSettings, featureSettings, shapeOf } from './feature-settings.ts'
import { smtpUrl, withClientName, withLogin } from './mail-urls.ts'
import { misspellingsIn } from './misspelt.ts'
import {
  databaseUrl,
  daySetting,
  domainRates,
  emailAddress,
  httpUrl,
  integerBetween,
  isProxy,
  isWholeInternet,
  oneLineSetting,
  oneOf,
  password,
  SECRET_DESCRIPTION,
  secret,
  siteUrl,
  splitList,
} from './setting-schemas.ts'
import { siteColor } from './site-color.ts'
import { sourceSettings } from './source-settings.ts'

const SECRETS = [
  'DATABASE_URL',
  'SMTP_URL',
  'SMTP_USER',
  'SMTP_PASSWORD',
  'APP_SECRET',
  'OPENALEX_KEY',
  'SUPPRESSION_KEY',
  'ADMIN_PASSWORD',
  'API_TOKEN',
  ...BOUNCE_SECRETS,
]
/** The value that each setting takes. */
const REQUIRED_IN_PRODUCTION = {
  DATABASE_URL: 'postgresql://user:password@host/database, or the word embedded',
  SMTP_URL: 'the mail server, such as smtp://relay.example.org:587',
  BASE_URL: 'the address of the site, such as https://papers.example.org',
  APP_SECRET: SECRET_DESCRIPTION,
  SUPPRESSION_KEY: SECRET_DESCRIPTION,
  MAIL_FROM: 'one email address such as papers@example.org',
  POSTAL_ADDRESS: 'a postal address, on one line',
}

// Public, so only for development.
export const DEVELOPMENT_SECRET = 'development-only-secret-of-32-bytes!'

/** MAIL_FROM outside production, if it is not set: a reserved name, so no email reaches it. */
export const PLACEHOLDER_SENDER = 'papers@localhost.example'

const MIN_KEEP_DAYS = 30

const settings = z.object({
  NODE_ENV: oneOf('production', 'development', 'test', 'replay').optional(),
  DATABASE_URL: databaseUrl.default('embedded'),
  DATA_DIR: z.string().default('.data'),
  SMTP_URL: smtpUrl.optional(),
  SMTP_USER: z.string().optional(),
  SMTP_PASSWORD: z.string().optional(),
  BASE_URL: siteUrl.optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: integerBetween(0, 65_535).default(3000),
  APP_SECRET: z
    .string()
    .default(DEVELOPMENT_SECRET)
    .transform(splitList)
    .refine(
      (secrets) => secrets.length > 0 && secrets.every((one) => secret.safeParse(one).success),
      '32 bytes or more each, newest first, separated by commas',
    ),
  SUPPRESSION_KEY: secret.default(DEVELOPMENT_SECRET),
  MAIL_FROM: emailAddress.default(PLACEHOLDER_SENDER),
  MAIL_FROM_NAME: oneLineSetting('a name, on one line').default('Daily Papers'),
  REPLY_TO: emailAddress.optional(),
  POSTAL_ADDRESS: oneLineSetting('a postal address, on one line').default(
    'No postal address set (development)',
  ),
  SITE_NAME: oneLineSetting('a name, on one line').default('Daily Papers'),
  SITE_COLOR: siteColor.optional(),
  SITE_FOOTER: oneLineSetting('a sentence, on one line').optional(),
  ABOUT: oneLineSetting('a sentence or two, on one line').optional(),
  PRIVACY_URL: httpUrl.optional(),
  ...bounceSettings,
  DKIM_DOMAIN: z.string().optional(),
  DKIM_SELECTOR: z.string().optional(),
  DKIM_KEY_FILE: z.string().optional(),
  OPERATOR_EMAIL: emailAddress.optional(),
  ...sourceSettings,
  DIGEST_HOUR: integerBetween(0, 23).default(8),
  DIGEST_ZONE: z.string().default('UTC').refine(isZone, 'a time zone such as Europe/Paris, or UTC'),
  DIGEST_DAYS: z
    .string()
    .default('mon,tue,wed,thu,fri')
    .transform(splitList)
    .pipe(z.array(oneOf(...WEEKDAYS)).min(1, `a comma-separated list of: ${WEEKDAYS.join(', ')}`)),
  DIGEST_MAX: integerBetween(1, 25).default(15),
  SIGNUP: oneOf('open', 'closed').default('open'),
  SIGNUP_PER_HOUR: integerBetween(1, 1_000_000).default(600),
  // People often write "@lab.example.org".
  SIGNUP_DOMAINS: z
    .string()
    .default('')
    .transform((text) => splitList(text).map((domain) => domain.replace(/^@/, '')))
    .refine(
      (domains) => domains.every((domain) => /^[^\s@.]+(\.[^\s@.]+)+$/.test(domain)),
      'a comma-separated list of domains such as lab.example.org',
    ),
  WHEN_UNCERTAIN: oneOf('retry', 'hold').default('retry'),
  SENDING: oneOf('on', 'off').default('on'),
  AFTER_PROMOTION: oneOf('hold', 'continue').default('hold'),
  DOMAIN_RATE: domainRates.default({ domains: new Map() }),
  RAMP_UP_SINCE: daySetting.optional(),
  STOP_AT_REFUSED: integerBetween(1, 100).default(20),
  KEEP_DAYS: integerBetween(MIN_KEEP_DAYS, 3650).default(90),
  TRUST_PROXY: z
    .string()
    .default('')
    .transform(splitList)
    .refine(
      (proxies) => proxies.every(isProxy),
      'a comma-separated list of addresses, networks such as 10.0.0.0/8, loopback, linklocal, uniquelocal',
    )
    .refine(
      (proxies) => !proxies.some(isWholeInternet),
      'only the addresses of your proxies: if you trust the whole internet, any client can claim any address',
    ),
  ADMIN_PASSWORD: password.optional(),
  API_TOKEN: secret.optional(),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'),
  CLOCK_NOW: z
    .string()
    .refine((text) => !Number.isNaN(Date.parse(text)), 'a time such as 2026-11-24T08:00:00Z')
    .transform((text) => new Date(text))
    .optional(),
  LEASE_SECONDS: integerBetween(1, 3600).default(45),
  LEASE_RENEW_SECONDS: integerBetween(1, 3600).default(10),
})

type Settings = z.infer<typeof settings>

type MergedSetting = 'BASE_URL' | 'SMTP_USER' | 'SMTP_PASSWORD'

export interface Config extends Omit<Settings, MergedSetting>, FeatureSettings {
  BASE_URL: string
  production: boolean
  /** Names that are probably misspelt settings, a sentence each. */
  misspelt: string[]
  /** Pages of the demo, which the footer links to. Not a setting: only the demo has them. */
  demo?: { desk: string; mailbox: string }
}

export type Environment = Record<string, string | undefined>

/** The environment, and the variables of `.env` in the working folder that it lacks. The only reader of process.env. */
export function readEnvironment({ dotEnv = true } = {}): Environment {
  return { ...(dotEnv && readDotEnv()), ...process.env }
}

/**
 * Throws config.invalid, which names every wrong setting and what it takes. `features`: default none, which leaves their
 * settings out.
 */
export function readConfig(environment: Environment, features: readonly Feature[] = []): Config {
  const { config, faults } = inspectConfig(environment, features)
  if (faults.length > 0)
    throw new Fault('config.invalid', { count: faults.length, list: listOf(faults, config.misspelt) })
  return config
}

/** Throws config.missing without `.env` and without settings in the environment: this is probably the wrong folder. */
export function requireSettings(environment: Environment): void {
  const { NODE_ENV = '' } = environment
  const isSet = Object.keys(REQUIRED_IN_PRODUCTION).some(
    (name) => environment[name] || environment[`${name}_FILE`],
  )
  if (isSet || !['', 'production'].includes(NODE_ENV) || existsSync('.env')) return
  const values = { folder: process.cwd(), count: REQUIRED_FAULTS.length, list: listOf(REQUIRED_FAULTS) }
  throw new Fault('config.missing', values)
}

const listOf = (faults: SettingFault[], more: string[] = []): string =>
  [...faults.map(({ names, what }) => `${names.join(', ')}: ${what}`), ...more]
    .map((line) => `  ${line}`)
    .join('\n')

export interface SettingFault {
  names: string[]
  /** "required in production; takes …", without the value. */
  what: string
}

/** All faults, and the settings without those that are wrong. */
export function inspectConfig(
  environment: Environment,
  features: readonly Feature[] = [],
): { config: Config; faults: SettingFault[] } {
  const own = featureSettings(features)
  const all = settings.extend(shapeOf(own))
  const { values, faults } = withSecretFiles(environment, secretNames(features))
  const issues = all.safeParse(values).error?.issues ?? []
  for (const { path, message } of issues) faults.push(fault(String(path[0]), `takes ${message}`))
  faults.push(...faultsBetweenSettings(values, faultyNames(faults)))
  faults.push(...own.flatMap(({ faultBeside }) => faultBeside?.(values) ?? []))
  const wrong = faultyNames(faults)
  const validValues = Object.fromEntries(Object.entries(values).filter(([name]) => !wrong.has(name)))
  const misspelt = misspellingsIn(environment, knownNames(features))
  return { config: { ...toConfig(all.parse(validValues)), misspelt }, faults }
}

/** The names of the wrong settings; NAME_FILE counts as NAME too. */
export const faultyNames = (faults: SettingFault[]): ReadonlySet<string> =>
  new Set(faults.flatMap(({ names }) => [...names, ...names.map((name) => name.replace(/_FILE$/, ''))]))

const fault = (name: string, what: string): SettingFault => ({ names: [name], what })

const REQUIRED_FAULTS = Object.entries(REQUIRED_IN_PRODUCTION).map(([name, takes]) =>
  fault(name, `required in production; takes ${takes}`),
)

// An empty value in an env file means "not set".
function withSecretFiles(
  environment: Environment,
  secrets: readonly string[],
): { values: Environment; faults: SettingFault[] } {
  const faults: SettingFault[] = []
  const values = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  for (const name of secrets) {
    const file = values[`${name}_FILE`]
    if (!file) continue
    if (values[name]) faults.push(fault(name, `set it or ${name}_FILE, not both`))
    values[name] = readSecretFile(file)
    if (!values[name]) faults.push(fault(`${name}_FILE`, UNREADABLE_FILE))
  }
  return { values, faults }
}

const UNREADABLE_FILE = 'use the path of a readable file that is not empty'

// A password may begin or end with a blank; an editor adds the line break at the end.
const readSecretFile = (file: string): string | undefined =>
  undefinedIfThrown(() => readFileSync(file, 'utf8').replace(/[\r\n]+$/, ''))

function faultsBetweenSettings(values: Environment, wrong: ReadonlySet<string>): SettingFault[] {
  const dkim = ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_KEY_FILE']
  const set = dkim.filter((name) => values[name]).length
  return [
    ...(set > 0 && set < dkim.length ? [{ names: dkim, what: 'set all three or none' }] : []),
    ...faultsBetweenBounceSettings(values),
    ...(values.NODE_ENV === 'production' ? faultsInProduction(values, wrong) : []),
  ]
}

function faultsInProduction(values: Environment, wrong: ReadonlySet<string>): SettingFault[] {
  const faults = REQUIRED_FAULTS.filter(({ names }) => !names.some((name) => values[name] || wrong.has(name)))
  if (values.BASE_URL && !wrong.has('BASE_URL') && !values.BASE_URL.startsWith('https://'))
    faults.push(fault('BASE_URL', 'use an address that begins with https:// in production'))
  for (const name of ['APP_SECRET', 'SUPPRESSION_KEY']) {
    if (values[name]?.includes(DEVELOPMENT_SECRET))
      faults.push(fault(name, 'use a secret of your own, not the one for development'))
  }
  for (const name of ['CLOCK_NOW', 'PROVIDER_URL']) {
    if (values[name]) faults.push(fault(name, 'not in production'))
  }
  return faults
}

const secretNames = (features: readonly Feature[]): string[] => [
  ...SECRETS,
  ...featureSettings(features).flatMap(({ name, isSecret }) => (isSecret ? [name] : [])),
]

export const settingNames = (features: readonly Feature[]): string[] => [
  ...Object.keys(settings.shape),
  ...featureSettings(features).map(({ name }) => name),
]

const knownNames = (features: readonly Feature[]): string[] => [
  ...settingNames(features),
  ...secretNames(features).map((name) => `${name}_FILE`),
]

function toConfig(settings: Settings & FeatureSettings): Omit<Config, 'misspelt'> {
  const { SMTP_USER, SMTP_PASSWORD, ...values } = settings
  const BASE_URL = values.BASE_URL ?? `http://localhost:${values.PORT}`
  return {
    ...values,
    SMTP_URL: withClientName(withLogin(values.SMTP_URL, SMTP_USER, SMTP_PASSWORD), BASE_URL),
    BASE_URL,
    production: values.NODE_ENV === 'production',
  }
}
