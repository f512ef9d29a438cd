import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const NOT_COPIED = ['node_modules', '.git', '.data', '.node', '.shots', '.site']

/** A copy of the repository. */
export function copyRepository(to: string): string {
  const isCopied = (path: string) => dirname(path) !== root || !NOT_COPIED.includes(basename(path))
  cpSync(root, to, { recursive: true, filter: isCopied })
  symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'))
  mkdirSync(join(to, '.data'))
  return to
}

/** The part of vitest's JSON report that is read. */
interface Report {
  testResults: {
    name: string
    status: string
    startTime: number
    endTime: number
    assertionResults: { status: string; ancestorTitles: string[]; title: string }[]
  }[]
}

export interface TestFile {
  path: string
  seconds: number
  /** Titles of its tests; if the file cannot be loaded, a text that says so. */
  failed: string[]
}

export interface TestOptions {
  postgres: string
  /** Stop at the first failure. */
  bail: boolean
  workers: number
  /** Only the slow files, instead of the quick ones. */
  slow: boolean
  isRecording?: boolean
  /** Ends the run. */
  signal: AbortSignal
}

/** Runs these test files of a copy of the repository, in this order; all without a name. Undefined if it was ended. */
export async function runTests(
  tree: string,
  names: readonly string[],
  { postgres, bail, workers, slow, isRecording, signal }: TestOptions,
): Promise<TestFile[] | undefined> {
  const report = join(tree, '.data/report.json')
  rmSync(report, { force: true })
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [
    'run',
    '--config=test/mutations/vitest.config.ts',
    '--reporter=json',
    `--outputFile=${report}`,
  ]
  const limits = [`--bail=${bail ? 1 : 0}`, `--maxWorkers=${workers}`, `--mode=${slow ? 'slow' : 'test'}`]
  const env = { ...process.env, MUTATIONS_POSTGRES: postgres, MUTATIONS_RECORD: isRecording ? '1' : '' }
  const child = spawn(process.execPath, [vitest, ...args, ...limits, ...names], {
    cwd: tree,
    env,
    stdio: 'ignore',
    // In a group of its own, which can be killed: a mutant may loop for ever.
    detached: true,
  })
  const kill = () => process.kill(-child.pid!, 'SIGKILL')
  signal.addEventListener('abort', kill)
  await once(child, 'exit')
  signal.removeEventListener('abort', kill)
  return existsSync(report) ? readReport(tree, JSON.parse(readFileSync(report, 'utf8'))) : undefined
}

const readReport = (tree: string, { testResults }: Report): TestFile[] =>
  testResults.map(({ name, status, startTime, endTime, assertionResults }) => {
    const failed = assertionResults
      .filter((one) => one.status === 'failed')
      .map(({ ancestorTitles, title }) => [...ancestorTitles, title].join(' › '))
    return {
      path: relative(tree, name),
      seconds: (endTime - startTime) / 1000,
      failed: status === 'failed' && failed.length === 0 ? ['the file cannot be loaded'] : failed,
    }
  })
