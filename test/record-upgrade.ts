// Records test/fixtures/upgrade: a database of this version with messages in flight.
//   node scripts/launch.mjs test/record-upgrade.ts
// Needs Debian's Postgres for pg_dump. It was run for 1.0. Later releases must upgrade what it recorded, so run it again only
// to see what they record.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { gzipSync } from 'node:zlib'
import { giveVote } from '../src/account/votes.ts'
import { readReports } from '../src/bounces/read-reports.ts'
import { insertReport } from '../src/bounces/report.repo.ts'
import { openReportReader } from '../src/bounces/report-reader.ts'
import { readConfig } from '../src/config/config.ts'
import { stoppedClock } from '../src/core/clock.ts'
import { buildDeps, type Deps } from '../src/core/deps.ts'
import { silentLog } from '../src/core/log.ts'
import { signLink } from '../src/subscribers/links.ts'
import { returnAddress } from '../src/subscribers/return-address.ts'
import { runCli } from './support/commands.ts'
import { startDebianPostgres } from './support/debian-postgres.ts'
import { type SinkMail, startSmtpSink } from './support/smtp-sink.ts'

const FOLDER = 'test/fixtures/upgrade'
const settings = parseEnv(readFileSync(join(FOLDER, 'recorded.env'), 'utf8')) as Record<string, string>
const [secret = '', olderSecret = ''] = settings.APP_SECRET!.split(',')
const LEFT_AT = '2026-11-24T09:00:00Z'
const DELIVERED = ['accepted', 'uncertain', 'deferred', 'dead', 'unsubscribed', 'paused', 'erased']
const mail = (name: string) => `${name}@reader.example`

const server = await startDebianPostgres()
const sink = await startSmtpSink()
const databaseUrl = await server.create('papers')

const run = (now: string, others: Record<string, string> = {}) => {
  const SMTP_URL = `smtp://127.0.0.1:${sink.port}`
  const all = {
    ...settings,
    DATABASE_URL: databaseUrl,
    SMTP_URL,
    LOG_LEVEL: 'error',
    CLOCK_NOW: now,
    ...others,
  }
  return async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli(args, all)
    console.log(code, args.join(' '), stderr)
    return stdout
  }
}

/** A file of three papers about robots. */
function papersOf(day: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'record-upgrade-')), 'papers.json')
  const titles = ['Walking robots', 'Robots that learn to grasp', 'A vision model for robots']
  const papers = titles.map((title) => ({ title: `${title} (${day})`, summary: `${title}, as of ${day}.` }))
  writeFileSync(file, JSON.stringify(papers))
  return file
}

const first = run('2026-11-23T06:00:00Z', { APP_SECRET: olderSecret })
await first('db', 'migrate')
const consent = ['--consent', 'on paper']
for (const name of DELIVERED) await first('subscribers', 'add', mail(name), '--topic', 'robots', ...consent)
await first('subscribers', 'add', mail('best'), ...consent)
await first('subscribers', 'add', mail('later'), '--topic', 'robots', '--hour', '9', ...consent)
await first('subscribers', 'add', mail('pending'), '--topic', 'robots')
for (const name of ['complained', 'gone']) {
  await first('subscribers', 'add', mail(name), '--topic', 'robots', ...consent)
  await first('subscribers', 'suppress', mail(name))
}
await first('subscribers', 'erase', mail('gone'))
await first('papers', 'import', papersOf('2026-11-23'), '--date', '2026-11-23')
await run('2026-11-23T09:30:00Z', { APP_SECRET: olderSecret })('digests', 'run')

/** What people and mail servers do, for which there is no command. */
async function inProgram<T>(now: string, work: (deps: Deps) => Promise<T>): Promise<T> {
  const config = readConfig({ ...settings, DATABASE_URL: databaseUrl })
  const { deps, close } = await buildDeps(config, { log: silentLog, clock: stoppedClock(new Date(now)) })
  try {
    return await work(deps)
  } finally {
    await close()
  }
}

/** A report that the mailbox of the oldest email to an address was full. */
async function leaveFullMailbox({ db, clock }: Deps, address: string): Promise<void> {
  const where = { toAddress: address, kind: 'digest' }
  const { id } = await db.message.findFirstOrThrow({ where, orderBy: { datedAt: 'asc' } })
  const recipient = returnAddress({ purpose: 'bounce', id }, olderSecret, settings.BOUNCE_DOMAIN!)
  const raw = Buffer.from(
    [
      'From: <>',
      `To: ${recipient}`,
      'Subject: Undelivered Mail',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
      '',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.reader.example',
      '',
      `Final-Recipient: rfc822; ${address}`,
      'Action: failed',
      'Status: 5.2.2',
      'Diagnostic-Code: smtp; 552 5.2.2 mailbox full',
      '',
      '--b--',
      '',
    ].join('\r\n'),
  )
  await insertReport(db, { channel: 'lmtp', recipient, raw, at: clock.now() })
}

await inProgram('2026-11-23T10:00:00Z', async (deps) => {
  const { id, epoch, topics } = await deps.db.subscriber.findFirstOrThrow({
    where: { address: mail('accepted') },
    include: { topics: true },
  })
  const paper = await deps.db.paper.findFirstOrThrow({ where: { title: { startsWith: 'Walking' } } })
  const link = { purpose: 'manage', id, epoch, issuedAt: deps.clock.now() } as const
  const vote = { topicId: topics[0]!.id, paper: String(paper.id), kind: 'more' } as const
  await giveVote(deps, signLink(link, secret), vote)
  const reader = openReportReader()
  await leaveFullMailbox(deps, mail('accepted'))
  await readReports({ ...deps, reader })
  await reader.close()
})

const second = run('2026-11-24T06:00:00Z')
await second('subscribers', 'unsubscribe', mail('unsubscribed'))
await second('subscribers', 'pause', mail('paused'))
await second('subscribers', 'erase', mail('erased'))
await second('papers', 'import', papersOf('2026-11-24'), '--date', '2026-11-24')
sink.at = {
  rcpt: (to) =>
    to === mail('dead') ? '550 5.1.1 no such user' : to === mail('deferred') ? '451 4.3.0 later' : undefined,
  dot: (to) => (to === mail('uncertain') ? 'close' : undefined),
}
await run('2026-11-24T08:50:00Z')('digests', 'run')
const last = run(LEFT_AT, { SENDING: 'off' })
await last('digests', 'run')
await last('subscribers', 'add', mail('fresh'), '--topic', 'robots')

const { rows, subscribers } = await inProgram(LEFT_AT, async ({ db }) => ({
  rows: await db.message.findMany({ orderBy: [{ datedAt: 'asc' }, { toAddress: 'asc' }] }),
  subscribers: await db.subscriber.findMany({ where: { address: { not: null } } }),
}))
const messages = rows.map(({ toAddress: to, kind, state, id }) => ({ to, kind, state, id }))
console.table(messages)

/** The newest link of each purpose that each address got. */
function mailedLinks(mails: readonly SinkMail[]): Record<string, Record<string, string>> {
  const links: Record<string, Record<string, string>> = {}
  for (const { to, text } of mails) {
    const decoded = text.replace(/=\r?\n/g, '').replaceAll('=3D', '=')
    for (const [, purpose = '', token = ''] of decoded.matchAll(
      /\/(confirm|manage|unsubscribe)\/([\w-]{40,})/g,
    ))
      links[to] = { ...links[to], [purpose]: token }
  }
  return links
}

const links = mailedLinks(sink.mails)
const issuedAt = new Date('2026-11-24T06:00:00Z')
for (const { address, id, epoch, state } of subscribers) {
  const to = address!
  const manage = signLink({ purpose: 'manage', id, epoch, issuedAt }, olderSecret)
  if (state !== 'pending') links[to] = { ...links[to], manage }
  if (state === 'unsubscribed')
    links[to]!.resubscribe = signLink({ purpose: 'resubscribe', id, epoch, issuedAt }, secret)
}

const sent = ({ to, messageId }: SinkMail) => ({ to, messageId })
const recorded = {
  leftAt: LEFT_AT,
  messages,
  accepted: sink.accepted.map(sent),
  arrived: sink.mails.map(sent),
  links,
}
writeFileSync(join(FOLDER, 'recorded.json'), `${JSON.stringify(recorded, null, 2)}\n`)
const dump = await server.tool('pg_dump', '--column-inserts', '--no-owner', '--no-privileges', databaseUrl)
const statements = dump.split('\n').filter((line) => line !== '' && !/^(--|\\)/.test(line))
writeFileSync(join(FOLDER, 'recorded.sql.gz'), gzipSync(statements.join('\n'), { level: 9 }))
console.log(server.version)
await sink.close()
await server.stop()
