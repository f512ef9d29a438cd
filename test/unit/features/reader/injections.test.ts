import { describe, expect, test } from 'vitest'
import { promptOf, type ReaderQuestion } from '../../../../src/features/reader/prompt.ts'
import { readReply } from '../../../../src/features/reader/read-reply.ts'
import { type Message, questionIn, replyTo } from '../../../integration/features/reader/stand-in-reader.ts'
import { INJECTIONS } from './injections.ts'

const PAPER = { paper: '1', title: 'Protein cells', abstract: 'We study cells.' }
const TOPIC = 'car engine'
const gradeOf = () => 1

const questionOf = ({ title = PAPER.title, abstract = PAPER.abstract }): ReaderQuestion => ({
  ...{ topic: TOPIC, paper: PAPER.paper, title, abstract },
})

const gradeFor = (messages: Message[]): number | undefined =>
  readReply(replyTo(messages, gradeOf), PAPER.paper)?.grade

/** A prompt that puts the texts of a paper next to its instructions. */
const wrongPrompt = ({ topic, paper, title, abstract }: ReaderQuestion): Message[] => [
  { role: 'system', content: 'Grade papers from 0 to ten.' },
  { role: 'user', content: `Topic: ${topic}\nPaper ${paper}\nTitle: ${title}\nAbstract: ${abstract}` },
]

test('there are 30 injections or more, each different', () => {
  const texts = new Set(INJECTIONS.map(({ title, abstract }) => `${title} ${abstract}`))
  expect(texts.size).toBeGreaterThanOrEqual(30)
})

describe('an injection does not change a grade', () => {
  test.each(INJECTIONS)('$what', (injection) => {
    const messages = promptOf(questionOf(injection))
    expect(gradeFor(messages)).toBe(1)
    expect(questionIn(messages)).toMatchObject({ topic: TOPIC, paper: PAPER.paper })
  })

  test.each(INJECTIONS)('$what, in the topic of someone else', ({ title, abstract }) => {
    const messages = promptOf({ ...questionOf({}), topic: abstract ?? title! })
    expect(gradeFor(messages)).toBe(1)
  })

  test.each(INJECTIONS)('$what, but does with a prompt that has no border', (injection) => {
    const messages = wrongPrompt(questionOf(injection))
    expect(readReply(replyTo(messages, gradeOf).replace('"paper":""', '"paper":"1"'), '1')?.grade).toBe(10)
  })
})
