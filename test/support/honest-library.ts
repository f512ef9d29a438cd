import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { randomFrom } from '../battery/bench/seeded-random.ts'

const LABELLED = resolve(import.meta.dirname, '../fixtures/tex/labelled.json')
const SENTENCES: { tex: string; plain: string }[] = JSON.parse(readFileSync(LABELLED, 'utf8'))
/** They are 125 characters long on average, as an abstract is about 1,200. */
const PER_ABSTRACT = 10
const WITH_TEX = 0.25

/** A person's BibTeX with abstracts of usual length, made of the sentences of real papers. */
export function honestLibrary(count: number): string {
  const random = randomFrom(3)
  const sentence = () => {
    const { tex, plain } = SENTENCES[Math.floor(random() * SENTENCES.length)]!
    return random() < WITH_TEX ? tex : plain.replace(/[\\{}$]/g, '')
  }
  return Array.from(
    { length: count },
    (_, n) => `@article{key${n},
  title = {${sentence()} ${n}},
  author = {Gu, Albert and Dao, Tri},
  journal = {Transactions of ${n}},
  year = {2024},
  doi = {10.1000/${n}},
  abstract = {${Array.from({ length: PER_ABSTRACT }, sentence).join(' ')}},
}
`,
  ).join('')
}
