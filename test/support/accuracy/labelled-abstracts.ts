import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { SentenceRole } from '../../../src/papers/text/sentence-roles.ts'
import { testData } from '../test-data.ts'

/** An abstract of CSAbstruct: its sentences and the role of each. */
interface LabelledAbstract {
  sentences: string[]
  labels: SentenceRole[]
}

/** A split of CSAbstruct in TEST_DATA; undefined without it. */
export function labelledAbstracts(split: 'train' | 'dev' | 'test'): LabelledAbstract[] | undefined {
  const file = testData(`csabstruct/${split}.jsonl.gz`)
  if (!file) return undefined
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line))
}
