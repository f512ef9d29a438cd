import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Archive } from '../../../../src/queries/archive.ts'
import { PaperIndex } from '../../../../src/queries/matching/paper-index.ts'
import { LatentSpace } from '../../../../src/queries/ranking/latent-space.ts'
import { SpaceLearner } from '../../../../src/queries/ranking/learn-space.ts'
import {
  learnProfile,
  ordinaryPapers,
  preferenceOf,
  profileWordsOf,
  type Vote,
  voteWeight,
} from '../../../../src/queries/ranking/preference.ts'
import {
  cosineSimilarity,
  toUnitLength,
  type Vector,
  wordCounts,
} from '../../../../src/queries/ranking/tf-idf.ts'
import { runToEnd } from '../../../../src/queries/steps.ts'
import { toPaperText, WordIndex, wordKeyOf } from '../../../../src/queries/text/tokens.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const vector = (weights: Record<string, number>): Vector => toUnitLength(new Map(Object.entries(weights)))
const linear = vector({ linear: 3, attention: 4 })
const kernel = vector({ kernel: 4, attention: 3 })
const robots = vector({ robot: 1 })
const protein = vector({ protein: 3, attention: 1 })
const more = (words: Vector, weight = 1): Vote => ({ kind: 'more', words, weight })
const less = (words: Vector, weight = 1): Vote => ({ kind: 'less', words, weight })
const learn = (votes: Vote[], removed: string[] = [], background = [robots, protein]) =>
  learnProfile({ votes, background, removed: new Set(removed) })

test('wanted papers come first, unwanted ones last, and ordinary ones are in between', () => {
  const profile = learn([more(linear), less(robots)])
  const papers = [robots, vector({ attention: 1, robot: 1 }), vector({ other: 1 }), kernel, linear]
  const ordered = papers.toSorted((a, b) => cosineSimilarity(profile, b) - cosineSimilarity(profile, a))
  expect(ordered[0]).toBe(linear)
  expect(ordered.at(-1)).toBe(robots)
  expect(profile.get('linear')).toBeGreaterThan(0)
  expect(profile.get('robot')).toBeLessThan(0)
})

test('a word that ordinary papers have too counts less', () => {
  const shared = vector({ attention: 1, kernel: 1 })
  const profile = learn([more(shared)], [], [vector({ attention: 1 })])
  expect(profile.get('kernel')!).toBeGreaterThan(profile.get('attention') ?? 0)
})

test('only "less" moves its words down, and words without a vote have no weight', () => {
  const profile = learn([less(kernel)])
  expect([...profile.keys()].sort()).toEqual(['attention', 'kernel'])
  expect([...profile.values()].every((weight) => weight < 0)).toBe(true)
})

test('a newer vote counts more than an older one', () => {
  expect([voteWeight(0), voteWeight(-1)]).toEqual([1, 1])
  expect(voteWeight(365)).toBeLessThan(voteWeight(30))
  const profile = learn([more(linear, voteWeight(1000)), more(kernel)])
  expect(profile.get('kernel')!).toBeGreaterThan(profile.get('linear')!)
})

const anyVector = fc
  .dictionary(fc.stringMatching(/^[a-h]{1,2}$/), fc.double({ min: 0.01, max: 1, noNaN: true }), {
    maxKeys: 60,
  })
  .map(vector)
const anyVote = fc.record({
  kind: fc.constantFrom('more' as const, 'less' as const),
  words: anyVector,
  weight: fc.double({ min: 0, max: 1, noNaN: true }),
})

test('any votes: up to 200 words, of unit length, none of those removed, strongest first, always the same', () => {
  const removed = ['a', 'b', 'ab']
  fc.assert(
    fc.property(
      fc.array(anyVote, { maxLength: 12 }),
      fc.array(anyVector, { maxLength: 8 }),
      (votes, ordinary) => {
        const profile = learn(votes, removed, ordinary)
        const weights = [...profile.values()].map(Math.abs)
        expect(profile.size).toBeLessThanOrEqual(200)
        if (profile.size > 0) expect(Math.hypot(...weights)).toBeCloseTo(1)
        expect(removed.filter((key) => profile.has(key))).toEqual([])
        expect(weights).toEqual(weights.toSorted((a, b) => b - a))
        expect([...learn(votes, removed, ordinary)]).toEqual([...profile])
      },
    ),
    { numRuns: 50 },
  )
})

test('without votes, and with every word removed, a profile is empty', () => {
  expect([learn([]).size, learn([more(robots)], ['robot']).size, learn([more(new Map())]).size]).toEqual([
    0, 0, 0,
  ])
})

const SUBJECTS = ['mamba ssm recurrence', 'robot gripper manipulation', 'protein folding chemistry']
const papers = Array.from({ length: 300 }, (_, i) =>
  samplePaper({
    id: i + 1,
    title: `Study ${SUBJECTS[i % 3]}`,
    abstract: `This paper proposes ${SUBJECTS[i % 3]!.split(' ')
      .slice(i % 2, 2 + (i % 2))
      .join(' ')} number${i % 50}`,
  }),
)
function archiveOf(count: number): Archive {
  const index = new PaperIndex()
  index.upsert(papers.slice(0, count))
  return new Archive(index)
}

test('words that any paper has are in no profile, and those of most papers of a large archive', () => {
  const key = (word: string) => wordKeyOf(word, 'prose')
  const text = { title: new WordIndex('Novel methods and results', 'prose') }
  const abstract = new WordIndex('This paper keeps all of mamba and every other number7', 'prose')
  const wordsIn = (archive: Archive) => [
    ...profileWordsOf(archive, archive.vectorOfText({ ...text, abstract })).keys(),
  ]
  expect(wordsIn(archiveOf(300))).toEqual([key('number7')])
  expect(wordsIn(archiveOf(100)).sort()).toEqual([key('mamba'), key('number7')].sort())
})

test('ordinary papers are the same until the archive doubles', () => {
  const archive = archiveOf(100)
  const sample = (from: Archive) => runToEnd(ordinaryPapers(from))
  const first = sample(archive)
  expect(first).toHaveLength(60)
  archive.index.upsert(papers.slice(100, 150))
  expect(sample(archive)).toBe(first)
  archive.index.upsert(papers.slice(150))
  expect(sample(archive)).not.toBe(first)
  expect(sample(new Archive(new PaperIndex()))).toEqual([])
})

test('in a learned space, a paper without the words of a profile is preferred if it is near', () => {
  const archive = archiveOf(100)
  const profile = vector({ [wordKeyOf('mamba', 'prose')]: 1 })
  const other = archive.index.docIdOf(2)!
  const near = samplePaper({ id: 999, title: 'ssm recurrence', abstract: '' })
  archive.index.upsert([near])
  const docId = archive.index.docIdOf(999)!
  expect(preferenceOf(archive, profile)(docId)).toBe(0)
  const learner = new SpaceLearner()
  for (const paper of papers) learner.add(wordCounts(toPaperText(paper)))
  runToEnd(archive.computeVectors(LatentSpace.decode(learner.learn({ dimensions: 3 }).encode())))
  const preference = preferenceOf(archive, profile)
  expect(preference(docId)).toBeGreaterThan(preference(other) + 0.5)
})

test('a word that no keyword has is in no profile, once papers have keywords', () => {
  const keysOf = (keywords: string[]) => {
    const index = new PaperIndex()
    index.upsert([samplePaper({ id: 1, title: 'Quantization, barely', abstract: '', keywords })])
    const archive = new Archive(index)
    return [...profileWordsOf(archive, archive.vectorOfDoc(0)).keys()].sort()
  }
  expect(keysOf([])).toEqual(['barely', 'quantization'].map((word) => wordKeyOf(word, 'prose')).sort())
  expect(keysOf(['weight quantization'])).toEqual([wordKeyOf('quantization', 'prose')])
})
