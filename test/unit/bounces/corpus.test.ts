import { describe, expect, test } from 'vitest'
import { benchBounces, measureBounces } from '../../support/accuracy/bounces.ts'
import { CORPUS } from '../../support/accuracy/bounces-corpus.ts'
import { testData } from '../../support/test-data.ts'

const folder = CORPUS
const where = testData('bounces') ? 'emails in TEST_DATA' : "the project's own emails"
console.info(`Bounces: ${where}`)

describe(`on ${where}`, async () => {
  const measured = await measureBounces(folder, false)

  test('every email is read, with the same result for all line ends', () => {
    expect(measured.forms).toBe(measured.files * 3)
    expect(measured.crashed).toEqual([])
    expect(measured.uneven).toEqual([])
  })

  test('no delay, automatic reply, success, policy or other email suppresses an address', () =>
    expect(measured.wronglySuppressed).toEqual([]))

  test('nearly all mailboxes classified as dead are dead, and most dead ones are found', () => {
    const [ours, plain] = ['ours', 'any 5.x.x'].map((name) => measured.rows.find((row) => row.name === name)!)
    expect(ours!.lenient.precision).toBeGreaterThanOrEqual(0.97)
    expect(ours!.lenient.recall).toBeGreaterThanOrEqual(0.85)
    expect(plain!.lenient.precision).toBeLessThan(0.9)
  })

  test('nearly all reports have their recipient', () =>
    expect(measured.found.ours!.share).toBeGreaterThan(0.95))
})

describe('the benchmark', () => {
  test('prints a row for each reader, or why it has none', async () => {
    const { text } = await benchBounces(['--data', folder])
    expect(text).toMatch(/\n {2}ours +\d+ +\d+ +[01]\.\d{3}/)
    expect(text).toMatch(/\n {2}any 5\.x\.x +\d+/)
    for (const name of ['Sisimai', 'flufl.bounce']) expect(text).toContain(name)
  }, 60_000)

  test('reports a folder without emails', async () =>
    expect((await benchBounces(['--data', '/nowhere'])).text).toContain('/nowhere holds no expected.jsonl'))
})
