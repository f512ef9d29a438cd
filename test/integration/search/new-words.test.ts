import { expect, test } from 'vitest'
import { parseList } from '../../../src/papers/import-papers.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { get, useSite } from '../../support/site.ts'

const site = useSite()

test('papers of random words are found by their titles and first words; other papers by each of their words', async () => {
  const paper = (title: string, words: number) => ({
    title,
    summary: Array.from({ length: words }, (_, n) => `${title}${wordAt(n)}`).join(' '),
  })
  const wordAt = (n: number) => `${n.toString(36)}x`
  const random = Array.from({ length: 18 }, (_, n) => `random${n}q`)
  const papers = [paper('firstq', 120), ...random.map((title) => paper(title, 342)), paper('lastq', 120)]
  const { records } = parseList(papers)
  const now = site.clock.now()
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-23', records, now })
  const found = async (q: string) =>
    /id="results">(\d+) paper/.exec((await get(site, `/papers?q=${q}`)).body)?.[1] ?? '0'
  for (const title of ['firstq', 'lastq', random[0]!, random.at(-1)!]) {
    expect(await found(title)).toBe('1')
    expect(await found(`${title}${wordAt(119)}`)).toBe('1')
  }
  // The papers that are read first may have more words.
  const lastWords = [random[0]!, random.at(-1)!].map((title) => found(`${title}${wordAt(341)}`))
  expect((await Promise.all(lastWords)).sort()).toEqual(['0', '1'])
})
