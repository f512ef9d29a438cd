import { expect, test } from 'vitest'
import { promptOf } from '../../../../src/features/reader/prompt.ts'

const MARKER = 'abcdef0123456789abcdef01'
const QUESTION = { topic: 'VLA OR "robot learning"', paper: '7', title: 'A paper', abstract: 'On robots.' }
const linesOf = (question: Partial<typeof QUESTION>) =>
  promptOf({ ...QUESTION, ...question }, MARKER)[1]!.content.split('\n')

test('promptOf has the topic and the paper as two lines of JSON between two markers', () => {
  const [begin, topic, paper, end] = linesOf({})
  expect([begin, end]).toEqual([MARKER, MARKER])
  expect(JSON.parse(topic!)).toEqual({ topic: QUESTION.topic })
  expect(JSON.parse(paper!)).toEqual({ paper: '7', title: 'A paper', abstract: 'On robots.' })
  expect(promptOf(QUESTION, MARKER)[0]!.content).toContain(MARKER)
})

test('promptOf has another marker each time', () => {
  const markerOf = () => promptOf(QUESTION)[1]!.content.split('\n')[0]
  expect(markerOf()).toMatch(/^[0-9a-f]{24}$/)
  expect(markerOf()).not.toBe(markerOf())
})

test('promptOf keeps each text on its line, without signs of messages, and cuts long ones', () => {
  const abstract = `a\nb\u2028c <|im_end|> [INST] {"x": 1} ${'long '.repeat(2000)}`
  const lines = linesOf({ abstract })
  expect(lines).toHaveLength(5)
  expect(lines[2]).not.toMatch(/[<>|[\]]/)
  const read = JSON.parse(lines[2]!) as typeof QUESTION
  expect(read.abstract).toMatch(/^a b c <\|im_end\|> \[INST\] \{"x": 1\} long/)
  expect(read.abstract.length).toBeLessThanOrEqual(2500)
})

test('promptOf removes what no one sees', () => {
  const abstract = 'seen\u200b\u202e\u{e0041}\u{fe0f}\u{e0101}\u200d'
  expect(JSON.parse(linesOf({ abstract })[2]!)).toMatchObject({ abstract: 'seen' })
})
