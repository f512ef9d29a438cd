import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import type { DatabaseFacts } from '../../core/database/database-facts.repo.ts'
import { pendingMigrations } from '../../core/database/migrations.ts'
import type { Deps } from '../../core/deps.ts'
import { requireSource } from '../../sources/registry.ts'
import type { Source } from '../../sources/source.ts'
import { requireSuppressionKey } from '../../subscribers/suppression-key.ts'
import { sourceStatus } from '../source-status.ts'
import { probeBounceIntake } from './bounce-intake-checks.ts'
import { type CheckDefinition, type CheckResult, skipped } from './check.ts'
import { checkClock, checkDatabase, checkMigrations, unreachableDatabase } from './database-checks.ts'
import {
  checkAdminAccess,
  checkDisk,
  checkOperatorEmail,
  checkSecrets,
  checkSource,
  checkWorker,
  fileMode,
  freeBytes,
  probeSource,
  type SourceProbe,
} from './host-checks.ts'
import { readLiveness } from './liveness.repo.ts'
import { probeDkim, probeMailServer } from './mail-checks.ts'
import type { SiteProbe } from './probe-site.ts'
import { checkSending, loadSendingState } from './sending-checks.ts'
import { checkCertificate, checkProxy, checkSite } from './site-checks.ts'

/** The input of the checks. */
export interface DoctorContext {
  config: Config
  clock: Clock
  /** Rejects if the database does not respond, or lacks our tables. */
  facts: Promise<DatabaseFacts & { locksHold: boolean }>
  deps: Promise<Deps>
  hasTables: Promise<boolean>
  site: Promise<SiteProbe>
  timeoutMs: number
}

export const checkDefinitions = (context: DoctorContext): CheckDefinition[] => [
  ...databaseChecks(context),
  ...siteChecks(context),
  ...mailChecks(context),
  ...sourceChecks(context),
  ...hostChecks(context),
]

const databaseChecks = ({ config, clock, facts, deps }: DoctorContext): CheckDefinition[] => [
  { name: 'database', settings: ['DATABASE_URL'], run: () => facts.then(checkDatabase, unreachableDatabase) },
  {
    name: 'migrations',
    needs: 'database',
    run: async () => checkMigrations(await pendingMigrations((await deps).db)),
  },
  {
    name: 'clock',
    needs: 'database',
    run: async () => {
      if (config.CLOCK_NOW) return skipped('CLOCK_NOW is set')
      const { now } = await facts
      return checkClock({ seconds: (now.getTime() - clock.now().getTime()) / 1000 })
    },
  },
]

const SITE = ['BASE_URL', 'APP_SECRET', 'HOST', 'PORT']

const siteChecks = ({ config, clock, site }: DoctorContext): CheckDefinition[] => [
  { name: 'site', settings: SITE, run: async () => checkSite(await site) },
  {
    name: 'https',
    settings: SITE,
    run: async () => checkCertificate(await site, { now: clock.now(), production: config.production }),
  },
  {
    name: 'proxy',
    settings: [...SITE, 'TRUST_PROXY'],
    run: async () => checkProxy(await site, { trusted: config.TRUST_PROXY }),
  },
]

const DKIM = ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_KEY_FILE']

const RETURNS = ['BOUNCE_DOMAIN', 'BOUNCE_LMTP', 'BOUNCE_SMTP', 'BOUNCE_IMAP']

const mailChecks = (context: DoctorContext): CheckDefinition[] => [
  {
    name: 'mail server',
    settings: ['SMTP_URL', 'SMTP_USER', 'SMTP_PASSWORD', 'MAIL_FROM'],
    run: () => probeMailServer(context, context),
  },
  { name: 'dkim', settings: [...DKIM, 'MAIL_FROM'], run: () => probeDkim(context.config) },
  { name: 'returns', settings: RETURNS, run: () => probeBounceIntake(context.config, context) },
  {
    name: 'sending',
    settings: ['SENDING', 'RAMP_UP_SINCE'],
    needs: 'tables',
    run: async () => checkSending(await loadSendingState(await context.deps, context)),
  },
]

const SOURCE_DAYS = 2

/** The sections of one source share one service, which gets one request. */
function sourceChecks(context: DoctorContext): CheckDefinition[] {
  const probes = new Map<Source, Promise<SourceProbe>>()
  return context.config.SOURCES.map((name) => {
    const { source } = requireSource(name)
    const run = () => {
      const probe = probes.get(source) ?? probeSource(context, source)
      probes.set(source, probe)
      return checkSourceNamed(context, name, probe)
    }
    return { name, settings: ['SOURCES', ...Object.keys(source.baseUrls)], run }
  })
}

async function checkSourceNamed(
  { clock, deps, hasTables }: DoctorContext,
  source: string,
  probe: Promise<SourceProbe>,
): Promise<CheckResult> {
  const known = (await hasTables) ? await sourceStatus(await deps, { days: SOURCE_DAYS }) : undefined
  const mine = known?.find((one) => one.source === source)
  const last = mine && { fetchedAt: mine.newestFetch, fault: mine.days[0]?.lastFault ?? null }
  return checkSource({ probe: await probe, last, now: clock.now() })
}

const hostChecks = ({ config, clock, deps, hasTables }: DoctorContext): CheckDefinition[] => [
  {
    name: 'worker',
    needs: 'tables',
    run: async () => checkWorker({ ...(await readLiveness((await deps).db)), now: clock.now() }),
  },
  {
    name: 'disk',
    settings: ['DATA_DIR'],
    run: () => checkDisk({ folder: config.DATA_DIR, free: freeBytes(config.DATA_DIR) }),
  },
  {
    name: 'secrets',
    settings: ['APP_SECRET', 'SUPPRESSION_KEY'],
    run: async () =>
      checkSecrets({
        appSecrets: config.APP_SECRET,
        suppressionKey: config.SUPPRESSION_KEY,
        dotEnvMode: fileMode('.env'),
        isDifferentKey: (await hasTables) && (await isDifferentKey(await deps)),
      }),
  },
  {
    name: 'admin',
    settings: ['ADMIN_PASSWORD', 'API_TOKEN'],
    run: () => checkAdminAccess({ password: config.ADMIN_PASSWORD, token: config.API_TOKEN }),
  },
  { name: 'operator', settings: ['OPERATOR_EMAIL'], run: () => checkOperatorEmail(config.OPERATOR_EMAIL) },
]

const isDifferentKey = (deps: Deps): Promise<boolean> =>
  requireSuppressionKey(deps).then(
    () => false,
    () => true,
  )
