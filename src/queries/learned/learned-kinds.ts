import { LatentSpace } from '../ranking/latent-space.ts'
import { SpaceLearner } from '../ranking/learn-space.ts'
import { wordCounts } from '../ranking/tf-idf.ts'
import type { Token } from '../text/tokens.ts'

/** A paper as plain text, tokenized once for all kinds. */
type LearnerPaper = Record<'title' | 'abstract', { text: string; tokens: readonly Token[] }>

/** Sees each paper once, the newest first, then returns the data to store. */
interface Learner {
  add(paper: LearnerPaper): void
  finish(): Uint8Array<ArrayBuffer>
}

interface LearnedKind<Model> {
  /** With fewer papers, nothing is learned. */
  minPapers: number
  startLearning(): Learner
  decode(data: Uint8Array): Model
}

const space: LearnedKind<LatentSpace> = {
  minPapers: 2000,
  startLearning() {
    const learner = new SpaceLearner()
    return { add: (paper) => learner.add(wordCounts(paper)), finish: () => learner.learn().encode() }
  },
  decode: LatentSpace.decode,
}

/** What is learned from all papers each night, by the kind of the row in learned_model. */
export const LEARNED_KINDS = { space }

export type Kind = keyof typeof LEARNED_KINDS

/** A model is absent if there are too few papers, or before the first night. */
export type LearnedModels = { [K in Kind]?: ReturnType<(typeof LEARNED_KINDS)[K]['decode']> }
