import { beforeEach, describe, expect, test } from 'vitest'
import type { Day } from '../../../src/core/dates.ts'
import { counted, fill, listed, words } from '../../../src/i18n/words.ts'
import { parseList } from '../../../src/papers/import-papers.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { saveLearned } from '../../../src/queries/learned/learned-models.repo.ts'
import { UsageLearner } from '../../../src/queries/meaning/usage.ts'
import { toPaperText } from '../../../src/queries/text/tokens.ts'
import { openArchive } from '../../../src/search/open-archive.ts'
import { searchArchive } from '../../../src/search/search-archive.ts'
import { readSearchParams, searchFields } from '../../../src/web/site/search-paths.ts'
import { checksums } from '../../support/checksums.ts'
import { CARS, CELLS, learnSpace } from '../../support/learned-space.ts'
import { errorsOn } from '../../support/page-text.ts'
import { samplePaper } from '../../support/sample-paper.ts'
import { get, textOf, useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const site = useSite()

beforeEach(async () => {
  await addPapers(site.db)
})

const search = (fields: Record<string, string>) => get(site, `/papers?${new URLSearchParams(fields)}`)

const titlesIn = (body: string) =>
  [...body.matchAll(/<h[23]><a [^>]*>(.*?)<\/a><\/h[23]>/g)].map(([, title = '']) =>
    title.replace(/<\/?mark>/g, ''),
  )

const add = async (day: Day, papers: object[]) => {
  const { records } = parseList(papers)
  await recordListings(site.db, { source: 'huggingface', day, records, now: site.clock.now() })
}

describe('a search', () => {
  test('shows the meaning of the query and the number of papers, and marks why', async () => {
    const { body, statusCode } = await search({ q: '"hybrid linear attention"' })
    expect(statusCode).toBe(200)
    const onePaper = counted(1, words.counts.paper)
    expect(body).toContain(`<p class="quiet" id="results">${onePaper}</p>`)
    expect(body).toContain(phraseOf('hybrid linear attention'))
    expect(body).toContain('A Systematic Analysis of <mark>Hybrid Linear Attention</mark>')
    expect(body).not.toContain('class="why"')
    expect(body).toContain('value="&quot;hybrid linear attention&quot;"')
    const title = fill(words.search.titleOf, {
      query: '&quot;hybrid linear attention&quot;',
      count: onePaper,
    })
    expect(body).toContain(`<title>${title}`)
  })

  test('shows whole sentences with marks, and where else the words are', async () => {
    const { body } = await search({ q: 'weights attention title:strings' })
    expect(body).toContain(
      '<p class="sentence">We study how O(n log n) <mark>attention</mark> over long contexts compares with full <mark>attention</mark>.</p>',
    )
    expect(body).toContain(
      fill(words.reason.beyond.abstract, { terms: listed(['“weights”', '“attention”']) }),
    )
    expect((await search({ q: 'quality title:systematic' })).body).toContain(
      '<p class="sentence">A gated linear form of attention keeps most of the <mark>quality</mark> at a fifth of the cost.</p>',
    )
  })

  test('sorts by best match or by date', async () => {
    await add('2026-11-24', [
      { title: 'Nothing of it', summary: `Of branes. ${'And of others. '.repeat(40)}` },
    ])
    expect(titlesIn((await search({ q: 'branes' })).body)).toEqual([
      'Strings and Branes at β-Functions',
      'Nothing of it',
    ])
    expect(titlesIn((await search({ q: 'branes', sort: 'newest' })).body)[0]).toBe('Nothing of it')
    const votes = (count: number) => ({ title: `Branes with ${count} votes`, votes: count })
    await add('2026-11-23', [votes(5), votes(80), votes(30)])
    expect(titlesIn((await search({ q: 'branes', sort: 'votes' })).body).slice(0, 3)).toEqual([
      'Branes with 80 votes',
      'Branes with 30 votes',
      'Branes with 5 votes',
    ])
  })

  test.each([
    '2507.06457',
    '2507.06457v2',
    'arXiv:2507.06457v2',
    'https://arxiv.org/abs/2507.06457',
    'arxiv.org/pdf/2507.06457v1.pdf',
    'https://huggingface.co/papers/2507.06457',
    'hf.co/papers/2507.06457',
    'https://www.alphaxiv.org/abs/2507.06457',
    'https://doi.org/10.48550/arXiv.2507.06457',
  ])('opens the paper that %s names', async (q) => {
    const { statusCode, headers } = await search({ q })
    expect([statusCode, headers.location]).toEqual([303, '/papers/2507.06457'])
  })

  test('opens papers by their other names too', async () => {
    expect((await search({ q: 'doi:10.1000/182' })).headers.location).toBe('/papers/doi:10.1000/182')
    expect((await search({ q: 'hep-th/9901001' })).headers.location).toBe('/papers/hep-th/9901001')
  })

  test.each([
    ['arXiv:2507.99999v3', 'arXiv:2507.99999', 'https://arxiv.org/abs/2507.99999', 'arXiv'],
    ['https://doi.org/10.1000/999', 'doi:10.1000/999', 'https://doi.org/10.1000/999', 'doi.org'],
  ])('links to the source of %s, which is not here', async (q, name, url, where) => {
    const { body, statusCode } = await search({ q })
    expect(statusCode).toBe(200)
    expect(body).toContain(`<p>${fill(words.search.notHere, { name })}</p>`)
    expect(body).toContain(`<a href="${url}">${fill(words.search.elsewhere, { name, site: where })}</a>`)
    const page = await get(site, `/papers/${name.replace('arXiv:', '')}`)
    expect(page.statusCode).toBe(404)
    expect(page.body).toContain(`<p>${fill(words.search.notHere, { name })}</p>`)
    expect(page.body).toContain(`<a href="${url}">${fill(words.search.elsewhere, { name, site: where })}</a>`)
  })

  test.each(['10.1000/<script>', 'doi:10.1000/"onclick="x', '2507.06457x'])('escapes %s', async (q) => {
    for (const { body } of [await search({ q }), await get(site, `/papers/${encodeURIComponent(q)}`)]) {
      expect(body).not.toMatch(/<script>|"onclick/)
    }
  })

  test('finds a paper by its number if only a newer version of it is known', async () => {
    const { records } = parseList([{ id: '2511.20001', title: 'Spin Ice' }])
    const revised = records.map((record) => ({ ...record, kind: 'revised' as const }))
    await recordListings(site.db, {
      source: 'arxiv:cs.CL',
      day: '2026-11-24',
      records: revised,
      now: site.clock.now(),
    })
    expect((await search({ q: '2511.20001' })).headers.location).toBe('/papers/2511.20001')
    expect((await get(site, '/papers/2511.20001')).body).toContain('Spin Ice')
    expect(titlesIn((await search({ q: 'spin ice' })).body)).toEqual([])
  })

  test('without words explains what can be typed, with examples that work', async () => {
    for (const path of ['/papers', '/papers?q=', '/papers?q=+']) {
      const { body, statusCode } = await get(site, path)
      expect([path, statusCode]).toEqual([path, 200])
      expect(body).toContain(words.search.help)
      expect(body).not.toContain('noindex')
    }
    const { body } = await get(site, '/papers')
    const examples = [...body.matchAll(/class="query" href="([^"]*)"/g)].map(([, path]) => path!)
    expect(examples.length).toBeGreaterThan(5)
    for (const path of examples) {
      const { statusCode, body } = await get(site, path.replaceAll('&amp;', '&'))
      const found = statusCode === 303 || titlesIn(body).length > 0
      expect([path, found]).toEqual([path, true])
    }
  })
})

/** The meaning of a phrase as a query. */
const phraseOf = (text: string) => fill(words.query.papersWith, { what: fill(words.query.phrase, { text }) })
const matchesAuthor = (found: string) =>
  fill(words.reason.beyond.matches, { what: fill(words.reason.author, { found }) })

describe('words without a field', () => {
  const PAPERS = [
    {
      title: 'Gated Slot Attention',
      authors: ['Yu Zhang', 'Songlin Yang'],
      organization: 'MIT CSAIL',
      votes: 9,
    },
    { title: 'Parallelizing Delta Rules', authors: ['Bo Yang', 'Songlin Yang'], votes: 3 },
    { title: 'Two Other People', authors: ['Songlin Wu', 'Bo Yang'], votes: 90 },
    { title: 'What a Yang Mills Field Learns', authors: ['A. Nobody'], summary: 'After Songlin.', votes: 0 },
    { title: 'Joint Embeddings', authors: ['Yann LeCun'], votes: 5 },
  ]
  beforeEach(() => add('2026-11-21', PAPERS))

  test('find authors, after matches in texts, and the reason names them', async () => {
    const { body } = await search({ q: 'Songlin Yang' })
    expect(titlesIn(body)).toEqual([
      'What a Yang Mills Field Learns',
      'Gated Slot Attention',
      'Parallelizing Delta Rules',
      'Two Other People',
    ])
    const why = matchesAuthor('Songlin Yang')
    expect(body.split(`<p class="why">${why}</p>`)).toHaveLength(3)
    expect(body).toContain('<h1>Songlin Yang</h1>')
    expect(body).toContain('href="/papers?q=author:%22Songlin+Yang%22">')
    expect(body).toContain('href="/subscribe?topic=Songlin+Yang"')
  })

  test('find one author, in feeds too, however the name is typed', async () => {
    for (const q of ['lecun', 'LeCun', 'yann lecun', 'LeCun Yann', '"Yann LeCun"']) {
      const { body } = await search({ q })
      expect([q, titlesIn(body)]).toEqual([q, ['Joint Embeddings']])
      expect(body).toContain(matchesAuthor('Yann LeCun'))
      const topic = /href="\/subscribe\?topic=([^"]+)"/.exec(body)?.[1] ?? ''
      expect(body).toContain(`href="/feed.xml?q=${topic}"`)
      expect((await get(site, `/feed.json?q=${topic}`)).body).toContain('Joint Embeddings')
    }
  })

  test('find organizations, beside other words, and not under NOT', async () => {
    const { body } = await search({ q: 'gated csail' })
    expect(titlesIn(body)).toEqual(['Gated Slot Attention'])
    expect(body).toContain(
      fill(words.reason.beyond.matches, { what: fill(words.reason.org, { found: 'MIT CSAIL' }) }),
    )
    expect(titlesIn((await search({ q: 'slot -csail' })).body)).toEqual(['Gated Slot Attention'])
    expect(titlesIn((await search({ q: 'title:csail' })).body)).toEqual([])
  })

  test('find names in the API too', async () => {
    const { body } = await get(site, '/api/papers?q=lecun')
    expect(JSON.parse(body).items).toEqual([expect.objectContaining({ title: 'Joint Embeddings' })])
  })

  test.each([
    'author:"Songlin Yang"',
    'author:"Yann LeCun"',
    'author:"王瑞金"',
    'author:"Ana Íñiguez"',
    'author:"A. One"',
  ])('%s is the page of that author', async (q) => {
    const { body, statusCode } = await search({ q })
    expect(statusCode).toBe(200)
    expect(titlesIn(body).length).toBeGreaterThan(0)
    expect(body).toContain(matchesAuthor(''))
  })
})

test('finds a known term as a phrase, and its words anywhere with AND', async () => {
  const titles = [
    ...Array.from({ length: 5 }, (_, i) => `Zebrafish of glass ${i}`),
    'Zebrafish that look like a glass',
  ]
  const learner = new UsageLearner()
  for (const title of titles)
    learner.add({ ...toPaperText(samplePaper({ title, abstract: '' })), firstDay: '2026-11-24' })
  const data = learner.finish()
  await saveLearned(site.db, { kind: 'usage', learnedAt: new Date(), papers: 200, data })
  await add(
    '2026-11-24',
    titles.map((title) => ({ title })),
  )
  const { body } = await search({ q: 'zebrafish of glass' })
  expect(body).toContain(phraseOf('zebrafish of glass'))
  expect(titlesIn(body)).toHaveLength(5)
  expect(titlesIn((await search({ q: 'zebrafish AND glass' })).body)).toHaveLength(6)
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

  test('are on linked pages of 20, each paper once', async () => {
    await many()
    const titles: string[] = []
    let path: string | undefined = '/papers?q=zebrafish&sort=newest'
    for (let page = 1; path; page++) {
      const { body } = await get(site, path)
      expect(body).toContain(fill(words.day.page, { page, pages: 3 }))
      expect(body).toContain(
        `<link rel="canonical" href="http://localhost:3000${path.replaceAll('&', '&amp;')}">`,
      )
      titles.push(...titlesIn(body))
      path = /<link rel="next" href="([^"]+)">/.exec(body)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(new Set(titles).size).toBe(45)
    expect(titles).toHaveLength(45)
    const { body } = await search({ q: 'zebrafish', page: '2' })
    expect(body).toContain(fill(words.day.range, { first: '21', last: '40', count: '45' }))
    expect(body).toContain('<meta name="robots" content="noindex">')
  })

  test.each(['4', '0', 'two', '26', '999999'])('have no page %s: 404 with the input', async (page) => {
    await many()
    const { statusCode, body } = await search({ q: 'zebrafish', page })
    expect([statusCode, errorsOn(body)]).toEqual([404, ['search.page']])
    expect(body).toContain('value="zebrafish"')
  })

  test('have an error code for an invalid page number', async () => {
    await many()
    const beyond = readSearchParams(searchFields.parse({ q: 'zebrafish', page: '4' }))!
    await expect(searchArchive(site.deps, beyond)).rejects.toMatchObject({ code: 'search.page', status: 404 })
  })

  test('without a match are shown without near misses if those take too long', async () => {
    const asked = readSearchParams(searchFields.parse({ q: 'xylophone attention' }))!
    expect(await searchArchive(site.deps, asked)).toMatchObject({ nothing: { absent: ['xylophone'] } })
    expect(await searchArchive(site.deps, { ...asked, extrasMs: 0 })).toMatchObject({
      count: 0,
      nothing: null,
    })
  })

  test('are narrowed by category, month and code, and each filter can be removed', async () => {
    await many()
    const first = await search({ q: 'zebrafish OR attention' })
    expect(first.body).toContain('href="/papers?q=zebrafish+OR+attention&amp;cat=cs.CV"')
    expect(first.body).toContain('href="/papers?q=zebrafish+OR+attention&amp;month=2026-10"')
    expect(first.body).toContain('href="/papers?q=zebrafish+OR+attention&amp;code=1"')
    const chosen = await search({ q: 'zebrafish OR attention', cat: 'q-bio.NC', month: '2026-10', code: '1' })
    expect(chosen.body).toContain(`<p class="quiet" id="results">${counted(5, words.counts.paper)}</p>`)
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
    expect(none.body).toContain(fill(words.search.narrowedAway, { papers: counted(45, words.counts.paper) }))
    expect(none.body).toContain('href="/papers?q=zebrafish" aria-current="true"')
  })

  test('can be followed by email and feed, with the filters that a topic can express', async () => {
    await many()
    const { body } = await search({ q: 'zebrafish, mice OR fish', cat: 'cs.CV', month: '2026-10', code: '1' })
    const topic = '(zebrafish,+mice+OR+fish)+cat:cs.CV+has:code'.replaceAll(',', '%2C')
    expect(body).toContain(`href="/subscribe?topic=${topic}"`)
    expect(body).toContain(`data-copy="http://localhost:3000/subscribe?topic=${topic}"`)
    expect(body).toContain(`href="/feed.xml?q=${topic}"`)
    expect(body).toContain(`data-copy="http://localhost:3000/feed.json?q=${topic}"`)
    expect(body).toContain(words.search.withoutMonth)
    const form = await get(site, `/subscribe?topic=${topic}`)
    expect(form.body).toContain('>(zebrafish, mice OR fish) cat:cs.CV has:code</textarea>')
  })
})

describe('papers that come close', () => {
  const closeIn = (body: string) => /<div class="notice close">.*?<\/div>/s.exec(body)?.[0] ?? ''
  beforeEach(async () => {
    await add(
      '2026-11-01',
      CARS.map((title) => ({ title, summary: title })),
    )
    const today = ['A car engine', 'Automobile engine', ...CELLS]
    await add(
      '2026-11-24',
      today.map((title) => ({ title, summary: title })),
    )
    await learnSpace(site.db)
    await openArchive(site.deps, { withVectors: true })
  })

  test('have their own part below the matches, on the first page of best matches', async () => {
    const { body } = await search({ q: 'car engine' })
    expect(titlesIn(body)).toEqual(['A car engine', ...CARS.toReversed()])
    expect(body.indexOf('class="notice close"')).toBeGreaterThan(body.lastIndexOf('</article>'))
    expect(closeIn(body)).toContain(`<h2>${words.preview.close}</h2>`)
    expect(closeIn(body)).toContain('>Automobile engine</a>')
    expect(closeIn(body)).toContain(fill(words.reason.close, { topic: 'car engine', what: 'engine' }))
    expect(closeIn((await search({ q: 'car engine', sort: 'newest' })).body)).toBe('')
    expect(closeIn((await search({ q: 'car engine', month: '2026-11' })).body)).toBe('')
  })

  test('are shown instead of papers with some of the words if nothing matches', async () => {
    const roads = Array.from({ length: 8 }, (_, i) => ({ title: `Automobile ${i}`, summary: 'On a road.' }))
    await add('2026-11-02', roads)
    await openArchive(site.deps, { withVectors: true })
    const { body } = await search({ q: 'car engine automobile' })
    expect(titlesIn(body)).toEqual([])
    expect(closeIn(body)).toContain('>Automobile engine</a>')
    expect(body).not.toContain(words.search.nearest)
  })

  test('are left out if they take too long', async () => {
    const params = readSearchParams(searchFields.parse({ q: 'car engine' }))!
    expect((await searchArchive(site.deps, { ...params, extrasMs: 0 })).close).toEqual([])
  })
})

describe('a search with a misspelled word', () => {
  beforeEach(() =>
    add(
      '2026-11-20',
      Array.from({ length: 6 }, (_, n) => ({ title: `Zebrafish ${n}`, summary: 'Of zebrafish and mice.' })),
    ),
  )

  const exactPath = '/papers?q=zebrafsh+mice&amp;exact=1'

  test('shows the results of the corrected query, and links to those of the typed words', async () => {
    const { body } = await search({ q: 'zebrafsh mice' })
    expect(titlesIn(body)).toHaveLength(6)
    expect(body).toContain('<h1>zebrafish mice</h1>')
    expect(body).toContain(`href="${exactPath}"`)
    expect(body).toContain('value="zebrafsh mice"')
    expect(body).toContain('href="/subscribe?topic=zebrafish+mice"')
    expect(body).toContain('href="/papers?q=zebrafish+mice&amp;sort=newest"')
  })

  test('keeps order and filters in the link to the typed words, and is canonically the corrected search', async () => {
    const { body } = await search({ q: 'zebrafsh mice', sort: 'newest', month: '2026-11' })
    expect(body).toContain(`href="${exactPath}&amp;sort=newest&amp;month=2026-11"`)
    const path = '/papers?q=zebrafish+mice&amp;sort=newest&amp;month=2026-11'
    expect(body).toContain(`<link rel="canonical" href="http://localhost:3000${path}">`)
  })

  test('with `exact` shows what has the typed words, and links to the corrected query', async () => {
    const { body } = await search({ q: 'zebrafsh mice', exact: '1' })
    expect(body).toContain(`id="results">${words.day.none}<`)
    expect(body).toContain('<h1>zebrafsh mice</h1>')
    expect(body).toContain('href="/papers?q=zebrafish+mice">')
    expect(body).toContain(`href="${exactPath.replace('&amp;exact=1', '')}`.replace('zebrafsh', 'zebrafish'))
  })

  test('is corrected only on the page: the API and feeds search for what was typed', async () => {
    const { body } = await get(site, '/api/papers?q=zebrafsh+mice')
    expect(JSON.parse(body).items).toEqual([])
    expect((await get(site, '/feed.json?q=zebrafsh+mice')).body).not.toContain('Zebrafish 0')
  })

  test('is not corrected if papers have each of its words', async () => {
    const { body } = await search({ q: 'zebrafish attention' })
    expect(body).toContain('<h1>zebrafish attention</h1>')
    expect(body).not.toContain('exact=1')
  })
})

describe('a search without a result', () => {
  test('links to the query with only some of its words, before the one without a word', async () => {
    await add('2026-11-20', [
      { title: 'Ferrets and otters', summary: 'Both.' },
      { title: 'Ferrets and newts', summary: 'Both.' },
      { title: 'Otters and newts', summary: 'Both.' },
    ])
    const { body } = await search({ q: 'ferrets otters newts' })
    const [some, without] = [
      /href="(\/papers\?q=[^"]*)">3 /.exec(body),
      body.indexOf('href="/papers?q=otters+newts"'),
    ]
    expect(without).toBeGreaterThan(some!.index)
    expect(titlesIn((await get(site, some![1]!)).body)).toHaveLength(3)
  })

  test('explains why, and shows the closest matches', async () => {
    const { body, statusCode } = await search({ q: 'title:hybrid zeolite' })
    expect(statusCode).toBe(200)
    const text = textOf(body)
    const papers = counted(1, words.counts.paper)
    expect(text).toContain(fill(words.search.absent, { parts: 'zeolite' }))
    const without = fill(words.search.without, { part: 'zeolite', papers })
    expect(body).toContain(`<a href="/papers?q=title:hybrid">${without}</a>`)
    expect(text).toContain(fill(words.reason.has.title, { terms: 'hybrid' }))
    expect(text).toContain(fill(words.reason.missing.paper, { terms: 'zeolite' }))
    expect(titlesIn(body)[0]).toBe('A Systematic Analysis of Hybrid Linear Attention')
    expect(body).toContain(words.search.mailLater)
  })

  test.each([
    ['Verstärkungslernen', true],
    ['apprentissage par renforcement', true],
    ['zeolite', false],
    ['author:Grünwaldt', false],
  ])('says that papers are in English if the words look like another language: %s', async (q, is) => {
    expect(textOf((await search({ q })).body).includes(words.search.english)).toBe(is)
  })

  test('with an unreadable query gets 422 with the error and the input', async () => {
    const { body, statusCode } = await search({ q: 'linear AND' })
    expect([statusCode, errorsOn(body)]).toEqual([422, ['q: query.word-missing']])
    expect(body).toContain(`<title>${fill(words.site.errorTitle, { page: words.search.heading })}`)
    expect(body).toContain('value="linear AND"')
    expect(body).toContain('id="q-error"')
    const evil = await search({ q: '"><script>alert(1)</script> (' })
    expect([evil.statusCode, evil.body.includes('<script>')]).toEqual([422, false])
  })
})

test('a search on a site without papers gets a page of its own', async () => {
  await site.db.paper.deleteMany()
  site.clock.moveTo(new Date(site.clock.now().getTime() + 120_000))
  await site.db.$executeRawUnsafe('truncate paper, paper_key, listing restart identity cascade')
  expect((await search({ q: 'attention' })).body).toContain(words.search.noPapers)
})

test('searches of one network are limited: 429 with the input', async () => {
  await search({ q: 'attention' })
  // The bucket fills by the database's clock: not before a minute from now.
  await site.db.bucket.updateMany({ data: { tokens: 0, at: new Date(Date.now() + 60_000) } })
  const last = await search({ q: 'attention' })
  expect([last.statusCode, errorsOn(last.body)]).toEqual([429, ['rate.too-many']])
  expect(Number(last.headers['retry-after'])).toBeGreaterThan(0)
  expect(last.body).toContain('value="attention"')
  expect((await get(site, '/papers')).statusCode).toBe(200)
})

test('a search changes only the count of its network', async () => {
  const before = await checksums(site.db)
  await search({ q: 'attention' })
  const after = await checksums(site.db)
  expect({ ...after, bucket: before.bucket }).toEqual(before)
})
