import { decodeUsage, type Usage, UsageLearner } from '../meaning/usage.ts'
import { LatentSpace } from '../ranking/latent-space.ts'
import { SpaceLearner } from '../ranking/learn-space.ts'
import { wordCounts } from '../ranking/tf-idf.ts'
import type { Learner } from './learner.ts'

interface LearnedKind<Model> {
  /** With fewer papers, nothing is learned. */
  minPapers: number
  startLearning(): Learner
  decode(data: Uint8Array): Model
}

const space: LearnedKind<LatentSpace> = {
  minPapers: 300,
  startLearning() {
    const learner = new SpaceLearner()
    return { add: (paper) => learner.add(wordCounts(paper)), finish: () => learner.learn().encode() }
  },
  decode: LatentSpace.decode,
}

const usage: LearnedKind<Usage> = {
  minPapers: 100,
  startLearning: () => new UsageLearner(),
  decode: decodeUsage,
}

/** What is learned from all papers, by the kind of the row in learned_model. */
export const LEARNED_KINDS = { space, usage }

export type Kind = keyof typeof LEARNED_KINDS

export type LearnedModels = { [K in Kind]: ReturnType<(typeof LEARNED_KINDS)[K]['decode']> }
