import { describe, expect, test } from 'vitest'
import { classifyRefusal, REFUSAL_RULES } from '../../../../src/mail/refusals/classify-refusal.ts'
import type { RefusalRule } from '../../../../src/mail/refusals/rules/rule.ts'

const of = (answer: string) =>
  classifyRefusal({ status: Number(answer.slice(0, 3)), enhanced: null, reply: answer })

test('names are used once', () => {
  const names = REFUSAL_RULES.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
})

describe.each(REFUSAL_RULES.map((rule): [string, RefusalRule] => [rule.name, rule]))('%s', (_name, rule) => {
  test('fits its examples before any other rule', () => {
    expect(rule.examples.length).toBeGreaterThan(0)
    expect(rule.examples.map((answer) => `${of(answer).rule}: ${answer}`)).toEqual(
      rule.examples.map((answer) => `${rule.name}: ${answer}`),
    )
  })

  test('has an example of each of its word lists', () => {
    const unheard = (rule.text ?? []).filter((pattern) => {
      const alone = REFUSAL_RULES.map((other) => (other === rule ? { ...rule, text: [pattern] } : other))
      return !rule.examples.some(
        (answer) =>
          classifyRefusal({ status: Number(answer.slice(0, 3)), enhanced: null, reply: answer }, alone)
            .rule === rule.name,
      )
    })
    expect(unheard).toEqual([])
  })
})
