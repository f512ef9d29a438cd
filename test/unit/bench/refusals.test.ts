import { describe, expect, test } from 'vitest'
import { RULES } from '../../../src/mail/refusals/rules.ts'
import { CORPUS } from '../../bench/refusal-corpus.ts'
import { benchRefusals, measureRefusals } from '../../bench/refusals.ts'
import { testData } from '../../support/test-data.ts'

const folder = CORPUS
const where = testData('bounces') ? 'reports in TEST_DATA' : "the project's own reports"
console.info(`Refusals: ${where}`)

describe(`on ${where}`, async () => {
  const measured = await measureRefusals(folder)

  test('no address is suppressed that the corpus does not call dead', () => {
    expect(measured.falselySuppressed).toEqual([])
    expect(measured.strict.precision).toBe(1)
  })

  test('and of whom it does, most are, which is better than the plain rule does', () => {
    expect(measured.strict.recall).toBeGreaterThan(0.75)
    expect(measured.plainStrict.precision).toBeLessThan(0.75)
  })

  test('rules that look for the dead first suppress others: the order is the care', async () => {
    const dead = RULES.filter((rule) => rule.class === 'dead')
    const deadFirst = [...dead, ...RULES.filter((rule) => rule.class !== 'dead')]
    expect((await measureRefusals(folder, deadFirst)).falselySuppressed).not.toEqual([])
  })
})

describe('the bench', () => {
  test('prints precision and recall beside the plain rule', async () => {
    const { text } = await benchRefusals(['--data', folder])
    expect(text).toMatch(
      /by our rules, strict +\d+ +\d+ +1\.000 +0\.\d{3}|by our rules, strict +\d+ +\d+ +1\.000 +1\.000/,
    )
    expect(text).toContain('Suppressed, and not called dead: 0')
  })

  test('says so if there are no reports', async () =>
    expect((await benchRefusals(['--data', '/nowhere'])).text).toContain('/nowhere holds no expected.jsonl'))
})
