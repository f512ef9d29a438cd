import { describe, expect, test } from 'vitest'
import { classifyRefusal } from '../../../../src/mail/refusals/classify-refusal.ts'
import type { RefusalRule } from '../../../../src/mail/refusals/refusal-rule.ts'
import { RULES } from '../../../../src/mail/refusals/rules.ts'
import { REFUSAL_EXAMPLES } from './rule-examples.ts'

/** Reads an example of a rule where the rule applies: in a report only if it is one for reports. */
function classify(answer: string, { onlyInReports = false, to }: RefusalRule, rules = RULES) {
  const reply = { status: Number(answer.slice(0, 3)), enhanced: null, reply: answer, to: to?.[0] }
  return classifyRefusal(reply, { rules, inReport: onlyInReports })
}

test('each rule has its own name', () => {
  const names = RULES.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
})

describe.each(RULES.map((rule): [string, RefusalRule] => [rule.name, rule]))('the rule %s', (name, rule) => {
  const examples = REFUSAL_EXAMPLES[name] ?? []

  test('matches its examples before any other rule', () => {
    expect(examples.length).toBeGreaterThan(0)
    expect(examples.map((answer) => `${classify(answer, rule).rule}: ${answer}`)).toEqual(
      examples.map((answer) => `${rule.name}: ${answer}`),
    )
  })

  test('has an example of each of its patterns', () => {
    const without = (rule.text ?? []).filter((pattern) => {
      const only = { ...rule, text: [pattern] }
      const rules = RULES.map((other) => (other === rule ? only : other))
      return !examples.some((answer) => classify(answer, rule, rules).rule === rule.name)
    })
    expect(without).toEqual([])
  })
})

describe('a reply in a report', () => {
  const dead = RULES.filter(({ enhancedInReports }) => enhancedInReports)
  test.each(dead.flatMap(({ name }) => REFUSAL_EXAMPLES[name]!))(
    'of "%s" is a dead address with any code',
    (answer) => {
      const reply = { status: 550, enhanced: '5.7.1', reply: answer }
      expect(classifyRefusal(reply, { inReport: true }).class).toBe('dead')
      expect(classifyRefusal({ ...reply, to: 'MAIL' }, { inReport: true }).class).not.toBe('dead')
    },
  )
})
