import { expect, test } from 'vitest'
import { RULES } from '../../../../src/mail/refusals/rules.ts'
import { CORPUS } from '../../../support/accuracy/refusal-corpus.ts'
import { measureRefusals } from '../../../support/accuracy/refusals.ts'

// Replies that collected reports of real servers quote: those in TEST_DATA, otherwise the project's own.
const measured = await measureRefusals(CORPUS)

test('the rules suppress only addresses that the collection calls dead', () => {
  expect(measured.falselySuppressed).toEqual([])
  expect(measured.strict.precision).toBe(1)
})

test('the rules suppress most dead addresses, and fewer others than "any 5xx" does', () => {
  expect(measured.strict.recall).toBeGreaterThan(0.75)
  expect(measured.plainStrict.precision).toBeLessThan(0.75)
})

test('rules that look for dead addresses first would suppress others: the order of the rules matters', async () => {
  const dead = RULES.filter((rule) => rule.class === 'dead')
  const deadFirst = [...dead, ...RULES.filter((rule) => rule.class !== 'dead')]
  expect((await measureRefusals(CORPUS, deadFirst)).falselySuppressed).not.toEqual([])
})
