import { beforeEach, describe, expect, test } from 'vitest'
import { searchArchive } from '../../../src/flows/papers/search-archive.ts'
import { recordListings } from '../../../src/papers/listing-store.ts'
import type { Day } from '../../../src/platform/dates.ts'
import { parseList } from '../../../src/sources/import/parse-list.ts'
import { askedSearch } from '../../../src/web/papers/search-paths.ts'
import { checksums } from '../../support/checksums.ts'
import { get, useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const site = useSite()

beforeEach(async () => {
  await addPapers(site.db)
})

const search = (fields: Record<string, string>) => get(site, `/papers?${new URLSearchParams(fields)}`)

const titlesIn = (body: string) =>
  [...body.matchAll(/<h3><a [^>]*>(.*?)<\/a><\/h3>/g)].map(([, title = '']) =>
    title.replace(/<\/?mark>/g, ''),
  )

const add = async (day: Day, papers: object[]) => {
  const { records } = parseList(papers)
  await recordListings(site.db, { source: 'huggingface', day, records, now: site.clock.now() })
}

describe('a search', () => {
  test('says what was understood and how many there are, and marks why', async () => {
    const { body, statusCode } = await search({ q: '"hybrid linear attention"' })
    expect(statusCode).toBe(200)
    expect(body).toContain('<h2 id="results">1 paper</h2>')
    expect(body).toContain('Papers with the phrase “hybrid linear attention”')
    expect(body).toContain('A Systematic Analysis of <mark>Hybrid Linear Attention</mark>')
    expect(body).toContain('Matched: hybrid linear attention, in the title')
    expect(body).toContain('value="&quot;hybrid linear attention&quot;"')
    expect(body).toMatch(/<title>&quot;hybrid linear attention&quot;: 1 paper/)
  })

  test('shows whole sentences, marked, and says where else it was met', async () => {
    const { body } = await search({ q: 'weights attention title:strings' })
    expect(body).toContain(
      '<p class="sentence">We study how O(n log n) <mark>attention</mark> over long contexts compares with full attention.</p>',
    )
    expect(body).toContain('Matched: strings, in the title; weights and attention, in the abstract')
    expect((await search({ q: 'quality title:systematic' })).body).toContain(
      '<p class="sentence">A gated linear form of attention keeps most of the <mark>quality</mark> at a fifth of the cost.</p>',
    )
  })

  test('puts the best first, or the newest', async () => {
    await add('2026-11-24', [
      { title: 'Nothing of it', summary: `Of branes. ${'And of others. '.repeat(40)}` },
    ])
    expect(titlesIn((await search({ q: 'branes' })).body)).toEqual([
      'Strings and Branes at β-Functions',
      'Nothing of it',
    ])
    expect(titlesIn((await search({ q: 'branes', sort: 'newest' })).body)[0]).toBe('Nothing of it')
  })

  test.each(['2507.06457', 'arXiv:2507.06457v2', 'https://arxiv.org/abs/2507.06457', 'doi:10.1000/182'])(
    'for %s finds that paper',
    async (q) => {
      const { body } = await search({ q })
      expect(titlesIn(body)).toHaveLength(1)
      expect(body).toContain('The paper ')
    },
  )

  test('finds a paper by its number though only a newer version of it is known', async () => {
    const { records } = parseList([{ id: '2511.20001', title: 'Once more' }])
    const revised = records.map((record) => ({ ...record, kind: 'revised' as const }))
    await recordListings(site.db, {
      source: 'arxiv:cs.CL',
      day: '2026-11-24',
      records: revised,
      now: site.clock.now(),
    })
    expect(titlesIn((await search({ q: '2511.20001' })).body)).toEqual(['Once more'])
    expect(titlesIn((await search({ q: 'once more' })).body)).toEqual([])
  })

  test('without a word says what can be typed, and its examples can be read', async () => {
    for (const path of ['/papers', '/papers?q=', '/papers?q=+']) {
      const { body, statusCode } = await get(site, path)
      expect([path, statusCode]).toEqual([path, 200])
      expect(body).toContain('What you can type')
      expect(body).not.toContain('noindex')
    }
    const { body } = await get(site, '/papers')
    const examples = [...body.matchAll(/class="query" href="([^"]*)"/g)].map(([, path]) => path!)
    expect(examples.length).toBeGreaterThan(5)
    for (const path of examples) {
      expect([path, (await get(site, path.replaceAll('&amp;', '&'))).statusCode]).toEqual([path, 200])
    }
  })
})

describe('results', () => {
  const many = async () =>
    add(
      '2026-10-20',
      Array.from({ length: 45 }, (_, n) => ({
        title: `Zebrafish, part ${n}`,
        categories: n < 30 ? ['q-bio.NC'] : ['cs.CV', 'q-bio.NC'],
        code: n < 5 ? 'https://github.com/example/fish' : undefined,
      })),
    )

  test('stand on pages of 20 that lead from one to the next, each paper once', async () => {
    await many()
    const titles: string[] = []
    let path: string | undefined = '/papers?q=zebrafish&sort=newest'
    for (let page = 1; path; page++) {
      const { body } = await get(site, path)
      expect(body).toContain(`Page ${page} of 3`)
      expect(body).toContain(
        `<link rel="canonical" href="http://localhost:3000${path.replaceAll('&', '&amp;')}">`,
      )
      titles.push(...titlesIn(body))
      path = /<link rel="next" href="([^"]+)">/.exec(body)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(new Set(titles).size).toBe(45)
    expect(titles).toHaveLength(45)
    const { body } = await search({ q: 'zebrafish', page: '2' })
    expect(body).toContain('Papers 21 to 40 of 45')
    expect(body).toContain('<meta name="robots" content="noindex">')
  })

  test.each(['4', '0', 'two', '26', '999999'])('have no page %s, and what was typed stays', async (page) => {
    await many()
    const { statusCode, body } = await search({ q: 'zebrafish', page })
    expect(statusCode).toBe(404)
    expect(body).toContain('These results have no such page. Press Search to see the first one.')
    expect(body).toContain('value="zebrafish"')
  })

  test('have a code of their own for a page that is none', async () => {
    await many()
    const beyond = askedSearch({ q: 'zebrafish', page: '4' })!
    await expect(searchArchive(site.deps, beyond)).rejects.toMatchObject({ code: 'search.page', status: 404 })
  })

  test('that are none come without near misses, where those would take too long', async () => {
    const asked = askedSearch({ q: 'xylophone attention' })!
    expect(await searchArchive(site.deps, asked)).toMatchObject({ nothing: { absent: ['xylophone'] } })
    expect(await searchArchive(site.deps, { ...asked, extrasMs: 0 })).toMatchObject({
      count: 0,
      nothing: null,
    })
  })

  test('are narrowed by category, month and code, and each choice can be taken back', async () => {
    await many()
    const first = await search({ q: 'zebrafish OR attention' })
    expect(first.body).toContain('href="/papers?q=zebrafish+OR+attention&amp;cat=cs.CV"')
    expect(first.body).toContain('href="/papers?q=zebrafish+OR+attention&amp;month=2026-10"')
    expect(first.body).toContain('href="/papers?q=zebrafish+OR+attention&amp;code=1"')
    const chosen = await search({ q: 'zebrafish OR attention', cat: 'q-bio.NC', month: '2026-10', code: '1' })
    expect(chosen.body).toContain('<h2 id="results">5 papers</h2>')
    for (const back of [
      'month=2026-10&amp;code=1',
      'cat=q-bio.NC&amp;code=1',
      'cat=q-bio.NC&amp;month=2026-10',
    ]) {
      expect(chosen.body).toMatch(
        new RegExp(`href="/papers\\?q=zebrafish\\+OR\\+attention&amp;${back}" aria-current="true">`),
      )
    }
    const none = await search({ q: 'zebrafish', cat: 'cs.RO' })
    expect(none.body).toContain('It finds 45 papers, but none with all that is chosen.')
    expect(none.body).toContain('href="/papers?q=zebrafish" aria-current="true"')
  })

  test('are followed by mail and feed, with what a topic can say of the choices', async () => {
    await many()
    const { body } = await search({ q: 'zebrafish, mice OR fish', cat: 'cs.CV', month: '2026-10', code: '1' })
    const topic = '(zebrafish,+mice+OR+fish)+cat:cs.CV+has:code'.replaceAll(',', '%2C')
    expect(body).toContain(`href="/subscribe?topic=${topic}"`)
    expect(body).toContain(`http://localhost:3000/subscribe?topic=${topic}</code>`)
    expect(body).toContain(`href="/feed.xml?q=${topic}"`)
    expect(body).toContain('The month is left out there')
    const form = await get(site, `/subscribe?topic=${topic}`)
    expect(form.body).toContain('>(zebrafish, mice OR fish) cat:cs.CV has:code</textarea>')
  })
})

describe('where nothing is found', () => {
  test('the page says why, and shows the nearest', async () => {
    const { body, statusCode } = await search({ q: 'title:hybrid zeolite' })
    expect(statusCode).toBe(200)
    expect(body).toContain('No paper here has zeolite.')
    expect(body).toContain('Without zeolite there would be 1 paper.')
    expect(body).toContain('Has in the title: hybrid. Missing: zeolite')
    expect(titlesIn(body)[0]).toBe('A Systematic Analysis of Hybrid Linear Attention')
    expect(body).toContain('Mail me when there are some')
  })

  test('a fault of the query keeps the text and says what to do', async () => {
    const { body, statusCode } = await search({ q: 'linear AND' })
    expect(statusCode).toBe(422)
    expect(body).toContain('<title>Error: Search papers')
    expect(body).toContain('value="linear AND"')
    expect(body.match(/a word is missing after AND/g)).toHaveLength(2)
    expect(body).toContain('<a class="error-link" href="#q">')
    const evil = await search({ q: '"><script>alert(1)</script> (' })
    expect([evil.statusCode, evil.body.includes('<script>')]).toEqual([422, false])
  })
})

test('a site without papers says so', async () => {
  await site.db.paper.deleteMany()
  site.clock.moveTo(new Date(site.clock.now().getTime() + 120_000))
  await site.db.$executeRawUnsafe('truncate paper, paper_key, listing restart identity cascade')
  expect((await search({ q: 'attention' })).body).toContain('No papers have come in yet.')
})

test('one network searches so often and no more, and what was typed stays', async () => {
  await search({ q: 'attention' })
  // The bucket fills by the database's clock: not before a minute from now.
  await site.db.bucket.updateMany({ data: { tokens: 0, at: new Date(Date.now() + 60_000) } })
  const last = await search({ q: 'attention' })
  expect(last.statusCode).toBe(429)
  expect(Number(last.headers['retry-after'])).toBeGreaterThan(0)
  expect(last.body).toContain('value="attention"')
  expect(last.body).toContain('Too many attempts. Wait')
  expect((await get(site, '/papers')).statusCode).toBe(200)
})

test('a search changes nothing but the count of its network', async () => {
  const before = await checksums(site.db)
  await search({ q: 'attention' })
  const after = await checksums(site.db)
  expect({ ...after, bucket: before.bucket }).toEqual(before)
})
