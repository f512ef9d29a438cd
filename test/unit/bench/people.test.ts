import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { type CsvRecord, readCsv } from '../../../src/core/csv.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { splitTopics } from '../../../src/queries/language/split-topics.ts'
import { peopleCsv } from '../../bench/send/people.ts'

const COUNT = 500

test('people of the benchmark follow topics that can be read, and share providers as people do', async () => {
  const lines: CsvRecord[] = await Readable.from(readCsv(Readable.from(peopleCsv(COUNT)))).toArray()
  const records = lines.slice(1)
  const [emails, topics] = [0, 2].map((i) => records.map(({ cells }) => cells![i]!)) as [string[], string[]]
  const share = (count: number) => count / COUNT
  expect(new Set(emails).size).toBe(COUNT)
  expect(share(emails.filter((email) => email.endsWith('@large.example')).length)).toBeCloseTo(0.42, 1)
  expect(share(topics.filter((text) => text === '').length)).toBeCloseTo(0.15, 1)
  const split = topics.filter(Boolean).map((text) => splitTopics(text))
  expect(Math.max(...split.map(({ length }) => length))).toBeLessThanOrEqual(6)
  for (const topic of new Set(split.flat())) expect(() => parseQuery(topic), topic).not.toThrow()
})
