import { expect, test } from 'vitest'
import { useDatabase } from '../../support/database.ts'
import { runProgram } from '../../support/processes.ts'

const database = useDatabase()

test('one of ten processes acts on a minute', async () => {
  const settings = { DATABASE_URL: database.url, CLOCK_NOW: '2026-11-23T09:00:10Z' }
  const processes = Array.from({ length: 10 }, () => runProgram(['test/support/tick-once.ts'], settings))
  const answers = (await Promise.all(processes)).map(({ stdout }) => stdout.trim())
  expect(answers.toSorted()).toEqual([...Array(9).fill('false'), 'true'])
})
