import { describe, expect, test } from 'vitest'
import { type ExistingPaper, groupDuplicates } from '../../../src/papers/group-duplicates.ts'
import { titleKey } from '../../../src/papers/paper-key.ts'
import type { Identifier, SourceRecord } from '../../../src/sources/source.ts'
import { sampleRecord } from '../../support/sample-record.ts'

const record = (title: string, ...keys: string[]): SourceRecord =>
  sampleRecord({
    title,
    keys: keys.map(identifier),
  })

const known = (id: number, title: string, ...keys: string[]): ExistingPaper => ({
  id,
  keys: [...keys.map(identifier), titleKey(title)],
})

function identifier(text: string): Identifier {
  const [scheme, value] = text.split(' ')
  return { scheme: scheme as Identifier['scheme'], value: value! }
}

const grouped = (records: SourceRecord[], papers: ExistingPaper[] = []) =>
  groupDuplicates(records, papers).map(({ ids, records: own }) => [ids, own.map(({ title }) => title)])

describe('one paper', () => {
  test('is found by its identifier, with any title', () => {
    expect(grouped([record('New title', 'arxiv 1')], [known(7, 'Old title', 'arxiv 1')])).toEqual([
      [[7], ['New title']],
    ])
  })
  test('is found by its title if the list has no identifiers', () => {
    expect(grouped([record('A title')], [known(7, 'A Title', 'arxiv 1')])).toEqual([[[7], ['A title']]])
  })
  test('is found by its title if it only now gets an identifier', () => {
    expect(grouped([record('A title', 'arxiv 1')], [known(7, 'A title')])).toEqual([[[7], ['A title']]])
  })
  test('is found by its title if its identifier has another scheme', () => {
    expect(grouped([record('A title', 'arxiv 1')], [known(7, 'A title', 'doi 10')])).toEqual([
      [[7], ['A title']],
    ])
  })
  test('may be in one list several times', () => {
    expect(grouped([record('A title', 'arxiv 1'), record('A title'), record('B', 'arxiv 1')])).toEqual([
      [[], ['A title', 'A title', 'B']],
    ])
  })
  test('is found in two records by its identifiers', () => {
    const papers = [known(3, 'A', 'doi 10'), known(9, 'B', 'arxiv 1')]
    expect(grouped([record('C', 'arxiv 1', 'doi 10')], papers)).toEqual([[[9, 3], ['C']]])
  })
  test('is found in two records if a new title is that of a paper without identifier', () => {
    const papers = [known(3, 'A title'), known(9, 'Old title', 'arxiv 1')]
    expect(grouped([record('A title', 'arxiv 1')], papers)).toEqual([[[9, 3], ['A title']]])
  })
})

describe('two papers', () => {
  test('stay two if they share a title and have different identifiers of one scheme', () => {
    expect(grouped([record('Technical Report', 'arxiv 1'), record('Technical Report', 'arxiv 2')])).toEqual([
      [[], ['Technical Report']],
      [[], ['Technical Report']],
    ])
  })
  test('stay two, and the title belongs to the one that had it first', () => {
    const papers = [known(7, 'Technical Report', 'arxiv 1')]
    const groups = groupDuplicates(
      [record('Technical Report', 'arxiv 2'), record('Technical Report')],
      papers,
    )
    expect(groups.map(({ ids, records, keys }) => [ids, records.length, keys.length])).toEqual([
      [[7], 1, 2],
      [[], 1, 1],
    ])
  })
})

test('groupDuplicates keeps new papers in the order of the records', () => {
  expect(grouped([record('B'), record('A', 'arxiv 1'), record('C')]).map(([, titles]) => titles)).toEqual([
    ['B'],
    ['A'],
    ['C'],
  ])
})
