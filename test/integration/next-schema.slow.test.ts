import { expect, test } from 'vitest'
import { LATER, LATER_INDEX } from '../support/next-release.ts'
import { runProgram } from '../support/processes.ts'

// What writes and reads the tables most: every statement, sending, planning, and a subscriber's page.
const FILES = [
  'test/integration/statements.test.ts',
  'test/integration/constraints.test.ts',
  'test/integration/mail/outbox',
  'test/integration/digests/plan-digests.test.ts',
  'test/integration/account',
  'test/integration/web/manage.test.ts',
]

test('tests of this release pass on the schema of a later one', { timeout: 600_000 }, async () => {
  const { code, stdout } = await runProgram(['test/next-schema.ts', ...FILES])
  expect(stdout).toContain(`On the schema of a later release: ${LATER}, ${LATER_INDEX}`)
  expect({ code, end: stdout.split('\n').slice(-20) }).toMatchObject({ code: 0 })
})
