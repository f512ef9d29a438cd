import { expect, test } from 'vitest'
import { TermCounter } from '../../../../src/queries/meaning/known-terms.ts'
import { decodeUsage, UsageLearner } from '../../../../src/queries/meaning/usage.ts'
import { tokensOf, toPaperText } from '../../../../src/queries/text/tokens.ts'
import { randomFrom } from '../../../battery/bench/seeded-random.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

/** What is learned from texts, each in so many papers. */
function termsOf(...texts: [text: string, papers: number][]): string[] {
  const counter = new TermCounter()
  for (const [text, papers] of texts)
    for (let i = 0; i < papers; i++) counter.read([{ text, tokens: tokensOf(text) }])
  return [...counter.result().values()]
}

/** Papers of which one in 21 has the words side by side, which is not enough by itself. */
test.each([
  [10, ['world model']],
  [9, []],
])('words that are a keyword of %i papers are %j', (papers, expected) => {
  const counter = new TermCounter()
  const tokenized = (text: string) => ({ text, tokens: tokensOf(text) })
  for (let i = 0; i < 10; i++)
    counter.read([tokenized('World models.')], i < papers ? [tokenized('World Model')] : [])
  for (let i = 0; i < 200; i++) counter.read([tokenized('A model. Our world.')])
  expect([...counter.result().values()]).toEqual(expected)
})

test.each<[string, [text: string, papers: number][], string[]]>([
  ['side by side in five papers', [['A world model.', 5]], ['world model']],
  ['in fewer papers', [['A world model.', 4]], []],
  ['in any form', [['World models are here. The world modelling.', 5]], ['world model']],
  ['several times in a paper', [['World models and world models.', 4]], []],
  [
    'in one of five papers with both',
    [
      ['World models.', 5],
      ['A model. Our world.', 20],
    ],
    ['world model'],
  ],
  [
    'in fewer of them',
    [
      ['World models.', 5],
      ['A model. Our world.', 21],
    ],
    [],
  ],
  ['with a sign between them', [['The world, models.', 5]], []],
  ['with small words', [['A mixture of experts.', 5]], ['mixtur of expert']],
  ['with a hyphen', [['This mixture-of-experts.', 5]], ['mixtur of expert']],
  ['with an article between them', [['Fill the void.', 5]], []],
  ['with "to" between them', [['Text to image.', 5]], []],
  ['as part of a hyphenated word', [['The multi-turn dialogue.', 5]], ['multi turn', 'multi turn dialog']],
  [
    'three words',
    [['A policy gradient bandit.', 5]],
    ['polici gradient', 'polici gradient bandit', 'gradient bandit'],
  ],
  ['as every abstract has them', [['We achieve gains.', 5]], []],
])('words %s: %j are %j', (_, texts, expected) => expect(termsOf(...texts).sort()).toEqual(expected.sort()))

test('50,000 terms, the maximum, are stored in less than 5 MB', () => {
  const random = randomFrom(1)
  const letters = 'bcdfghklmnprtvwz'
  const word = () => Array.from({ length: 9 }, () => letters[Math.floor(random() * letters.length)]).join('')
  const runs = Array.from({ length: 18_000 }, () => `${word()} ${word()} ${word()}`)
  const learner = new UsageLearner()
  for (let from = 0; from < runs.length; from += 1000) {
    const facts = { title: 'T', abstract: `${runs.slice(from, from + 1000).join('. ')}.` }
    const { title, abstract, keywords } = toPaperText(samplePaper(facts))
    for (let i = 0; i < 5; i++) learner.add({ title, abstract, keywords, firstDay: '2026-11-24' })
  }
  const stored = learner.finish()
  expect(decodeUsage(stored).terms.size).toBe(50_000)
  expect(stored.length).toBeLessThan(5_000_000)
})
