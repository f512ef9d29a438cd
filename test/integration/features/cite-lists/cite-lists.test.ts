import type { LightMyRequestResponse } from 'fastify'
import { beforeEach, describe, expect, test } from 'vitest'
import { planDigests } from '../../../../src/digests/plan-digests.ts'
import { recordListings } from '../../../../src/papers/listing.repo.ts'
import { signLink } from '../../../../src/subscribers/links.ts'
import { sampleRecord } from '../../../support/sample-record.ts'
import { get, NOW, subscribeThroughSite, useSite } from '../../../support/site.ts'
import { addPapers } from '../../../support/site-papers.ts'
import { readCoins } from '../../../unit/features/cite-lists/read-coins.ts'

const site = useSite()

const TYPES = {
  bib: 'application/x-bibtex; charset=utf-8',
  ris: 'application/x-research-info-systems; charset=utf-8',
  'csl.json': 'application/vnd.citationstyles.csl+json; charset=utf-8',
}

interface Item {
  title: string
  note?: string
  DOI?: string
}

const itemsOf = ({ body }: LightMyRequestResponse): Item[] => JSON.parse(body)
const titlesIn = (response: LightMyRequestResponse): string[] => itemsOf(response).map(({ title }) => title)

const headersOf = ({ statusCode, headers }: LightMyRequestResponse) => ({
  statusCode,
  type: headers['content-type'],
  disposition: headers['content-disposition'],
  cache: headers['cache-control'],
})

/** The paths of the links to files on a page, by the text of the link. */
async function linksOn(path: string): Promise<Record<string, string>> {
  const { body } = await get(site, path)
  const links = body.matchAll(/<a class="choice" rel="nofollow" href="([^"]+)">(BibTeX|RIS|CSL-JSON)<\/a>/g)
  return Object.fromEntries([...links].map(([, path, text]) => [text!, path!.replaceAll('&amp;', '&')]))
}

describe('the file of a day, a week or a month', () => {
  beforeEach(() => addPapers(site.db))

  test.each(Object.entries(TYPES))(
    'as .%s has a name, a type and a minute in caches',
    async (format, type) => {
      expect(headersOf(await get(site, `/papers/week/2026-W48.${format}`))).toEqual({
        statusCode: 200,
        type,
        disposition: `attachment; filename="papers-2026-W48.${format}"`,
        cache: 'public, max-age=60',
      })
    },
  )

  test('has all papers of the page in its order, and obeys its choices', async () => {
    const day = titlesIn(await get(site, '/papers/date/2026-11-24.csl.json'))
    const { body } = await get(site, '/papers/date/2026-11-24')
    expect(day.length).toBeGreaterThan(3)
    expect(readCoins(body).map(({ title }) => title)).toEqual(day)
    const month = titlesIn(await get(site, '/papers/month/2026-11.csl.json'))
    expect(month).toEqual(expect.arrayContaining([...day, 'An Earlier Paper']))
    const withCode = titlesIn(await get(site, '/papers/month/2026-11.csl.json?code=1'))
    expect(withCode).toEqual(['A Systematic Analysis of Hybrid Linear Attention'])
    const newest = titlesIn(await get(site, '/papers/month/2026-11.csl.json?sort=newest'))
    expect(newest.at(-1)).toBe('An Earlier Paper')
  })

  test('has more papers than a page', async () => {
    const records = Array.from({ length: 130 }, (_, i) => sampleRecord({ title: `Paper ${i}` }))
    await recordListings(site.db, { source: 'huggingface', day: '2026-11-19', records, now: NOW })
    const { body } = await get(site, '/papers/date/2026-11-19.bib')
    expect(body.match(/^@misc\{/gm)).toHaveLength(130)
  })

  test('is linked from its page, the front page and the last seven days', async () => {
    expect(await linksOn('/papers/week/2026-W48?sort=newest&page=1')).toEqual({
      BibTeX: '/papers/week/2026-W48.bib?sort=newest',
      RIS: '/papers/week/2026-W48.ris?sort=newest',
      'CSL-JSON': '/papers/week/2026-W48.csl.json?sort=newest',
    })
    expect((await linksOn('/')).BibTeX).toBe('/papers/date/2026-11-24.bib')
    const { BibTeX } = await linksOn('/papers/week')
    expect(BibTeX).toBe('/papers/week.bib')
    expect(headersOf(await get(site, BibTeX!))).toMatchObject({
      disposition: 'attachment; filename="papers-2026-11-18-to-2026-11-24.bib"',
    })
    expect(await linksOn('/papers/trending')).toEqual({})
  })

  test('leads to the right name, and refuses wrong and empty spans', async () => {
    const { statusCode, headers } = await get(site, '/papers/week/2026-w48.bib?code=1')
    expect({ statusCode, to: headers.location }).toEqual({
      statusCode: 301,
      to: '/papers/week/2026-W48.bib?code=1',
    })
    for (const path of [
      '/papers/date/2026-02-30.bib',
      '/papers/week/2026-W60.ris',
      '/papers/month/x.csl.json',
    ])
      expect([path, (await get(site, path)).statusCode]).toEqual([path, 404])
    expect((await get(site, '/papers/date/2020-01-01.bib')).statusCode).toBe(404)
  })

  test('is refused to a network that asks for many', async () => {
    const all = await Promise.all(Array.from({ length: 45 }, () => get(site, '/papers/date/2026-11-24.ris')))
    const byStatus = Object.groupBy(all, ({ statusCode }) => statusCode)
    expect(Object.keys(byStatus)).toEqual(['200', '429'])
    expect(byStatus[200]!.length).toBeGreaterThanOrEqual(30)
    expect(byStatus[429]![0]!.headers['content-disposition']).toBeUndefined()
  })
})

describe('the file of a search', () => {
  beforeEach(() => addPapers(site.db))

  test.each(Object.entries(TYPES))('as %s has a name and a type', async (format, type) => {
    expect(headersOf(await get(site, `/papers?q=linear+attention&format=${format}`))).toMatchObject({
      statusCode: 200,
      type,
      disposition: `attachment; filename="papers-linear-attention.${format}"`,
    })
  })

  test('has the reason of each paper in its note', async () => {
    const [item, ...others] = itemsOf(await get(site, '/papers?q=title:linear&format=csl.json'))
    expect(others).toEqual([])
    expect(item!.note).toMatch(/^Matched: .*linear.*, in the title/)
  })

  test('has the papers of all pages, and only those of the chosen filters', async () => {
    const records = Array.from({ length: 45 }, (_, i) => sampleRecord({ title: `Zebra ${i}` }))
    await recordListings(site.db, { source: 'huggingface', day: '2026-11-24', records, now: NOW })
    expect(itemsOf(await get(site, '/papers?q=zebra&format=csl.json&page=2'))).toHaveLength(45)
    expect(itemsOf(await get(site, '/papers?q=zebra&format=csl.json&month=2026-10'))).toEqual([])
  })

  test('is linked from the results, with their choices', async () => {
    expect((await linksOn('/papers?q=attention&sort=newest')).RIS).toBe(
      '/papers?q=attention&sort=newest&format=ris',
    )
    expect(await linksOn('/papers?q=zzzz')).toEqual({})
  })

  test('of a wrong query is a page that says why', async () => {
    for (const query of ['', 'the', 'title:']) {
      const { statusCode, headers } = await get(site, `/papers?q=${query}&format=bib`)
      expect({ query, statusCode, disposition: headers['content-disposition'] }).toEqual({
        query,
        statusCode: 422,
      })
    }
  })

  test('an unknown format is the page of the search', async () => {
    const { statusCode, headers } = await get(site, '/papers?q=attention&format=docx')
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  })
})

describe('the file of a digest', () => {
  let path: string
  let token: string
  beforeEach(async () => {
    await subscribeThroughSite(site, 'ann@reader.example', { topic: 'robots', hour: 8, zone: 'UTC' })
    const records = ['Robots walk', 'Robots rest', 'Something else'].map((title) => sampleRecord({ title }))
    await recordListings(site.db, { source: 'huggingface', day: '2026-11-24', records, now: NOW })
    site.clock.moveTo(new Date('2026-11-25T08:00:00Z'))
    await planDigests(site.deps)
    const { id } = await site.db.message.findFirstOrThrow({ where: { kind: 'digest' } })
    const link = { purpose: 'digest' as const, id, epoch: 0, issuedAt: site.clock.now() }
    token = signLink(link, site.deps.config.APP_SECRET[0]!)
    path = `/digest/${token}`
  })

  test.each(Object.entries(TYPES))('as .%s is kept by no cache', async (format, type) => {
    const response = await get(site, `${path}.${format}`)
    expect(headersOf(response)).toEqual({
      statusCode: 200,
      type,
      disposition: `attachment; filename="digest-2026-11-25.${format}"`,
      cache: 'no-store',
    })
    expect(response.headers['x-robots-tag']).toBe('noindex')
  })

  test('has its papers with the topic and the reason, and says nothing about the reader', async () => {
    const response = await get(site, `${path}.csl.json`)
    const notes = itemsOf(response).map(({ title, note }) => [title, note])
    expect(notes.toSorted()).toEqual([
      ['Robots rest', 'Topic: robots. Matched: robots, in the title'],
      ['Robots walk', 'Topic: robots. Matched: robots, in the title'],
    ])
    for (const format of Object.keys(TYPES)) {
      const { body } = await get(site, `${path}.${format}`)
      expect(body).not.toContain(token)
      expect(body).not.toContain('ann@')
    }
  })

  test('is linked from the page to share and from the reader’s own, and both have COinS', async () => {
    const { id, epoch } = await site.db.subscriber.findFirstOrThrow()
    const own = { purpose: 'manage' as const, id, epoch, issuedAt: site.clock.now() }
    const manage = signLink(own, site.deps.config.APP_SECRET[0]!)
    const message = await site.db.message.findFirstOrThrow({ where: { kind: 'digest' } })
    for (const page of [path, `/manage/${manage}/digest/${message.id}`]) {
      const { RIS } = await linksOn(page)
      expect(RIS).toMatch(/^\/digest\/[\w-]+\.ris$/)
      expect((await get(site, RIS!)).body.match(/^TI {2}- Robots/gm)).toHaveLength(2)
      expect(readCoins((await get(site, page)).body)).toHaveLength(2)
    }
  })

  test('leaves no token in a log', async () => {
    await get(site, `${path}.bib`)
    await get(site, `${path}x.bib`)
    const lines = site.logged.filter((line) => line.includes('/digest/'))
    expect(lines.length).toBeGreaterThan(1)
    expect(site.logged.join('\n')).not.toContain(token.slice(0, 30))
  })

  test('of a wrong link, or of a digest that is gone, is a page', async () => {
    const wrong = await get(site, `${path.slice(0, -3)}.bib`)
    expect([wrong.statusCode, wrong.headers['content-disposition']]).toEqual([404, undefined])
    await site.db.message.deleteMany()
    const gone = await get(site, `${path}.bib`)
    expect([gone.statusCode, gone.headers['content-type'], gone.headers['cache-control']]).toEqual([
      410,
      'text/html; charset=utf-8',
      'no-store',
    ])
  })
})
