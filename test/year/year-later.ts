import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { at, hours, runHours } from './clock.ts'
import { run } from './compose.ts'
import { type Lab, must } from './lab.ts'
import { header, messageIds, texts } from './mails.ts'
import { BEN } from './people.ts'
import { enter, indented, need, type Say } from './typing.ts'

const inDatabase = (lab: Lab, command: string, input?: string): Promise<string> =>
  lab.compose.run(['exec', '-T', 'db', 'sh', '-c', command], input)

export async function restore(lab: Lab, say: Say): Promise<void> {
  await inDatabase(lab, 'pg_dump -U papers -Fc papers >/tmp/backup.dump')
  say('  $ pg_dump -Fc papers >backup.dump    (8 July, noon; a third of the day still due)')
  const beforeRun = lab.relay.mails.length
  await runHours(lab, hours('2025-07-08', 24).slice(-4), [])
  const afterRun = lab.relay.mails.length
  need(afterRun > beforeRun, 'nothing went out after the backup')
  say(`  ${afterRun - beforeRun} more digests go out; then the disk is lost`)
  await inDatabase(lab, 'dropdb -U papers -f papers && createdb -U papers papers')
  await inDatabase(lab, 'pg_restore -U papers -d papers /tmp/backup.dump')
  say('  $ createdb papers && pg_restore -d papers backup.dump')
  const now = at('2025-07-09', 1)
  await enter(lab, say, ['digests', 'run'], { now, exit: 1 })
  await enter(lab, say, ['delivery', 'status'], { now })
  need(lab.relay.mails.length === afterRun, 'emails were sent before delivery was resumed')
  await enter(lab, say, ['delivery', 'resume', '--dry-run'], { now })
  await enter(lab, say, ['delivery', 'resume'], { now })
  await runHours(lab, [at('2025-07-09', 2)], [])
  const digests = texts(lab).slice(afterRun)
  need(
    digests.every((mail) => !/July 8|8 July/.test(header(mail, 'Subject'))),
    "yesterday's digest went out",
  )
  await runHours(lab, hours('2025-07-09', 24).slice(2), ['2025-07-09'])
  need(lab.relay.mails.length > afterRun, 'nothing went out the next day')
  need(new Set(messageIds(lab)).size === lab.relay.mails.length, 'a Message-ID came twice')
  say(
    `  the next day ${lab.relay.mails.length - afterRun} digests, no digest of the day before, no Message-ID twice`,
  )
}

export async function upgrade(lab: Lab, say: Say): Promise<void> {
  const fixture = join(import.meta.dirname, '../../test/fixtures/upgrade')
  const left = JSON.parse(readFileSync(join(fixture, 'recorded.json'), 'utf8'))
  const sql = (await must(['gunzip', '-c', join(fixture, 'recorded.sql.gz')])).toString()
  await inDatabase(lab, 'createdb -U papers old')
  await inDatabase(lab, 'psql -q -U papers -d old -v ON_ERROR_STOP=1 -f -', sql)
  const settings = readFileSync(join(fixture, 'recorded.env'), 'utf8').split('\n').filter(Boolean)
  const env = Object.fromEntries(settings.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]))
  const old = { ...env, DATA_DIR: '/data', DATABASE_URL: 'postgresql://papers:papers@db/old' }
  const command = async (args: string[], now: string) => {
    const ran = await lab.compose.command(args, { env: { ...old, CLOCK_NOW: now } })
    say(`  $ daily-papers ${args.join(' ')}\n${indented(ran.stdout.trim() || ran.stderr.trim())}`)
    return ran
  }
  const before = lab.relay.mails.length
  await command(['db', 'migrate'], '2026-11-24T09:20:00Z')
  await command(['delivery', 'status'], '2026-11-24T09:20:00Z')
  await command(['digests', 'run'], '2026-11-24T09:30:00Z')
  say(
    `  ${lab.relay.mails.length - before} emails; ${left.messages.length} messages were in the old database`,
  )
}

export async function erase(lab: Lab, say: Say): Promise<void> {
  const now = at('2025-07-10', 0)
  await enter(lab, say, ['subscribers', 'erase', BEN], { now })
  const dump = await inDatabase(lab, 'pg_dump -U papers papers')
  const logs = await lab.compose.run(['logs', '--no-color', 'app'])
  const disk = await run(['sh', '-c', `grep -rc -e ${BEN} ${lab.folder}/daily-papers || true`])
  const kept = await lab.compose.run([
    'run',
    '--rm',
    '-T',
    'app',
    'sh',
    '-c',
    `grep -r -e ${BEN} /data || true`,
  ])
  const found = { dump: dump.includes(BEN), logs: logs.includes(BEN), data: kept.includes(BEN) }
  need(!Object.values(found).includes(true), `still there: ${JSON.stringify(found)} ${disk.stderr}`)
  say('  searched in pg_dump, in the log and in DATA_DIR: 0 hits')
}

export async function prune(lab: Lab, say: Say): Promise<void> {
  const size = () => inDatabase(lab, `psql -U papers -d papers -Atc "select count(*) from message"`)
  const before = await size()
  const now = at('2025-12-01', 0)
  await enter(lab, say, ['prune', '--dry-run'], { now })
  await enter(lab, say, ['prune'], { now })
  say(`  messages: ${before.trim()} → ${(await size()).trim()}`)
  await enter(lab, say, ['digests', 'status', '--date', '2025-07-02'], { now })
}
