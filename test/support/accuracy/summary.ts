// How well the roles of sentences are recognised, and how many papers get two sentences: npm run bench -- summary [--json]
// F1 on the test split of CSAbstruct, which the weights have not seen; then the recorded papers without a source's summary:
// the share of them that get a sentence on what was done and one on what was found, and the processor time to choose them.
// A bad result is a micro-F1 below 0.74 or more than 0.2 ms for a paper.
import { table } from '../../../src/operator/operations/text-table.ts'
import { paperSentenceOf, plainText, sentencesOf } from '../../../src/papers/text/plain-text.ts'
import {
  keySentences,
  roleProbabilities,
  SENTENCE_ROLES,
  type SentenceRole,
} from '../../../src/papers/text/sentence-roles.ts'
import { everyPaper } from '../archived-papers.ts'
import { noTestData } from '../test-data.ts'
import { labelledAbstracts } from './labelled-abstracts.ts'

interface Scores {
  sentences: number
  /** As every sentence has one label and gets one, this is also the accuracy. */
  microF1: number
  f1: Record<string, number>
}

/** The label of a sentence, and the role that the weights give it. */
interface Pair {
  label: SentenceRole
  role: SentenceRole
}

/** On the test split of CSAbstruct; undefined without it. */
export function scoreRoles(): Scores | undefined {
  const pairs = labelledAbstracts('test')?.flatMap(({ sentences, labels }) =>
    roleProbabilities(sentences).map(
      (probabilities, i): Pair => ({
        label: labels[i]!,
        role: SENTENCE_ROLES[probabilities.indexOf(Math.max(...probabilities))]!,
      }),
    ),
  )
  if (!pairs) return undefined
  const count = (holds: (pair: Pair) => boolean) => pairs.filter(holds).length
  const f1 = SENTENCE_ROLES.map((one) => {
    const right = count(({ label, role }) => label === one && role === one)
    return [one, (2 * right) / (count(({ label }) => label === one) + count(({ role }) => role === one))]
  })
  return {
    sentences: pairs.length,
    microF1: count(({ label, role }) => label === role) / pairs.length,
    f1: Object.fromEntries(f1),
  }
}

function measurePapers() {
  const abstracts = everyPaper()
    .filter(({ abstract, summary }) => abstract && !summary)
    .map(({ abstract }) => plainText(abstract))
  const withBoth = abstracts.filter((abstract) => keySentences(sentencesOf(abstract)))
  const rounds = [1, 2, 3].map(() => {
    const begun = process.cpuUsage()
    for (const abstract of abstracts) paperSentenceOf({ summary: null }, abstract)
    return process.cpuUsage(begun).user / 1000 / abstracts.length
  })
  return {
    papers: abstracts.length,
    both: withBoth.length / abstracts.length,
    /** Processor time for a paper: the best of three rounds. */
    milliseconds: Math.min(...rounds),
  }
}

export async function benchSummary(): Promise<{ json: unknown; text: string }> {
  const scores = scoreRoles()
  const papers = measurePapers()
  const rows = Object.entries(scores?.f1 ?? {}).map(([role, f1]) => [role, f1.toFixed(3)])
  return {
    json: { scores, papers },
    text: [
      scores
        ? table(
            ['role', `F1 on ${scores.sentences} sentences`],
            [...rows, ['micro', scores.microF1.toFixed(3)]],
          )
        : `No labelled sentences: ${noTestData('csabstruct')}.`,
      `Papers without a summary: ${papers.papers}; both sentences for ${(papers.both * 100).toFixed(1)} %; ${papers.milliseconds.toFixed(3)} ms of processor time for a paper.`,
    ].join('\n'),
  }
}
