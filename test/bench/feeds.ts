// npm run bench -- feeds
// What becomes of recorded feeds: TEST_DATA/feeds, any folders of feeds as files. Prints feeds, items, how many are parsed
// (papers, and parts of an issue that are left out on purpose), how many papers have a DOI or arXiv id, an abstract, authors
// and a date, and duplicates: papers of one feed, over all its recorded days, that share page or title and are not the
// same by their keys. "same day again" reads each feed once more in reverse order, which must bring no other paper.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { groupDuplicates } from '../../src/papers/group-duplicates.ts'
import { decodeBody } from '../../src/sources/fetch-client.ts'
import { toRecords } from '../../src/sources/rss/item-record.ts'
import { parseFeed } from '../../src/sources/rss/parse-feed.ts'
import type { SourceRecord } from '../../src/sources/source.ts'
import { noTestData, testData } from '../support/test-data.ts'

const MAX_UNREAD = 10

interface ReadFile {
  file: string
  /** The title of the feed, which is the same on each recorded day. */
  feed: string
  /** Items in the text of the file. */
  items: number
  records: SourceRecord[]
  leftOut: number
  refused: number
}

export function benchFeeds(): Promise<{ json: unknown; text: string }> {
  const folder = testData('feeds')
  if (!folder) return Promise.resolve({ json: null, text: `Not measured: ${noTestData('feeds')}.` })
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort()
  const results = paths.map(readFeedFile)
  const read = results.filter((one) => typeof one !== 'string')
  const unread = results.filter((one) => typeof one === 'string')
  const counts = { ...countsOf(read), unread: unread.length, ...duplicatesIn(read) }
  return Promise.resolve({
    json: counts,
    text: [...linesOf(counts), ...unread.slice(0, MAX_UNREAD)].join('\n'),
  })
}

/** What is in a file, or why it cannot be read. */
function readFeedFile(file: string): ReadFile | string {
  const body = decodeBody(readFileSync(file), null)
  try {
    const parsed = parseFeed(body)
    const { records, refused } = toRecords(parsed, `https://feeds.example/${encodeURIComponent(file)}`)
    const items = body.match(/<(?:\w+:)?(?:item|entry)[\s>]/g)?.length ?? parsed.items.length
    const leftOut = parsed.items.length - records.length - refused.length
    return { file, feed: parsed.title ?? file, items, records, leftOut, refused: refused.length }
  } catch (error) {
    return `not read: ${file}: ${(error as Error).message}`
  }
}

function countsOf(read: readonly ReadFile[]) {
  const records = read.flatMap((one) => one.records)
  const leftOut = sum(read.map((one) => one.leftOut))
  const having = (has: (record: SourceRecord) => unknown) => records.filter(has).length
  return {
    files: read.length,
    feeds: new Set(read.map(({ feed }) => feed)).size,
    items: sum(read.map(({ items }) => items)),
    parsed: records.length + leftOut,
    leftOut,
    papers: records.length,
    withIdentifier: having(({ keys }) => keys.some(({ scheme }) => scheme !== 'link')),
    withPage: having(({ keys }) => keys.some(({ scheme }) => scheme === 'link')),
    withAbstract: having(({ abstract }) => abstract),
    withAuthors: having(({ authors }) => authors.length > 0),
    withDate: having(({ publishedAt }) => publishedAt),
  }
}

/** Papers that are two although title or page are the same, by feed; and those that another order would bring. */
function duplicatesIn(read: readonly ReadFile[]) {
  let distinct = 0
  let duplicates = 0
  let another = 0
  for (const files of Map.groupBy(read, ({ feed }) => feed).values()) {
    const records = files.flatMap((one) => one.records)
    const groups = groupDuplicates(records, [])
    distinct += groups.length
    another += Math.abs(groupDuplicates(records.toReversed(), []).length - groups.length)
    const names = groups.map((group) => group.records[0]!.title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ''))
    duplicates += names.length - new Set(names).size
  }
  return { distinct, duplicates, another }
}

type Counts = ReturnType<typeof countsOf> & ReturnType<typeof duplicatesIn> & { unread: number }

const linesOf = (counts: Counts): string[] => [
  `feeds ${counts.feeds}, in ${counts.files} recordings, not read ${counts.unread}`,
  `items ${counts.items}, parsed ${share(counts.parsed, counts.items)} (papers ${counts.papers}, parts of an issue ${counts.leftOut})`,
  `papers with DOI or arXiv id ${share(counts.withIdentifier, counts.papers)}, known by their page ${share(counts.withPage, counts.papers)}, with abstract ${share(counts.withAbstract, counts.papers)}, authors ${share(counts.withAuthors, counts.papers)}, date ${share(counts.withDate, counts.papers)}`,
  `distinct papers ${counts.distinct}, duplicates ${share(counts.duplicates, counts.distinct)}; same day again in reverse order ${counts.another} others`,
]

const share = (count: number, of: number): string => `${count} (${((100 * count) / of).toFixed(1)} %)`

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
