import { describe, expect, test } from 'vitest'
import { classifyRefusal } from '../../../../src/mail/refusals/classify-refusal.ts'
import type { RefusalRule } from '../../../../src/mail/refusals/mailbox-rules.ts'
import { REFUSAL_RULES } from '../../../../src/mail/refusals/refusal-rules.ts'
import { REFUSAL_EXAMPLES } from './rule-examples.ts'

const of = (answer: string) =>
  classifyRefusal({ status: Number(answer.slice(0, 3)), enhanced: null, reply: answer })

test('names are used once', () => {
  const names = REFUSAL_RULES.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
})

describe.each(REFUSAL_RULES.map((rule): [string, RefusalRule] => [rule.name, rule]))('%s', (name, rule) => {
  const examples = REFUSAL_EXAMPLES[name] ?? []

  test('fits its examples before any other rule', () => {
    expect(examples.length).toBeGreaterThan(0)
    expect(examples.map((answer) => `${of(answer).rule}: ${answer}`)).toEqual(
      examples.map((answer) => `${rule.name}: ${answer}`),
    )
  })

  test('has an example of each of its word lists', () => {
    const unheard = (rule.text ?? []).filter((pattern) => {
      const alone = REFUSAL_RULES.map((other) => (other === rule ? { ...rule, text: [pattern] } : other))
      return !examples.some(
        (answer) =>
          classifyRefusal({ status: Number(answer.slice(0, 3)), enhanced: null, reply: answer }, alone)
            .rule === rule.name,
      )
    })
    expect(unheard).toEqual([])
  })
})
