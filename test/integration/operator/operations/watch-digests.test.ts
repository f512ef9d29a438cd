import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { runCli } from '../../../support/commands.ts'
import { useDigestWorld } from '../../../support/digest-world.ts'

const world = useDigestWorld()
const NOW = '2026-11-24T08:00:00Z'
const cli = resolve(import.meta.dirname, '../../../../src/cli.ts')
const started: ChildProcess[] = []
afterEach(() => {
  for (const one of started.splice(0)) one.kill('SIGKILL')
})

const settings = () => ({ DATABASE_URL: world.deps.databaseUrl, CLOCK_NOW: NOW, LOG_LEVEL: 'error' })

/** Why no terminal is available here; undefined if one is. */
function whyNoTerminal(): string | undefined {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux')
      ? undefined
      : 'script is another one'
  } catch {
    return 'no script (util-linux) on this machine'
  }
}
const missing = whyNoTerminal()

/** The command on a terminal of its own, and its output so far. */
function onTerminal(...args: string[]) {
  const line = `stty cols 60; exec ${process.execPath} ${cli} digests status ${args.join(' ')}`
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, SHELL: '/bin/sh', ...settings() },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  started.push(child)
  let drawn = ''
  child.stdout!.on('data', (data) => {
    drawn += data
  })
  const sees = async (text: string) => {
    await expect.poll(() => drawn, { timeout: 30_000, interval: 100 }).toContain(text)
    return drawn
  }
  return { child, sees, ended: once(child, 'exit') }
}

async function planOne(): Promise<void> {
  await world.addSubscriber('ann', { topics: ['robots'] })
  await world.addPapers('2026-11-24', ['Robots that fold'])
  await world.plan(NOW)
}

test.skipIf(missing)(
  `on a terminal it goes on until the date is closed${missing ? `: ${missing}` : ''}`,
  async () => {
    await planOne()
    const { sees, ended } = onTerminal('--watch')
    await sees('0 % (0 of 1)')
    await world.end('ann', '2026-11-24', 'accepted')
    await sees('100 % (1 of 1)')
    await world.plan(NOW)
    const drawn = await sees('Every email has a final result.')
    expect((await ended)[0]).toBe(0)
    expect(drawn).toContain('\x1b[0J') // redrawn in place, not below
    expect(drawn.slice(drawn.lastIndexOf('\x1b[?25'))).toBe('\x1b[?25h') // the cursor is back
    const lines = stripVTControlCharacters(drawn).split(/\r?\n/)
    expect(lines.filter((line) => line.length > 60)).toEqual([])
  },
)

test.skipIf(missing)(`Ctrl-C ends it, with the cursor back${missing ? `: ${missing}` : ''}`, async () => {
  await planOne()
  const { child, sees, ended } = onTerminal('--watch')
  await sees('Ctrl-C only stops watching.')
  child.stdin!.write('\x03')
  const drawn = await sees('\x1b[?25h')
  expect((await ended)[0]).toBe(0)
  expect(drawn).toContain('not complete')
})

test('in a pipe it refuses, and with --json it prints once', async () => {
  await planOne()
  const { code, stdout, stderr } = await runCli(['digests', 'status', '--watch'], settings())
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('--watch needs a terminal; elsewhere, run the command repeatedly with --json')
  const json = await runCli(['digests', 'status', '--watch', '--json'], settings())
  expect(JSON.parse(json.stdout)).toMatchObject({ date: '2026-11-24', due: 1, open: 1, closed: false })
})
