import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monotonicMs } from '../../../src/core/clock.ts'
import { processSeconds } from '../processor-time.ts'
import type { Contestant, Round } from './contestants.ts'
import type { Measured } from './run-measured.ts'
import { installed } from './sink-process.ts'

const MAX_READY_EMAILS = 20_000
/** Some seconds of each: they send 10 to 100 a second. */
const MAX_MLMMJ_EMAILS = 150
const MAX_MAILMAN_EMAILS = 500
const PYTHON = '/usr/bin/python3'
const LINE = `${'0123456789'.repeat(7)}\r\n`

/** Programs of others that send as many bytes into the same mail server, where they are installed. */
export const otherPrograms = (): Contestant[] => [
  ...[10, 50].map((connections) => ifInstalled(`source-${connections}`, 'smtp-source', source(connections))),
  ifInstalled('mailman', 'mailman', mailman),
  ifInstalled('mlmmj', 'mlmmj-send', mlmmj),
]

type Send = (program: string, round: Round) => Promise<Measured>

function ifInstalled(name: string, program: string, send: Send): Contestant {
  const path = installed(program)
  const missing = path ? undefined : `${program} is not installed`
  return { name, missing, run: (round) => send(path!, round) }
}

const countOf = ({ world: { plan } }: Round, most: number): number => Math.min(plan.emails, most)

/** Postfix's load generator. */
const source =
  (connections: number): Send =>
  async (program, round) => {
    const emails = countOf(round, MAX_READY_EMAILS)
    const { bytes, world } = round
    const args = ['-d', '-s', `${connections}`, '-m', `${emails}`, '-l', `${bytes}`]
    return measured(round, emails, () => timed(program, [...args, `127.0.0.1:${world.sink.port}`]))
  }

/** With VERP and one recipient per email; it cannot put a subscriber's name or link into the text. */
const mlmmj: Send = async (program, round) => {
  const { folder, sink } = round.world
  const emails = countOf(round, MAX_MLMMJ_EMAILS)
  const list = join(folder, 'mlmmj')
  for (const name of ['control', 'subscribers.d', 'queue', 'archive'])
    mkdirSync(join(list, name), { recursive: true })
  const people = Array.from({ length: emails }, (_, n) => `person.${n}@bench.example\n`).sort()
  const files = {
    'subscribers.d/p': people.join(''),
    'control/listaddress': 'papers@bench.example\n',
    'control/smtpport': `${sink.port}\n`,
    'control/verp': '',
    'control/maxverprecips': '1\n',
    index: '1\n',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(list, name), text)
  return measured(round, emails, () => timed(program, ['-L', list, '-D', '-a', '-m', messageFile(round)]))
}

/** Its engine, called directly, with its own database and without its queues. */
const mailman: Send = async (_, round) => {
  const { folder, sink } = round.world
  const emails = countOf(round, MAX_MAILMAN_EMAILS)
  const own = join(folder, 'mailman')
  rmSync(own, { recursive: true, force: true })
  mkdirSync(own)
  const config = join(own, 'mailman.cfg')
  const lines = [
    ...['[mailman]', 'layout: bench', '[paths.bench]', `var_dir: ${own}/var`],
    ...['[database]', `url: sqlite:///${own}/mailman.db`],
    ...['[mta]', 'smtp_host: 127.0.0.1', `smtp_port: ${sink.port}`, 'incoming: mailman.mta.null.NullMTA'],
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  const script = join(import.meta.dirname, 'run-mailman.py')
  const args = [script, config, messageFile(round), `${emails}`]
  return measured(round, emails, async () => JSON.parse((await output(PYTHON, args)).stdout))
}

function messageFile({ world, bytes }: Round): string {
  const file = join(world.folder, 'message')
  const head = 'From: papers@bench.example\r\nTo: papers@bench.example\r\nSubject: bench\r\n\r\n'
  writeFileSync(file, head + LINE.repeat(bytes / LINE.length))
  return file
}

type Used = Pick<Measured, 'seconds' | 'cpuSeconds' | 'peakMegabytes'>

async function measured(
  { world, bytes }: Round,
  emails: number,
  send: () => Promise<Used>,
): Promise<Measured> {
  const sinkBefore = processSeconds(world.sink.pid)
  const used = await send()
  const each = (total: number) => (total * 1e6) / emails
  return {
    ...{ ...used, emails, bytes, perSecond: emails / used.seconds, cpu: each(used.cpuSeconds) },
    ...{ sinkCpu: each(processSeconds(world.sink.pid) - sinkBefore), serverCpu: 0, commits: 0, wal: 0 },
  }
}

/** bash, because Node does not tell what a child has used. */
async function timed(program: string, args: string[]): Promise<Used> {
  const since = monotonicMs()
  const { stderr } = await output('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$0" "$@"', program, ...args])
  const seconds = (monotonicMs() - since) / 1000
  const [user = 0, system = 0] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number)
  return { seconds, cpuSeconds: user + system, peakMegabytes: 0 }
}

async function output(program: string, args: string[]): Promise<{ stdout: string; stderr: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (piece) => (stdout += piece))
  child.stderr.on('data', (piece) => (stderr += piece))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr}`)
  return { stdout, stderr }
}
