import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FEATURES } from '../../../src/features/index.ts'
import { buildProgram } from '../../../src/operator/command-line.ts'
import { operation } from '../../../src/operator/operations/operation.ts'
import { nounsOf } from '../../../src/operator/operations/operations.ts'
import { runCli } from '../../support/commands.ts'

test('help lists the same with and without the files of the commands', async () => {
  const all = await buildProgram(FEATURES, async () => {})
  const none = await buildProgram(FEATURES, async () => {}, {})
  expect(none.helpInformation()).toBe(all.helpInformation())
})

test('a verb of a feature has the same help without the files of the other verbs', async () => {
  const wave = operation({
    name: 'subscribers wave',
    summary: 'wave to a subscriber',
    effect: 'read',
    subject: 'subscriber',
    command: {},
    run: async () => ({}),
  })
  const feature = {
    name: 'wave',
    operations: [{ noun: 'subscribers', verbs: ['wave'], read: async () => [wave] }],
  }
  const [one, all] = await Promise.all(
    [{ noun: 'subscribers', verb: 'wave' }, undefined].map(async (typed) => {
      const program = await buildProgram([feature], async () => {}, typed)
      return program.commands.find((noun) => noun.name() === 'subscribers')!.commands
    }),
  )
  expect(one!.map((verb) => verb.name())).toEqual(['wave'])
  expect(one![0]!.helpInformation()).toBe(all!.find((verb) => verb.name() === 'wave')!.helpInformation())
})

test.each([['--help'], ['help']])('a noun with %s lists its verbs', async (word) => {
  const args = word === 'help' ? ['help', 'sources'] : ['sources', word]
  const { code, stdout } = await runCli(args)
  expect(code).toBe(0)
  expect(stdout).toContain('status')
})

test('--version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  expect(await runCli(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` })
})

test('an unknown noun exits 2 and names a similar one', async () => {
  expect(Object.keys(nounsOf(FEATURES))).toContain('papers')
  const { code, stderr } = await runCli(['paper', 'list'])
  expect(code).toBe(2)
  expect(stderr).toContain('Did you mean papers?')
})
