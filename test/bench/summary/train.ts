// Learns src/papers/text/sentence-roles.bin from the train split of CSAbstruct: softmax regression, one sentence at a time, by
// AdaGrad (Duchi, Hazan and Singer, JMLR 2011). The seed is fixed: the same data yields the same file. Takes two seconds.
//   TEST_DATA=DIR node scripts/launch.mjs test/bench/summary/train.ts
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { featuresOf, ROWS, SENTENCE_ROLES, softmax, UNITS } from '../../../src/papers/text/sentence-roles.ts'
import { randomFrom } from '../../battery/bench/seeded-random.ts'
import { labelledAbstracts } from '../../support/accuracy/labelled-abstracts.ts'
import { noTestData } from '../../support/test-data.ts'

const FILE = resolve(import.meta.dirname, '../../../src/papers/text/sentence-roles.bin')

// Chosen on the dev split.
const EPOCHS = 4
const RATE = 0.02

const abstracts = labelledAbstracts('train')
if (!abstracts) throw new Error(`No abstracts to learn from: ${noTestData('csabstruct')}`)
const examples = abstracts.flatMap(({ sentences, labels }) =>
  featuresOf(sentences).map((rows, i) => ({ rows, label: SENTENCE_ROLES.indexOf(labels[i]!) })),
)

const chance = randomFrom(1)
const weights = new Float64Array(ROWS * SENTENCE_ROLES.length)
const squares = new Float64Array(weights.length).fill(1e-3)

function learn({ rows, label }: (typeof examples)[number]): void {
  for (const [role, probability] of softmax(rows, weights, 1).entries()) {
    const gradient = probability - (role === label ? 1 : 0)
    for (const at of rows.map((row) => row * SENTENCE_ROLES.length + role)) {
      squares[at]! += gradient ** 2
      weights[at]! -= (RATE * gradient) / Math.sqrt(squares[at]!)
    }
  }
}

for (let epoch = 0; epoch < EPOCHS; epoch++) {
  const shuffled = examples.map((example) => ({ example, at: chance() })).sort((a, b) => a.at - b.at)
  for (const { example } of shuffled) learn(example)
}
writeFileSync(
  FILE,
  Int8Array.from(weights, (weight) => Math.max(-127, Math.min(127, Math.round(weight * UNITS)))),
)
