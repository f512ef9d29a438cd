// Records test/fixtures/upgrade: a database of this version with messages in flight. node test/record-upgrade.ts
// Needs Debian's Postgres for pg_dump. Run it only before the first release: later ones must upgrade what it recorded.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { gzipSync } from 'node:zlib'
import { openDatabase } from '../src/core/database/database.ts'
import { silentLog } from '../src/core/log.ts'
import { signLink } from '../src/subscribers/links.ts'
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

const { db, close } = openDatabase(databaseUrl, silentLog)
const rows = await db.message.findMany({ orderBy: [{ datedAt: 'asc' }, { toAddress: 'asc' }] })
const subscribers = await db.subscriber.findMany({ where: { address: { not: null } } })
await close()
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
const left = {
  leftAt: LEFT_AT,
  messages,
  accepted: sink.accepted.map(sent),
  arrived: sink.mails.map(sent),
  links,
}
writeFileSync(join(FOLDER, 'recorded.json'), `${JSON.stringify(left, null, 2)}\n`)
const dump = await server.tool('pg_dump', '--column-inserts', '--no-owner', '--no-privileges', databaseUrl)
const statements = dump.split('\n').filter((line) => line !== '' && !/^(--|\\)/.test(line))
writeFileSync(join(FOLDER, 'recorded.sql.gz'), gzipSync(statements.join('\n'), { level: 9 }))
console.log(server.version)
await sink.close()
await server.stop()
