import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { useDatabase } from '../support/database.ts'
import { type Finished, runCliProcess, runProgram } from '../support/processes.ts'
import { startSmtpSink } from '../support/smtp-sink.ts'

vi.setConfig({ testTimeout: 120_000 })

const root = resolve(import.meta.dirname, '../..')
// The newest change of the schema: the code before it is the release that an operator goes back to.
const NEWEST = 'prisma/migrations/20261124220000_operator/migration.sql'
const EMAIL = 'ann@reader.example'
const database = useDatabase()
const folder = mkdtempSync(join(tmpdir(), 'roll-back-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The code before that change, ready to run in `folder`; undefined where this clone has no history. */
function releaseBefore(): string | undefined {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  try {
    const added = git('log', '--diff-filter=A', '--format=%H', '--', NEWEST)
    const before = git('rev-parse', '--verify', '--quiet', `${added}^`)
    execFileSync('sh', ['-c', `git archive ${before} | tar -x -C ${folder}`], { cwd: root })
  } catch {
    return undefined
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  execFileSync(process.execPath, ['node_modules/prisma/build/index.js', 'generate'], {
    cwd: folder,
    stdio: 'ignore',
  })
  return folder
}

test('the release before runs on the schema of this one, and this one goes on after it', async (context) => {
  const before = releaseBefore()
  if (!before) return context.skip('no history in this clone')
  const sink = await startSmtpSink()
  const settings = { DATABASE_URL: database.url, SMTP_URL: `smtp://127.0.0.1:${sink.port}` }
  const at = (now: string) => ({ ...settings, CLOCK_NOW: now })
  const then = (args: string[], now: string) =>
    runProgram([join(before, 'src/cli.ts'), ...args], at(now), before)
  const today = (args: string[], now: string) => runCliProcess(args, at(now))
  const done = ({ code, stdout, stderr }: Finished) =>
    expect({ code, stdout, stderr }).toMatchObject({ code: 0 })
  try {
    done(
      await today(
        ['subscribers', 'add', EMAIL, '--topic', 'robots', '--consent', 'paper'],
        '2026-11-23T12:00:00Z',
      ),
    )
    done(
      await then(['subscribers', 'add', 'ben@reader.example', '--consent', 'paper'], '2026-11-23T12:00:00Z'),
    )
    const papers = join(root, 'test/fixtures/huggingface/daily/2026-08-14.json')
    done(await then(['papers', 'import', papers, '--date', '2026-11-23'], '2026-11-24T02:00:00Z'))
    done(await then(['digests', 'run', '--json'], '2026-11-24T08:30:00Z'))
    expect(sink.accepted.map(({ to }) => to)).toContain('ben@reader.example')
    const mails = sink.accepted.length
    done(await today(['digests', 'run', '--json'], '2026-11-24T08:40:00Z'))
    expect(sink.accepted.length).toBe(mails)
    done(await then(['subscribers', 'erase', EMAIL], '2026-11-24T09:00:00Z'))
    const explained = await today(['subscribers', 'explain', 'ben@reader.example'], '2026-11-24T10:00:00Z')
    done(explained)
    expect(explained.stdout).toMatch(/^Sent: /)
  } finally {
    await sink.close()
  }
})
