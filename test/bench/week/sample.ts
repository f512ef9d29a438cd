import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomFrom } from '../../battery/bench/seeded-random.ts'
import type { Sent } from './days.ts'

const MAX_ABSTRACT = 900

interface Sample {
  field: string
  sent: readonly Sent[]
  /** Half of them matched, half of them related, as far as there are enough. */
  most: number
}

/** Writes papers that were sent, drawn by a fixed seed, without a sign of why, and their key; returns how many. */
export function writeSample(folder: string, { field, sent, most }: Sample): number {
  const random = randomFrom(1)
  const drawn = <T>(some: readonly T[], count: number): T[] =>
    some
      .map((one) => ({ one, at: random() }))
      .sort((a, b) => a.at - b.at)
      .slice(0, count)
      .map(({ one }) => one)
  const related = drawn(
    sent.filter((one) => one.isRelated),
    Math.floor(most / 2),
  )
  const matched = drawn(
    sent.filter((one) => !one.isRelated),
    most - related.length,
  )
  const mixed = drawn([...matched, ...related], most)
  const title = `# ${field}: ${mixed.length} papers to judge`
  writeFileSync(join(folder, `${field}.md`), `${[title, HOW, ...mixed.map(entry)].join('\n\n')}\n`)
  const key = mixed.map(({ topic, isRelated, paper, day, person }, i) => ({
    n: i + 1,
    ...{ topic, title: paper.title, isRelated, day, person },
  }))
  writeFileSync(join(folder, `${field}.key.json`), `${JSON.stringify(key, null, 2)}\n`)
  return mixed.length
}

const HOW = `A person follows the topic. Would they want this paper in their email today?
2: clearly wanted. 1: marginal. 0: not wanted. Answer with a JSON array of the grades, in this order.`

const entry = ({ topic, paper: { title, abstract } }: Sent, i: number): string =>
  `## ${i + 1}\n\nTopic: ${topic}\n\nTitle: ${title}\n\nAbstract: ${abstract.slice(0, MAX_ABSTRACT) || '(none)'}`
