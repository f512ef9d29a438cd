import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import type { DatabaseFacts } from '../../core/database/database-facts.repo.ts'
import { missingMigrations } from '../../core/database/migrations.ts'
import type { Deps } from '../../core/deps.ts'
import { sourceNamed } from '../../sources/registry.ts'
import type { Source } from '../../sources/source.ts'
import { requireSuppressionKey } from '../../subscribers/suppression-key.ts'
import { sourceStatus } from '../source-status.ts'
import { askDkim, askMailServer } from './ask-mail.ts'
import { askReturns } from './ask-returns.ts'
import { seeSending } from './ask-sending.ts'
import type { SiteSeen } from './ask-site.ts'
import { askSource, type SourceAnswer } from './ask-source.ts'
import { skipped, type Verdict } from './check.ts'
import { judgeClock, judgeDatabase, judgeDatabaseFault, judgeMigrations } from './database-checks.ts'
import {
  judgeAdmin,
  judgeDisk,
  judgeOperator,
  judgeSecrets,
  judgeSource,
  judgeWorker,
} from './host-checks.ts'
import { freeBytes, modeOf } from './host-facts.ts'
import type { Question } from './run-checks.ts'
import { judgeSending } from './sending-checks.ts'
import { signsOfLife } from './signs-of-life.repo.ts'
import { judgeCertificate, judgeProxy, judgeSite } from './site-checks.ts'

/** What the questions are asked about. */
export interface Patient {
  config: Config
  clock: Clock
  /** Reject where the database does not answer, or has not our tables. */
  facts: Promise<DatabaseFacts & { locksHold: boolean }>
  deps: Promise<Deps>
  hasTables: Promise<boolean>
  site: Promise<SiteSeen>
  timeoutMs: number
}

export const questions = (patient: Patient): Question[] => [
  ...aboutDatabase(patient),
  ...aboutSite(patient),
  ...aboutMail(patient),
  ...aboutSources(patient),
  ...aboutMachine(patient),
]

const aboutDatabase = ({ config, clock, facts, deps }: Patient): Question[] => [
  { check: 'database', settings: ['DATABASE_URL'], ask: () => facts.then(judgeDatabase, judgeDatabaseFault) },
  {
    check: 'migrations',
    needs: 'database',
    ask: async () => judgeMigrations(await missingMigrations((await deps).db)),
  },
  {
    check: 'clock',
    needs: 'database',
    ask: async () => {
      if (config.CLOCK_NOW) return skipped('CLOCK_NOW is set')
      const { now } = await facts
      return judgeClock({ seconds: (now.getTime() - clock.now().getTime()) / 1000 })
    },
  },
]

const SITE = ['BASE_URL', 'APP_SECRET', 'HOST', 'PORT']

const aboutSite = ({ config, clock, site }: Patient): Question[] => [
  { check: 'site', settings: SITE, ask: async () => judgeSite(await site) },
  {
    check: 'https',
    settings: SITE,
    ask: async () => judgeCertificate(await site, { now: clock.now(), production: config.production }),
  },
  {
    check: 'proxy',
    settings: [...SITE, 'TRUST_PROXY'],
    ask: async () => judgeProxy(await site, { trusted: config.TRUST_PROXY }),
  },
]

const DKIM = ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_KEY_FILE']

const RETURNS = ['BOUNCE_DOMAIN', 'BOUNCE_LMTP', 'BOUNCE_SMTP', 'BOUNCE_IMAP']

const aboutMail = (patient: Patient): Question[] => [
  {
    check: 'mail server',
    settings: ['SMTP_URL', 'SMTP_USER', 'SMTP_PASSWORD', 'MAIL_FROM'],
    ask: () => askMailServer(patient, patient),
  },
  { check: 'dkim', settings: [...DKIM, 'MAIL_FROM'], ask: () => askDkim(patient.config) },
  { check: 'returns', settings: RETURNS, ask: () => askReturns(patient.config, patient) },
  {
    check: 'sending',
    settings: ['SENDING', 'RAMP_UP_SINCE'],
    needs: 'tables',
    ask: async () => judgeSending(await seeSending(await patient.deps, patient)),
  },
]

const SOURCE_DAYS = 2

/** Sections of one source have one service, which is asked once. */
function aboutSources(patient: Patient): Question[] {
  const answers = new Map<Source, Promise<SourceAnswer>>()
  return patient.config.SOURCES.map((name) => {
    const { source } = sourceNamed(name)
    const ask = () => {
      const answer = answers.get(source) ?? askSource(patient, source)
      answers.set(source, answer)
      return judgeNamed(patient, name, answer)
    }
    return { check: name, settings: ['SOURCES', ...Object.keys(source.addresses)], ask }
  })
}

async function judgeNamed(
  { clock, deps, hasTables }: Patient,
  source: string,
  answer: Promise<SourceAnswer>,
): Promise<Verdict> {
  const known = (await hasTables) ? await sourceStatus(await deps, { days: SOURCE_DAYS }) : undefined
  const mine = known?.find((one) => one.source === source)
  const last = mine && { fetchedAt: mine.newestFetch, fault: mine.days[0]?.lastFault ?? null }
  return judgeSource({ answer: await answer, last, now: clock.now() })
}

const aboutMachine = ({ config, clock, deps, hasTables }: Patient): Question[] => [
  {
    check: 'worker',
    needs: 'tables',
    ask: async () => judgeWorker({ ...(await signsOfLife((await deps).db)), now: clock.now() }),
  },
  {
    check: 'disk',
    settings: ['DATA_DIR'],
    ask: () => judgeDisk({ folder: config.DATA_DIR, free: freeBytes(config.DATA_DIR) }),
  },
  {
    check: 'secrets',
    settings: ['APP_SECRET', 'SUPPRESSION_KEY'],
    ask: async () =>
      judgeSecrets({
        appSecrets: config.APP_SECRET,
        suppressionKey: config.SUPPRESSION_KEY,
        dotEnvMode: modeOf('.env'),
        isOtherKey: (await hasTables) && (await isOtherKey(await deps)),
      }),
  },
  {
    check: 'admin',
    settings: ['ADMIN_PASSWORD', 'API_TOKEN'],
    ask: () => judgeAdmin({ password: config.ADMIN_PASSWORD, token: config.API_TOKEN }),
  },
  { check: 'operator', settings: ['OPERATOR_EMAIL'], ask: () => judgeOperator(config.OPERATOR_EMAIL) },
]

const isOtherKey = (deps: Deps): Promise<boolean> =>
  requireSuppressionKey(deps).then(
    () => false,
    () => true,
  )
