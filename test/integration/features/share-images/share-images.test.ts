import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { topicImageName } from '../../../../src/features/share-images/topic-address.ts'
import { recordListings } from '../../../../src/papers/listing.repo.ts'
import { arxivKey, sampleRecord } from '../../../support/sample-record.ts'
import { useSite } from '../../../support/site.ts'
import { addPapers } from '../../../support/site-papers.ts'

const BASE_URL = 'https://papers.example'
const DATA_DIR = mkdtempSync(join(tmpdir(), 'share-images-'))
const site = useSite({ BASE_URL, DATA_DIR, TRUST_PROXY: '127.0.0.1' })
afterAll(() => rmSync(DATA_DIR, { recursive: true, force: true }))

beforeEach(() => addPapers(site.db))

const get = (url: string, headers: Record<string, string> = {}) => site.app.inject({ url, headers })

/** The pictures on the disk. */
const keptImages = (): string[] => readdirSync(join(DATA_DIR, 'share-images'))

const propertyOf = (html: string, name: string): string =>
  new RegExp(`<meta (?:property|name)="${name}" content="([^"]*)"`).exec(html)?.[1] ?? ''

const imagePathOf = async (page: string): Promise<string> =>
  propertyOf((await get(page)).body, 'og:image').replace(BASE_URL, '')

const PAGES = {
  '/': '/og/papers/date/2026-11-24.png',
  '/papers/date/2026-11-23': '/og/papers/date/2026-11-23.png',
  '/papers/2507.06457': '/og/papers/2507.06457.png',
  '/papers/hep-th/9901001': '/og/papers/hep-th/9901001.png',
  '/papers/doi:10.1000/182': '/og/papers/doi:10.1000/182.png',
  '/papers/week/2026-W48': '/og/site.png',
  '/papers/month/2026-11': '/og/site.png',
  '/papers/trending': '/og/site.png',
  '/papers': '/og/site.png',
  '/papers?q=(': '/og/site.png',
  '/subscribe': '/og/site.png',
  '/papers?q=linear+attention': expect.stringMatching(/^\/og\/topics\/[\w-]+\.[\w-]{16}\.png$/),
}

describe('a shared page', () => {
  test.each(Object.entries(PAGES))('%s names a picture that is served', async (page, path) => {
    const { body } = await get(page)
    const image = propertyOf(body, 'og:image').replace(BASE_URL, '')
    expect(image).toEqual(path)
    expect(propertyOf(body, 'twitter:card')).toBe('summary_large_image')
    expect(propertyOf(body, 'og:image:alt')).toBe(propertyOf(body, 'og:title'))
    const { statusCode, headers, rawPayload } = await get(image)
    expect([statusCode, headers['content-type']]).toEqual([200, 'image/png'])
    const { width, height } = await sharp(rawPayload).metadata()
    expect([`${width}`, `${height}`]).toEqual([
      propertyOf(body, 'og:image:width'),
      propertyOf(body, 'og:image:height'),
    ])
  })

  test('shows other pictures for other papers, days and topics', async () => {
    const pages = Object.keys(PAGES).slice(0, 5)
    const paths = await Promise.all([...pages, '/papers?q=attention', '/papers?q=strings'].map(imagePathOf))
    const images = await Promise.all(
      paths.map(async (path, n) => get(path, { 'x-forwarded-for': `203.0.${n}.1` })),
    )
    expect(new Set(images.map(({ headers }) => headers.etag)).size).toBe(paths.length)
  })

  test.each(['/manage', '/nowhere', '/papers/date'])(
    '%s, which has no address of its own, names no picture',
    async (page) => {
      expect(await imagePathOf(page)).toBe('')
    },
  )
})

describe('a picture', () => {
  const PATH = '/og/papers/2507.06457.png'

  test('may be kept for a day, and shown by other sites', async () => {
    const { headers } = await get(PATH)
    expect(headers['cache-control']).toBe('public, max-age=86400')
    expect(headers['cross-origin-resource-policy']).toBe('cross-origin')
    const again = await get(PATH, { 'if-none-match': String(headers.etag) })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  })

  test('is drawn once, whatever the query string is and however many ask at once', async () => {
    await get(PATH)
    const before = keptImages()
    const queries = Array.from({ length: 40 }, (_, n) => `?${n}`)
    const all = await Promise.all(queries.map((query) => get(`${PATH}${query}`)))
    expect(new Set(all.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
    expect(keptImages()).toEqual(before)
  })

  test('changes with the votes of its paper', async () => {
    const { headers } = await get(PATH)
    await site.db.$executeRaw`update listing set votes = votes + 1 where votes = 41`
    expect((await get(PATH)).headers.etag).not.toBe(headers.etag)
  })

  const topic = (query: string, secret: string) => `/og/topics/${topicImageName(query, [secret])}.png`
  test.each([
    ['an unknown paper', '/og/papers/2501.00001.png'],
    ['a paper without the suffix', '/og/papers/2507.06457'],
    ['a name with a NUL character', '/og/papers/x%00.png'],
    ['a day without papers', '/og/papers/date/2026-11-22.png'],
    ['a day that does not exist', '/og/papers/date/2026-11-31.png'],
    ['a topic signed by someone else', topic('robots', 'a'.repeat(32))],
    ['a topic without a signature', `/og/topics/${Buffer.from('robots').toString('base64url')}.png`],
    ['another name', '/og/other.png'],
  ])('of %s is not found, and nothing is drawn', async (_what, path) => {
    const before = keptImages()
    expect((await get(path)).statusCode).toBe(404)
    expect(keptImages()).toEqual(before)
  })

  test('of a topic counts as a search of its visitor', async () => {
    const path = await imagePathOf('/papers?q=strings')
    const visitor = { 'x-forwarded-for': '198.51.100.7' }
    const statuses: number[] = []
    for (let n = 0; n < 130; n++) statuses.push((await get(`${path}?${n}`, visitor)).statusCode)
    expect([statuses[0], statuses.at(-1)]).toEqual([200, 429])
  })
})

describe('many pictures at once', () => {
  test('are refused for a minute beyond a short queue, but not those of others', async () => {
    const ids = Array.from({ length: 40 }, (_, n) => `2510.${10_000 + n}`)
    const records = ids.map((id) => sampleRecord({ keys: [arxivKey(id)], title: `Paper ${id}` }))
    await recordListings(site.db, {
      source: 'huggingface',
      day: '2026-11-24',
      records,
      now: site.clock.now(),
    })
    const paths = ids.map((id) => `/og/papers/${id}.png`)
    const many = Promise.all(paths.map((path) => get(path, { 'x-forwarded-for': '198.51.100.7' })))
    const other = get('/og/papers/2511.17001.png', { 'x-forwarded-for': '203.0.113.9' })
    const replies = await many
    expect((await other).statusCode).toBe(200)
    const refused = replies.filter(({ statusCode }) => statusCode === 503)
    const drawn = replies.filter(({ statusCode }) => statusCode === 200)
    expect([drawn.length + refused.length, drawn.length > 0, refused.length > 10]).toEqual([40, true, true])
    for (const { headers, body } of refused) {
      expect([headers['retry-after'], headers['cache-control'], headers.etag, body]).toEqual([
        '60',
        'no-cache',
        undefined,
        '',
      ])
    }
  })
})
