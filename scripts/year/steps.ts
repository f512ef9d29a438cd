import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { simpleParser } from 'mailparser'
import { run } from './compose.ts'
import { type Lab, must, SITE } from './lab.ts'
import { ANNA, BEN, peopleCsv } from './people.ts'

/** Says what was typed, and what came of it; throws where it did not hold. */
export type Step = [title: string, work: (lab: Lab, say: Say) => Promise<void>]
type Say = (text: string) => void

const WEEK = ['01', '02', '03', '04', '05', '06', '07'].map((day) => `2025-07-${day}`)
const EVERY_HOURS = 3

export const steps: Step[] = [
  ['compose up', composeUp],
  ['doctor', doctor],
  ['somebody subscribes through nginx', signUp],
  ['subscribers import', importPeople],
  ['a week of July 2025', week],
  ['subscribers explain', explain],
  ['small is small', small],
  ['backup, and the machine is lost', restore],
  ['a database of the first release', upgrade],
  ['somebody is erased', erase],
  ['prune', prune],
]

function need(held: boolean, otherwise: string): asserts held {
  if (!held) throw new Error(otherwise)
}

const indented = (text: string, most = 40): string => {
  const lines = text.trimEnd().split('\n')
  const shown = lines.length > most ? [...lines.slice(0, most), `… ${lines.length - most} more lines`] : lines
  return shown.map((line) => `    ${line}`).join('\n')
}

/** A command of the operator, as typed; `exit`: what it must end with. */
async function type(
  { compose }: Lab,
  say: Say,
  args: string[],
  { exit = 0, most, ...options }: { exit?: number; most?: number; now?: Date; volumes?: string[] } = {},
): Promise<string> {
  const { code, stdout, stderr } = await compose.command(args, options)
  say(`  $ daily-papers ${args.join(' ')}`)
  say(indented(stdout.trim() || stderr.trim(), most))
  need(code === exit, `daily-papers ${args[0]} ${args[1] ?? ''}: exit ${code}, not ${exit}: ${stderr}`)
  return stdout
}

async function ask<T>({ compose }: Lab, args: string[], now?: Date): Promise<T> {
  const { code, stdout, stderr } = await compose.command([...args, '--json'], { now })
  need(code === 0, `${args.join(' ')}: exit ${code}: ${stderr}`)
  return JSON.parse(stdout) as T
}

// ---- the first day

async function composeUp(lab: Lab, say: Say): Promise<void> {
  const begun = performance.now()
  await lab.compose.run(['build', '--quiet', 'app'])
  say(`  $ docker compose build: ${seconds(begun)}`)
  const up = performance.now()
  await lab.compose.run(['up', '--detach', '--wait', 'app'])
  say(
    `  $ docker compose up -d --wait: healthy after ${seconds(up)}, Postgres and an empty database included`,
  )
  const id = (await lab.compose.run(['exec', '-T', 'app', 'id', '-u'])).trim()
  need(id !== '0', 'the service runs as root')
  const size = (await must(['docker', 'image', 'inspect', 'daily-papers', '-f', '{{.Size}}'])).trim()
  say(`  user ${id}; image ${Math.round(Number(size) / 1e6)} MB; ${await memory(lab)}`)
}

const seconds = (begun: number): string => `${((performance.now() - begun) / 1000).toFixed(1)} s`

async function memory({ compose }: Lab): Promise<string> {
  const container = (await compose.run(['ps', '-q', 'app'])).trim()
  const pid = (await must(['docker', 'inspect', container, '-f', '{{.State.Pid}}'])).trim()
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = (name: string) =>
    Math.round(Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))?.[1]) / 1024)
  return `memory of the service ${megabytes('RssAnon')} MB of its own, ${megabytes('VmRSS')} MB with the files that it maps; at most ${megabytes('VmHWM')} MB so far`
}

async function doctor(lab: Lab, say: Say): Promise<void> {
  // The service ticks on the minute for the first time.
  const { code, stdout } = await until(
    () => lab.compose.command(['doctor']),
    ({ code }) => code === 0,
  )
  say(`  $ daily-papers doctor (exit ${code})`)
  say(indented(stdout, 80))
  need(code === 0, 'something is wrong')
  for (const mail of texts(lab)) say(`  meanwhile to OPERATOR_EMAIL: ${header(mail, 'Subject')}`)
  await type(lab, say, ['mail', 'test', 'admin@lab.example'])
  need(
    messageIds(lab).some((id) => id.startsWith('<test.')),
    'the test mail did not arrive',
  )
}

async function signUp(lab: Lab, say: Say): Promise<void> {
  const page = await post(lab, '/subscribe', 'email=carla%40lab.example&topic=reasoning')
  need(page === 303, `the form answered ${page}`)
  const mail = await nextMail(lab, 'carla@lab.example')
  const { text } = await simpleParser(mail)
  const path = text?.match(/\/confirm\/\S+/)?.[0]
  need(path !== undefined, 'no link in the confirmation')
  const pressed = await post(lab, path, '')
  need(pressed === 303, `the button answered ${pressed}`)
  const log = await until(lab.nginx.accessLog, (text) => text.includes('/confirm/[token]'))
  need(
    log.includes('/confirm/[token]') && !log.includes(path),
    'a token stands in the log of nginx, or nothing does',
  )
  say('  form → confirmation → button; in the log of nginx the link is /confirm/[token]')
}

function post(lab: Lab, path: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const options = { host: lab.host, port: 443, servername: SITE, path, method: 'POST', ca: lab.ca }
    const sent = request({ ...options, headers: { ...headers, host: SITE } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const texts = ({ relay }: Lab): string[] => relay.mails.map((mail) => mail.toString())
const header = (mail: string, name: string): string =>
  mail.match(new RegExp(`^${name}: (.*)`, 'im'))?.[1]?.trim() ?? ''
const to = (mail: string): string => header(mail, 'To')
const messageIds = (lab: Lab): string[] => texts(lab).map((mail) => header(mail, 'Message-ID'))

async function nextMail(lab: Lab, address: string): Promise<string> {
  const found = await until(
    () => texts(lab).findLast((text) => to(text).includes(address)),
    (mail) => mail !== undefined,
  )
  need(found !== undefined, 'no mail came')
  return found
}

/** Asks once a second, until it is so or 90 seconds are over. Returns the last answer. */
async function until<T>(ask: () => T | Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const answer = await ask()
    if (isSo(answer) || tries === 90) return answer
    await sleep(1000)
  }
}

async function importPeople(lab: Lab, say: Say): Promise<void> {
  // From here on the clock is that of July 2025; the service would go on in the present.
  await lab.compose.run(['stop', 'app'])
  const folder = join(lab.folder, 'people')
  await must(['install', '-d', '-m', '777', folder])
  writeFileSync(join(folder, 'people.csv'), peopleCsv())
  const options = { now: new Date('2025-06-30T12:00:00Z'), volumes: [`${folder}:/people`] }
  await type(lab, say, ['subscribers', 'import', '/people/people.csv'], options)
  say(`  people.csv.refused.csv:\n${indented(readFileSync(join(folder, 'people.csv.refused.csv'), 'utf8'))}`)
}

// ---- every day

interface Books {
  date: string
  due: number
  nothingMatched: number
  paused: number
  missed: number
  planned: number
  accepted: number
  closed: boolean
}

async function week(lab: Lab, say: Say): Promise<void> {
  const before = messageIds(lab).filter((id) => id.startsWith('<digest.')).length
  await runHours(lab, hours(WEEK[0]!, WEEK.length * 24), WEEK)
  say(`  papers fetched each day at 06:00 UTC; digests run every ${EVERY_HOURS} hours`)
  say('    date        due  nothing matched  planned  accepted  closed')
  let accepted = 0
  for (const date of WEEK) {
    const books = await ask<Books>(lab, ['digests', 'status', '--date', date], at('2025-07-09', 0))
    const { due, nothingMatched, planned } = books
    say(
      `    ${date}${[due, nothingMatched, planned, books.accepted, books.closed].map((v) => String(v).padStart(9)).join('')}`,
    )
    need(
      due === planned + nothingMatched + books.paused + books.missed,
      `the books of ${date} do not balance`,
    )
    need(planned === books.accepted && books.missed === 0, `somebody was missed on ${date}`)
    accepted += books.accepted
  }
  const arrived = messageIds(lab).filter((id) => id.startsWith('<digest.')).length - before
  need(arrived === accepted, `${accepted} accepted, ${arrived} at the relay`)
  need(new Set(messageIds(lab)).size === lab.relay.mails.length, 'a Message-ID came twice')
  say(`  the relay counts ${arrived} digests, each with a Message-ID of its own`)
}

const at = (day: string, hour: number): Date => new Date(Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000)
const hours = (from: string, count: number): Date[] =>
  Array.from({ length: Math.floor(count / EVERY_HOURS) + 1 }, (_, i) => at(from, i * EVERY_HOURS))

/** In one container: the papers of each day at six, and a run at each hour. */
async function runHours(lab: Lab, instants: Date[], days: string[]): Promise<void> {
  const lines = instants.flatMap((instant) => {
    const day = instant.toISOString().slice(0, 10)
    const clock = `CLOCK_NOW=${instant.toISOString()}`
    const fetches = instant.getUTCHours() === 6 && days.includes(day)
    return [
      ...(fetches ? [`${clock} daily-papers papers fetch --date ${day} --json`] : []),
      `${clock} daily-papers digests run --json`,
    ]
  })
  const script = ['set -e', ...lines].join('\n')
  await lab.compose.run(['run', '--rm', '-T', '-e', 'NODE_ENV=replay', 'app', 'sh', '-c', script])
}

async function explain(lab: Lab, say: Say): Promise<void> {
  const now = at('2025-07-09', 0)
  const anna = await type(lab, say, ['subscribers', 'explain', ANNA, '--date', '2025-07-01'], { now })
  need(/match/i.test(anna), 'the reason is missing')
  await type(lab, say, ['subscribers', 'explain', BEN, '--date', '2025-07-01'], { now })
  await type(lab, say, ['sources', 'status'], { now })
}

/** The service itself at the hour of most: what it takes in all its roles. */
async function small(lab: Lab, say: Say): Promise<void> {
  const before = lab.relay.mails.length
  await runHours(lab, [at('2025-07-08', 6)], ['2025-07-08'])
  await startAt(lab, new Date('2025-07-08T09:59:40Z'))
  const due = 60
  await until(
    () => lab.relay.mails.length - before,
    (count) => count >= due,
  )
  await sleep(5000)
  const digests = lab.relay.mails.length - before
  need(digests >= due, `${digests} digests within two minutes`)
  say(`  300 subscribers, all roles in one process, ${digests} digests within minutes: ${await memory(lab)}`)
  await lab.compose.run(['stop', 'app'])
  await startAt(lab, new Date('2025-07-08T12:05:00Z'))
  await sleep(70_000)
  say(`  at rest, a minute after a start: ${await memory(lab)}`)
  await lab.compose.run(['stop', 'app'])
}

async function startAt({ compose }: Lab, now: Date): Promise<void> {
  const env = { YEAR_ENV: 'replay', YEAR_NOW: now.toISOString() }
  await compose.run(['up', '--detach', '--wait', '--force-recreate', '--no-deps', 'app'], undefined, env)
}

// ---- a year later

const inDatabase = (lab: Lab, command: string, input?: string): Promise<string> =>
  lab.compose.run(['exec', '-T', 'db', 'sh', '-c', command], input)

async function restore(lab: Lab, say: Say): Promise<void> {
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
  await type(lab, say, ['digests', 'run'], { now, exit: 1 })
  await type(lab, say, ['delivery', 'status'], { now })
  need(lab.relay.mails.length === afterRun, 'mail went out before it was told to')
  await type(lab, say, ['delivery', 'resume', '--dry-run'], { now })
  await type(lab, say, ['delivery', 'resume'], { now })
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

async function upgrade(lab: Lab, say: Say): Promise<void> {
  const fixture = join(import.meta.dirname, '../../test/fixtures/upgrade')
  const left = JSON.parse(readFileSync(join(fixture, 'first-release.json'), 'utf8'))
  const sql = (await must(['gunzip', '-c', join(fixture, 'first-release.sql.gz')])).toString()
  await inDatabase(lab, 'createdb -U papers old')
  await inDatabase(lab, 'psql -q -U papers -d old -v ON_ERROR_STOP=1 -f -', sql)
  const settings = readFileSync(join(fixture, 'first-release.env'), 'utf8').split('\n').filter(Boolean)
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
  say(`  ${lab.relay.mails.length - before} mails; ${left.messages.length} messages were in the old database`)
}

async function erase(lab: Lab, say: Say): Promise<void> {
  const now = at('2025-07-10', 0)
  await type(lab, say, ['subscribers', 'erase', BEN], { now })
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

async function prune(lab: Lab, say: Say): Promise<void> {
  const size = () => inDatabase(lab, `psql -U papers -d papers -Atc "select count(*) from message"`)
  const before = await size()
  const now = at('2025-12-01', 0)
  await type(lab, say, ['prune', '--dry-run'], { now })
  await type(lab, say, ['prune'], { now })
  say(`  messages: ${before.trim()} → ${(await size()).trim()}`)
  await type(lab, say, ['digests', 'status', '--date', '2025-07-02'], { now })
}
