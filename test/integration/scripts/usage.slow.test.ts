import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runProgram } from '../../support/processes.ts'

const root = join(import.meta.dirname, '../../..')
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}
/** The service and the commands have tests of their own, `test` is vitest, and `dev` is the demo. */
const OTHERS = ['start', 'cli', 'test', 'dev']
const OURS = Object.entries(scripts).flatMap(([name, command]): [name: string, file: string][] => {
  const file = /^node scripts\/launch\.mjs .*?(\S+\.ts)$/.exec(command)?.[1]
  return file && !OTHERS.includes(name) ? [[name, file]] : []
})
const fileOf = new Map(OURS)

/** Wrong arguments, and what the first line names; one of each script at least. */
const WRONG: [name: string, args: string[], named: string][] = [
  ['battery', ['no-such-row'], 'no-such-row'],
  ['bench', [], 'bench'],
  ['bench', ['no-such-bench'], 'no-such-bench'],
  ['bench', ['send', '--only', 'no-such'], '--only no-such'],
  ['bench', ['tex', '--no-such'], "Unknown option '--no-such'"],
  ['check', ['statik'], 'static'],
  ['demo', ['--port', 'x'], '--port'],
  ['docs', ['more'], 'more'],
  ['drill', ['no-such-drill'], 'failover'],
  ['lines', ['--no-such'], "Unknown option '--no-such'"],
  ['migrate', ['check', 'more'], 'dev NAME'],
  ['mutations', ['--only', 'no-such'], 'no-such'],
  ['preview', [], 'folder'],
  ['record', ['no-such-source'], 'no-such-source'],
  ['release', ['--only', 'no-such'], 'no-such'],
  ['shots', ['.shots', 'no-such-page'], 'no-such-page'],
  ['site', ['one', 'two'], 'one two'],
  ['test:all', ['--no-such'], "Unknown option '--no-such'"],
  ['test:next-schema', ['--no-such'], "Unknown option '--no-such'"],
  ['year', ['--no-such'], "Unknown option '--no-such'"],
]

// All of them import much of the same.
const CACHE = { NODE_COMPILE_CACHE: join(tmpdir(), 'daily-papers-compiled') }

test.concurrent.each(OURS)('`npm run %s -- --help` prints the usage', async (name, file) => {
  const { code, stdout, stderr } = await runProgram([file, '--help'], CACHE)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain(`npm run ${name}`)
})

test.concurrent.each(WRONG)(
  '`npm run %s -- %j` prints what is wrong and the usage',
  async (name, args, named) => {
    const { code, stdout, stderr } = await runProgram([fileOf.get(name)!, ...args], CACHE)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const [sentence, empty, ...usage] = stderr.split('\n')
    expect(sentence).toContain(named)
    expect(sentence).not.toContain('To specify')
    expect(empty).toBe('')
    expect(usage.join('\n')).toContain(`npm run ${name}`)
  },
)

test('the wrong arguments of every script are tried', () => {
  expect([...new Set(WRONG.map(([name]) => name))]).toEqual([...fileOf.keys()].sort())
})
