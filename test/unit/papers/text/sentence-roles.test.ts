import { expect, test } from 'vitest'
import { paperSentenceOf } from '../../../../src/papers/text/plain-text.ts'

const BACKGROUND =
  'Large language models are widely used, but their memory grows with the length of the text.'
const DID = 'In this paper, we propose a linear attention mechanism that needs constant memory.'
const HOW = 'Its state is updated with a gated delta rule, which is computed in parallel over chunks.'
const FOUND = 'Experiments on five benchmarks show that it outperforms strong baselines by 3.2 points.'
const CODE = 'Our code is available at https://example.org/code.'

const shown = (...sentences: string[]) => paperSentenceOf({ summary: null }, sentences.join(' ')).sentence

test('keySentences has what was done and what was found, with an ellipsis between', () => {
  expect(shown(BACKGROUND, DID, HOW, FOUND, CODE)).toBe(`${DID} … ${FOUND}`)
  expect(shown(BACKGROUND, DID, FOUND)).toBe(`${DID} ${FOUND}`)
})

test('keySentences is the beginning of the abstract if one of the two is not clear', () => {
  expect(shown(BACKGROUND, DID, CODE)).toBe(`${BACKGROUND} ${DID}`)
  expect(shown(BACKGROUND, BACKGROUND, FOUND)).toBe(`${BACKGROUND} ${BACKGROUND}`)
  expect(shown('')).toBe('')
})

test('keySentences skips a sentence that needs the one before it', () => {
  const dependent = 'Moreover, it outperforms the strongest baselines on five benchmarks by a large margin.'
  expect(shown(BACKGROUND, DID, HOW, dependent, FOUND)).toBe(`${DID} … ${FOUND}`)
})

test('keySentences skips a sentence that is too long', () => {
  const long = `Experiments on ${'many different '.repeat(25)}benchmarks show that it outperforms all baselines.`
  expect(shown(BACKGROUND, DID, long, FOUND)).toBe(`${DID} … ${FOUND}`)
})
