import { describe, expect, test } from 'vitest'
import { keySentence } from '../../../../src/papers/text/key-sentence.ts'
import { paperSentenceOf } from '../../../../src/papers/text/paper-sentence.ts'
import { plainText } from '../../../../src/papers/text/plain-text.ts'
import { everyPaper } from '../../../support/archived-papers.ts'
import { noTestData } from '../../../support/test-data.ts'

const OPENING = 'Long videos need more memory than a graphics card has.'
const CODE = 'Code is available at https://example.org/code for everybody who wants to use it.'
const LONG = `In this paper, we propose a cache that keeps ${'very '.repeat(40)}few frames of a long video.`

/** A short abstract, and the place of its key sentence; null if it has none. */
const abstracts: [string, number | null, ...string[]][] = [
  [
    'what is proposed',
    1,
    OPENING,
    'We present FrameCache, a memory that keeps only the frames that a question needs.',
    'Experiments on five benchmarks show gains of three points on average.',
  ],
  [
    'what this paper introduces',
    1,
    OPENING,
    'This paper introduces a benchmark of long videos with questions on rare events.',
  ],
  [
    'what was developed "in this work"',
    1,
    OPENING,
    'In this work, we first develop a compact memory for the frames of long videos.',
  ],
  [
    'what is presented, in the passive',
    1,
    OPENING,
    'A new way to compress the frames of long videos with wavelets is presented.',
  ],
  [
    'what a two-part paper proposes',
    1,
    OPENING,
    'This two-part paper proposes a theory of memory for models of long videos.',
  ],
  [
    'what is studied',
    1,
    OPENING,
    'We study how much of a long video a model of language has to see to answer.',
  ],
  [
    'a survey',
    1,
    OPENING,
    'This survey reviews two hundred papers on memory for the understanding of videos.',
  ],
  ['what was found', 1, OPENING, 'We find that ten frames answer most questions on videos of an hour.'],
  [
    'a proposal before a study',
    2,
    OPENING,
    'We study memory in models that watch long videos at night.',
    'We propose FrameCache, a memory for models that watch long videos.',
  ],
  [
    'a study before a finding',
    2,
    OPENING,
    'We show that ten frames answer most questions on long videos.',
    'We investigate how many frames a model of videos has to see.',
  ],
  [
    'the first of two proposals',
    1,
    OPENING,
    'We propose a memory for models that watch long videos.',
    'We design a loss that keeps the frames of rare events in it.',
  ],
  [
    'the one with a name of two other sentences',
    2,
    LONG,
    'Most models forget the beginning of a video within minutes.',
    'Most models with FrameCache remember all of the video.',
  ],
  [
    'the opening over a proposal that refers to it',
    0,
    OPENING,
    'To address this problem, we propose FrameCache, a memory for long videos.',
  ],
  [
    'the opening over the part of a proposal that refers to it',
    0,
    OPENING,
    'Based on these frames, we propose FrameCache, a memory.',
    'We design a loss that keeps the frames of rare events.',
  ],
  [
    'the opening over a second step',
    0,
    OPENING,
    'We then propose to train with a loss that keeps rare events.',
  ],
  [
    'the opening over an addition',
    0,
    OPENING,
    'We also introduce a benchmark of long videos with many questions.',
  ],
  [
    'the opening over a sentence on "it"',
    0,
    OPENING,
    'We show that it answers questions on videos of an hour better than people.',
  ],
  [
    'the opening over a sentence on "their order"',
    0,
    OPENING,
    'To learn from their order, we introduce a loss on pairs of frames.',
  ],
  [
    'the opening over a sentence on "such frames"',
    0,
    OPENING,
    'We explore how such frames help a model to understand the end of a video.',
  ],
  [
    'the opening over a finding on "our method"',
    0,
    OPENING,
    'We demonstrate that our method beats all others on three benchmarks.',
  ],
  [
    'the opening over a sentence on "the proposed model"',
    0,
    OPENING,
    'The proposed model is introduced into a player and saves half of the time.',
  ],
  [
    'the opening over a proposal for a gap that is not named',
    0,
    OPENING,
    'To bridge the gap, we present FrameCache, a memory for models of video.',
  ],
  [
    'a proposal for a problem that is named',
    1,
    OPENING,
    'To solve the problem of lost frames, we present FrameCache, a memory for video.',
  ],
  [
    'a sentence with "such as"',
    1,
    OPENING,
    'We present a memory for videos of sports such as chess, tennis and rowing.',
  ],
  [
    'the opening over the address of code',
    0,
    OPENING,
    'We present FrameCache, which is available at https://example.org/frames today.',
  ],
  ['the opening over a sentence that is too long', 0, OPENING, LONG],
  [
    'a later sentence if the opening is too long',
    1,
    LONG.replace('In this paper, we propose', 'Videos need'),
    'Models of language forget the beginning of a video within minutes.',
  ],
  ['nothing if all are too long', null, LONG, LONG],
  [
    'nothing if the rest needs another sentence',
    null,
    LONG,
    'However, models forget the beginning of a video within minutes.',
    'This is a problem for all who watch long videos at home.',
    CODE,
  ],
  [
    'the opening over a sentence with a gap',
    0,
    OPENING,
    'We present FrameCache, a memory for frames, sounds, words ... and much more.',
  ],
  [
    'the opening over a sentence that is cut at the end',
    0,
    OPENING,
    'We present FrameCache, a memory for models that watch',
  ],
  [
    'a sentence with abbreviations',
    1,
    OPENING,
    'We present FrameCache, a memory for long videos, e.g. those by Smith et al. and in Fig. 3, i.e. of an hour.',
  ],
  ['the only sentence, also without a full stop', 0, 'A memory for long videos'],
  ['nothing from an empty abstract', null],
]

test.each(abstracts)('keySentence chooses %s', (_what, place, ...sentences) => {
  expect(keySentence(sentences.join(' '))).toBe(place === null ? '' : sentences[place])
})

test('keySentence is a whole sentence of nine in ten real abstracts, at most 220 characters long', ({
  skip,
}) => {
  const all = everyPaper().filter(({ abstract, summary }) => abstract.length > 400 && !summary)
  const papers = all.filter((_, i) => i % 10 === 0)
  if (papers.length === 0) skip(noTestData('papers'))
  const found = papers
    .map(({ abstract }) => plainText(abstract))
    .map((abstract) => ({ abstract, sentence: keySentence(abstract) }))
    .filter(({ sentence }) => sentence)
  expect(found.length / papers.length).toBeGreaterThan(0.9)
  for (const { abstract, sentence } of found) {
    expect(sentence.length).toBeLessThanOrEqual(220)
    expect(sentence).not.toMatch(/…|\.\.\.|^(?:However|Moreover|To this end)/)
    expect(abstract).toContain(sentence)
  }
})

describe('paperSentenceOf', () => {
  const short = 'A memory answers questions on long videos.'
  const second = `A second sentence says how ${'very '.repeat(40)}well.`
  const abstract = OPENING

  test.each([
    ['the summary, whole if it fits', `${short} It is small.`, `${short} It is small.`, true],
    ['the first sentence of a long summary', `${short} ${second}`, short, true],
    ['a sentence of the abstract if no sentence of the summary fits', `${second} ${short}`, OPENING, false],
    ['a sentence of the abstract if the summary is cut', 'A memory answers questions on…', OPENING, false],
    ['a sentence of the abstract without a summary', null, OPENING, false],
    ['the summary without TeX', 'A memory of size $n^2$.', 'A memory of size n².', true],
  ])('is %s', (_what, summary, sentence, isSummary) => {
    expect(paperSentenceOf({ summary }, abstract)).toEqual({ sentence, isSummary })
  })
})
