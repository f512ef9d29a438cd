// npm run test:all [-- PATH …]
// All tests, the demo, an install without development packages, and the battery; not the static checks. With PATH only the
// test files there, quick and slow. The last line is "N passed, N failed".
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { optionsOrExit } from '../scripts/options-or-exit.ts'

const root = join(import.meta.dirname, '..')
const COUNT = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?/

interface Count {
  passed: number
  failed: number
  skipped: number
}

interface Result extends Count {
  failures: string[]
}

interface Step {
  name: string
  command: string
  args: string[]
}

const npm = (name: string, ...args: string[]): Step => ({ name, command: 'npm', args: ['-s', ...args] })
/** `mode` is read by vitest.config.ts. */
const tests = (name: string, mode: 'slow' | 'all', ...paths: string[]): Step =>
  npm(name, 'test', '--', '--mode', mode, ...paths)

const QUICK = npm('quick tests', 'test')
const SLOW = tests('slow tests', 'slow')
const BATTERY = npm('battery', 'run', 'battery', '--', '--profile', 'ci')
/** They wait for disk, network and processes: beside the slow tests, which do too. */
const DEMO = npm('demo', 'run', 'demo', '--', '--check')
const PRODUCTION: Step = {
  name: 'production install',
  command: join(root, '.ci/production-install'),
  args: [],
}

/** Runs a step and adds its count up: one, passed or failed, for a step without a count of its own. */
function run({ name, command, args }: Step, shows: boolean): Promise<Result> {
  // A run without a browser is a failure here, not a skip.
  const child = spawn(command, args, { cwd: root, env: { ...process.env, REQUIRE_BROWSER: '1' } })
  let output = ''
  const take = (piece: string) => {
    output += piece
    if (shows) process.stdout.write(piece)
  }
  if (shows) console.log(`\n── ${name}`)
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', take)
  return new Promise((resolve) => {
    // It could not be started: a failure of this step, and the others still count.
    child.on('error', ({ message }) =>
      resolve({ passed: 0, failed: 1, skipped: 0, failures: [`failed: ${name}: ${message}`] }),
    )
    child.on('close', (code) => {
      if (!shows) console.log(`\n── ${name}\n${output}`)
      resolve(resultOf(name, code === 0, output.split('\n')))
    })
  })
}

function resultOf(name: string, succeeded: boolean, lines: string[]): Result {
  const failures = lines.filter((line) => line.startsWith('failed: '))
  const [, ...numbers] = lines.findLast((line) => COUNT.test(line))?.match(COUNT) ?? []
  const [passed = succeeded ? 1 : 0, failed = 0, skipped = 0] = numbers.map((number) => Number(number ?? 0))
  if (succeeded || failed > 0) return { passed, failed, skipped, failures }
  return { passed, failed: 1, skipped, failures: [...failures, `failed: ${name} (above)`] }
}

async function everything(): Promise<Result[]> {
  const quick = await run(QUICK, true)
  const slow = await Promise.all([
    run(SLOW, true),
    run(PRODUCTION, false).then(async (production) => [production, await run(DEMO, false)]),
  ])
  return [quick, ...slow.flat(), await run(BATTERY, true)]
}

const { positionals: paths } = optionsOrExit((args) => parseArgs({ args, allowPositionals: true }))
const results = paths.length > 0 ? [await run(tests('tests', 'all', ...paths), true)] : await everything()
const sum = (what: keyof Count): number => results.reduce((total, result) => total + result[what], 0)

// Repeated at the end of the log, which is what a reader sees first.
for (const { failures } of results) for (const line of failures) console.log(line)
const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''
console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped}`)
process.exitCode = sum('failed') > 0 ? 1 : 0
