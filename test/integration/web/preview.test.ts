import { beforeEach, expect, test } from 'vitest'
import { importPapers } from '../../../src/papers/import-papers.ts'
import { saveLearned } from '../../../src/queries/learned/learned-models.repo.ts'
import { UsageLearner } from '../../../src/queries/meaning/usage.ts'
import { toPaperText } from '../../../src/queries/text/tokens.ts'
import { openArchive } from '../../../src/search/open-archive.ts'
import { runCommand } from '../../support/commands.ts'
import { CARS, CELLS, learnSpace } from '../../support/learned-space.ts'
import { samplePaper } from '../../support/sample-paper.ts'
import { post, useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const site = useSite()
beforeEach(() => addPapers(site.db))

const live = { 'hx-request': 'true' }

/** The form as htmx posts it. */
const postLive = (fields: Record<string, string>) =>
  site.app.inject({
    method: 'POST',
    url: '/preview',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html', ...live },
    payload: new URLSearchParams(fields).toString(),
  })

const postJson = (payload: object | string) =>
  site.app.inject({
    method: 'POST',
    url: '/preview',
    headers: { 'content-type': 'application/json' },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  })

const textOf = (html: string): string =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replace(/&quot;/g, '"')
    .replace(/\s+/g, ' ')

test('the form comes back with everything typed and the preview in it', async () => {
  const answer = await post(site, '/preview', {
    email: 'ann@example.com',
    topic: '"linear attention", xylophone',
    hour: '6',
    zone: 'Asia/Tokyo',
    days: ['sat'],
    max: '7',
  })
  expect(answer.statusCode).toBe(200)
  expect(answer.body).toContain('value="ann@example.com"')
  expect(answer.body).toContain('&quot;linear attention&quot;, xylophone</textarea>')
  expect(answer.body).toMatch(/<option value="6" selected>/)
  expect(answer.body).toContain('<option selected>Asia/Tokyo')
  expect(answer.body).toMatch(/id="days-sat"[^>]* checked/)
  expect(answer.body).toContain('value="7"')
  const text = textOf(answer.body)
  expect(text).toContain('All topics together 1 paper in 30 days')
  expect(text).toContain('"linear attention" 1 paper in 30 days')
  expect(text).toContain(
    'No papers in 30 days No paper in the last 30 days mentions “xylophone”. Keep the topic and we’ll write when the first paper for it appears.',
  )
  expect(answer.body).toContain('Hybrid <mark>Linear Attention</mark>')
})

test('once more, without the form, leads to the form', async () => {
  for (const method of ['GET', 'HEAD'] as const) {
    const { statusCode, headers } = await site.app.inject({ method, url: '/preview' })
    expect([statusCode, headers.location]).toEqual([303, '/subscribe'])
  }
})

test('a topic in words is on the page once', async () => {
  const { body } = await post(site, '/preview', { topic: 'xylophone' })
  expect(body.match(/Papers with xylophone/g)).toHaveLength(1)
})

test('each of the 30 days has a bar, and a sentence says the same', async () => {
  const { body } = await postLive({ topic: 'attention' })
  const [, said, bars = ''] = /<div class="strip" role="img" aria-label="([^"]*)">(.*?)<\/div>/s.exec(body)!
  expect(said).toBe('5 papers from 26 Oct to 24 Nov, at most 2 on one day.')
  const papers = (pace: string) => new RegExp(`id="papers-${pace}"[^>]*>([^<]*)<`).exec(body)?.[1]
  expect(['daily', 'weekdays', 'weekly', 'own'].map(papers)).toEqual([
    'about 2 papers',
    'about 2 papers',
    'about 5 papers',
    '',
  ])
  const steps = [...bars.matchAll(/<i(?: class="bar-(\d+)")?>/g)].map(([, step = '0']) => Number(step))
  expect([steps.length, ...steps.slice(-5)]).toEqual([30, 5, 0, 0, 10, 10])
})

test('the page is below 100 kB with all that it loads, however many topics', async () => {
  const many = Array.from({ length: 20 }, (_, n) => `attention or benchmarks or number${n}`)
  for (const topic of ['attention, strings, cost, places, logs', many.join()]) {
    const { statusCode, body } = await post(site, '/preview', { topic })
    expect(statusCode).toBe(200)
    let bytes = Buffer.byteLength(body)
    for (const [, path] of body.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
      bytes += (await site.app.inject(path!)).rawPayload.byteLength
    }
    expect(bytes).toBeLessThan(100_000)
  }
})

test('without a topic, what the best of each day are chosen from', async () => {
  const text = textOf((await postLive({ max: '3' })).body)
  expect(text).toContain('No topic: the best of each day Each email has the 3 papers')
  expect(text).toContain('7 papers in 30 days')
  expect(text).not.toContain('Matched')
})

test('a known term is a phrase, and its words anywhere are offered if more papers have those', async () => {
  const records = ['World models', 'Models of the world'].flatMap((title) =>
    Array.from({ length: 5 }, (_, n) => ({ title: `${title}, ${n}`, summary: 'x' })),
  )
  await importPapers(site.deps, { text: JSON.stringify(records), day: '2026-11-24' })
  const learner = new UsageLearner()
  for (const { title } of records)
    learner.add({ ...toPaperText(samplePaper({ title, abstract: 'x' })), firstDay: '2026-11-24' })
  await saveLearned(site.db, { kind: 'usage', learnedAt: new Date(), papers: 200, data: learner.finish() })
  const { body } = await postLive({ topic: 'world models' })
  expect(textOf(body)).toContain('Papers with the phrase “world models”')
  expect(textOf(body)).toContain('5 papers in 30 days')
  expect(changesIn(body)).toEqual(['world AND models, 10 papers: 0 world AND models'])
  expect(changesIn((await postLive({ topic: 'world AND models' })).body)).toEqual([])
})

test('more papers a day than one email may contain are reported', async () => {
  const said = 'That is about 2 papers a weekday, and an email has up to 1.'
  expect(textOf((await postLive({ topic: 'attention', max: '1' })).body)).toContain(said)
  expect(textOf((await postLive({ topic: 'attention', max: '2' })).body)).not.toContain('That is about')
  // Subscribe validates that field.
  expect((await postLive({ topic: 'attention', max: 'many' })).statusCode).toBe(200)
})

test.each([
  ['linear xylophone', 'For more, ask for linear, 5 papers 5 papers match “linear”'],
  [
    'title:hybrid title:strings',
    'For more, ask for hybrid title:strings, 1 paper title:strings, 1 paper title:hybrid, 1 paper One paper matches “hybrid title:strings”',
  ],
  ['title:hybrid -attention', 'title:hybrid, 1 paper One paper matches “title:hybrid” A Systematic Analysis'],
])('%s matched nothing: what would match, and its papers', async (topic, said) => {
  const text = textOf((await postLive({ topic })).body)
  expect(text).toContain('No papers in 30 days')
  expect(text).toContain(said)
})

test('the papers of each term, and the overlap with the other topics', async () => {
  const text = textOf((await postLive({ topic: '"linear attention" -strings, attention' })).body)
  expect(text).toContain('14% of the 7 papers on 3 days. It also matches “attention”.')
  expect(text).toContain('"linear attention": 1 paper (14%)')
  expect(text).toContain('Excluding strings removes 0 papers')
  expect(text).toContain('71% of the 7 papers on 3 days.')
  expect(text).toContain('1 of these 5 also matches “linear attention”.')
})

/** The buttons that put a changed query into the form: "Remove xylophone: 0 linear". */
const changesIn = (html: string): string[] =>
  [...html.matchAll(/<button[^>]* name="use" value="([^"]*)" formaction="\/preview#preview">([^<]*)</g)].map(
    ([, value, words]) => `${words}: ${value}`.replaceAll('&gt;', '>'),
  )

test('where too little matched, a button puts what would match more into the form', async () => {
  const topic = 'strings\nlinear xylophone'
  const { body } = await postLive({ topic })
  expect(changesIn(body)).toEqual(['linear, 5 papers: 1 linear'])
  const pressed = await post(site, '/preview', { topic, email: 'ann@example.com', use: '1 linear' })
  expect(pressed.statusCode).toBe(200)
  expect(pressed.body).toContain('strings\nlinear</textarea>')
  expect(pressed.body).toContain('value="ann@example.com"')
  expect(textOf(pressed.body)).toContain('linear 5 papers in 30 days, about 5 a week')
})

test.each(['7 linear', 'linear', '0 '])('a button of no topic changes nothing: %s', async (use) => {
  const { statusCode, body } = await post(site, '/preview', { topic: 'strings', use })
  expect([statusCode, body.includes('strings</textarea>')]).toEqual([200, true])
})

test('for a topic that matched too much: the rate, and the limit of papers per email', async () => {
  const { body } = await postLive({ topic: 'attention OR strings', max: '1' })
  const text = textOf(body)
  expect(text).toContain('That is about 2 papers a weekday, and an email has up to 1.')
  expect(text).toContain('We email the top 1')
  expect(changesIn(body)).toEqual([])
})

test('the digest of the newest day, as its page would have shown it', async () => {
  const { body } = await postLive({ topic: 'attention, hundred', max: '2' })
  const last = /<section aria-labelledby="last">.*<\/section>/s.exec(body)?.[0] ?? ''
  const text = textOf(last)
  expect(text).toContain('The email of Tuesday 24 November, as you would have received it')
  expect(text).toContain('1 matches attention, 1 matches hundred.')
  expect(last.match(/<h4>/g)).toHaveLength(2)
  expect(text).toMatch(/Hundred 1 A Report .* Also under: attention/)
  const less = textOf((await postLive({ topic: 'attention, hundred', max: '1' })).body)
  expect(less).toContain('One more is on the site.')
  const none = textOf((await postLive({ topic: 'title:strings' })).body)
  expect(none).toContain(
    'Nothing matched or came close on Tuesday 24 November, so you wouldn’t have received an email.',
  )
  const best = textOf((await postLive({ max: '1' })).body)
  expect(best).toContain('This is the most upvoted paper of Tuesday 24 November 2026')
})

test('the digest of the day before, while today has less than half as many papers', async () => {
  const more = Array.from({ length: 7 }, (_, n) => ({ title: `One of Seven, ${n}` }))
  await importPapers(site.deps, { text: JSON.stringify(more), day: '2026-11-23' })
  expect(textOf((await postLive({ topic: 'attention' })).body)).toContain('The email of Monday 23 November')
})

test('htmx gets only the preview, with the policy of a page without scripts', async () => {
  const answer = await postLive({ topic: 'attention' })
  expect(answer.body).not.toMatch(/<html|<form|<script/)
  expect(answer.body).toContain('role="status"')
  expect(answer.headers['content-security-policy']).not.toContain('script-src')
})

test('only a page with a script may run ours; nothing inline, nothing evaluated', async () => {
  const page = await site.app.inject('/subscribe')
  const policy = page.headers['content-security-policy']
  expect(policy).toContain("script-src 'self'")
  expect(policy).toContain("connect-src 'self'")
  expect(policy).not.toMatch(/unsafe|nonce/)
  const scripts = [...page.body.matchAll(/<script src="([^"]+)" defer><\/script>/g)].map(([, path]) => path!)
  expect(scripts.map((path) => path.split('/').at(-1))).toEqual(['subscribe.js', 'preview.js'])
  for (const path of [...scripts, scripts[0]!.replace('subscribe.js', 'htmx.js')]) {
    const script = await site.app.inject(path)
    expect(script.statusCode).toBe(200)
    expect(script.headers['content-type']).toContain('javascript')
    expect(script.headers['cache-control']).toContain('immutable')
  }
  const plain = await site.app.inject('/privacy')
  expect(plain.body).not.toContain('<script')
  expect(plain.headers['content-security-policy']).not.toMatch(/script-src|connect-src/)
})

test('an unreadable query: the form with the sentence, the column and the input', async () => {
  const answer = await post(site, '/preview', { email: 'ann@example.com', topic: 'attention, (robot' })
  expect(answer.statusCode).toBe(422)
  expect(answer.body).toContain('<title>Error: ')
  expect(answer.body).toContain('href="#topic"')
  expect(answer.body).toContain('attention, (robot</textarea>')
  expect(textOf(answer.body)).toContain('the bracket at column 1 is never closed')
  const fragment = await postLive({ topic: '(robot' })
  expect(fragment.statusCode).toBe(422)
  expect(textOf(fragment.body)).toContain('the bracket at column 1 is never closed')
  expect(fragment.body).not.toContain('role="alert"')
  expect((await postLive({ topic: Array.from({ length: 200 }, (_, n) => `t${n}`).join() })).statusCode).toBe(
    422,
  )
})

test('a program gets the key words that no paper contains', async () => {
  const { absent, total } = (await postJson({ query: 'papers on linear attention for zeolites' })).json()
  expect([absent, total > 0]).toEqual([['zeolites'], true])
})

test('a program gets numbers by day, and reasons', async () => {
  const answer = await postJson({ query: '"linear attention"', days: 7 })
  expect(answer.statusCode).toBe(200)
  const told = answer.json()
  expect(told).toMatchObject({
    query: '"linear attention"',
    understood: 'Papers with the phrase “linear attention”',
    from: '2026-11-18',
    to: '2026-11-24',
    days: 7,
    total: 1,
    nothing: null,
  })
  expect(told).toMatchObject({
    papers: 7,
    openDays: 3,
    share: 0.1429,
    width: 'fits',
    offers: [],
    overlap: [],
  })
  expect(told.terms).toEqual([{ term: '"linear attention"', isUnwanted: false, papers: 1, share: 0.1429 }])
  expect(told.perDay).toHaveLength(7)
  expect(told.perDay.at(-1)).toEqual({ day: '2026-11-24', papers: 1, related: 0 })
  expect(told.latest).toEqual([
    {
      id: '2507.06457',
      title: 'A Systematic Analysis of Hybrid Linear Attention',
      day: '2026-11-24',
      votes: 41,
      reason: 'Matched: linear attention, in the title',
    },
  ])
  expect((await postJson({ query: 'title:strings' })).json().latest[0].id).toBe('hep-th/9901001')
  const nothing = (await postJson({ query: 'strings xylophone' })).json().nothing
  expect(nothing).toMatchObject({ absent: ['xylophone'], without: { part: 'xylophone', papers: 1 } })
  const asked = { query: 'strings xylophone', others: ['attention', 'strings'] }
  expect((await postJson(asked)).json()).toMatchObject({
    width: 'narrow',
    offers: [{ query: 'strings', papers: 1 }],
    instead: [{ id: 'hep-th/9901001' }],
    overlap: [],
  })
  const both = (await postJson({ ...asked, query: 'strings' })).json()
  expect(both.overlap).toEqual([
    { topic: 'attention', papers: 1 },
    { topic: 'strings', papers: 1 },
  ])
})

test.each([
  [{ query: '(robot' }, 422, 'query.bracket-open'],
  [{}, 422, 'query.empty'],
  [{ query: 'robot', days: 31 }, 422, 'preview.days'],
  [{ query: 'robot', days: 'many' }, 422, 'preview.days'],
  [{ query: ['robot'] }, 422, 'request.wrong-type'],
  [{ query: 'robot', others: ['(arm'] }, 422, 'query.bracket-open'],
  ['{', 400, 'request.unreadable'],
])('a program that sends %j gets %i %s', async (payload, status, error) => {
  const answer = await postJson(payload)
  expect({ status: answer.statusCode, error: answer.json().error }).toEqual({ status, error })
})

test('a program is not refused for fields of the form', async () => {
  expect((await postJson({ query: 'robot', email: null, format: {} })).statusCode).toBe(200)
})

test('a field of the API that is wrong in two ways is named once', async () => {
  const answer = await site.app.inject({ method: 'POST', url: '/api/preview', payload: { query: [] } })
  expect(answer.statusCode).toBe(422)
  expect(answer.json().fields.map(({ field }: { field: string }) => field)).toEqual(['query'])
})

test('a network that sends too many requests reads in its form when to try again', async () => {
  const full = { key: 'search 127.0.0.1/32', tokens: 0, at: new Date(Date.now() + 600_000) }
  await site.db.bucket.create({ data: full })
  const page = await post(site, '/preview', { topic: 'attention', email: 'ann@example.com' })
  expect(page.statusCode).toBe(429)
  expect(page.headers['retry-after']).toMatch(/^[56]\d\d$/)
  expect(textOf(page.body)).toMatch(/Too many attempts. Wait 1[01] minutes, then try again./)
  expect(page.body).toContain('value="ann@example.com"')
  const fragment = await postLive({ topic: 'attention' })
  expect(fragment.statusCode).toBe(429)
  expect(textOf(fragment.body)).toMatch(/Wait 1[01] minutes/)
  expect((await postJson({ query: 'attention' })).json().error).toBe('rate.too-many')
})

test('a preview leaves nothing behind but the count of its network', async () => {
  await post(site, '/preview', { email: 'ann@example.com', topic: 'attention' })
  expect(await site.db.subscriber.count()).toBe(0)
  expect(await site.db.query.count()).toBe(0)
  expect(await site.db.message.count()).toBe(0)
  expect(site.logged.join('\n')).not.toContain('ann@')
})

test('a body of text is read as an empty form', async () => {
  const headers = { 'content-type': 'text/plain' }
  const { statusCode } = await site.app.inject({ method: 'POST', url: '/preview', headers, payload: 'NaN' })
  expect(statusCode).toBe(200)
})

test('papers that come close have a part and bars of their own, once a space is learned', async () => {
  const listed = (titles: string[]) => JSON.stringify(titles.map((title) => ({ title, summary: title })))
  await importPapers(site.deps, { text: listed(CARS), day: '2026-11-01' })
  const titles = ['A car engine', 'Automobile engine', ...CELLS]
  await importPapers(site.deps, { text: listed(titles), day: '2026-11-24' })
  const before = await postLive({ topic: 'car engine' })
  expect(before.body).not.toContain('come close')
  await learnSpace(site.db)
  site.clock.moveTo(new Date('2026-11-24T12:02:00Z'))
  await openArchive(site.deps, { withVectors: true })
  const { body } = await postLive({ topic: 'car engine' })
  const text = textOf(body)
  expect(text).toContain('car engine 4 match, 1 comes close in 30 days')
  expect(text).toContain('Comes close Automobile engine Comes close to “car engine”: engine')
  expect(body).toContain('at most 3 on one day. 1 more comes close."')
  expect(body).toMatch(/<i class="bar-7 hollow"><b class="bar-5"><\/b><\/i><\/div>/)
  const [, envelope = ''] = text.split('as you would have received it')
  expect(envelope).toMatch(/A car engine .*Automobile engine .*Comes close to “car engine”: engine/)
  expect(body).not.toContain('Protein')
  const { json } = await runCommand(site.deps, ['queries', 'test', 'car engine'])
  expect(json).toMatchObject({
    relatedTotal: 1,
    related: [{ title: 'Automobile engine', day: '2026-11-24' }],
  })
})
