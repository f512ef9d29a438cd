import { beforeEach, expect, test } from 'vitest'
import { longDate } from '../../../src/i18n/dates.ts'
import { counted, fill, rateOf, words } from '../../../src/i18n/words.ts'
import { importPapers } from '../../../src/papers/import-papers.ts'
import { topicNames } from '../../../src/queries/language/topic-name.ts'
import { saveLearned } from '../../../src/queries/learned/learned-models.repo.ts'
import { UsageLearner } from '../../../src/queries/meaning/usage.ts'
import { toPaperText } from '../../../src/queries/text/tokens.ts'
import { openArchive } from '../../../src/search/open-archive.ts'
import { runCommand } from '../../support/commands.ts'
import { CARS, CELLS, learnSpace } from '../../support/learned-space.ts'
import { errorsOn, sentence } from '../../support/page-text.ts'
import { samplePaper } from '../../support/sample-paper.ts'
import { post, textOf, useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const site = useSite()
beforeEach(() => addPapers(site.db))

const papersOf = (count: number) => counted(count, words.counts.paper)

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

const offer = (query: string, papers: number) =>
  fill(words.preview.offers.offer, { query, papers: papersOf(papers) })
const instead = (count: number, query: string) => counted(count, words.preview.instead, { query })
const share = (percent: string) =>
  fill(words.preview.share.some, { share: percent, papers: papersOf(7), days: '3 days' })
const NOTHING = fill(words.preview.nothing, { span: '30 days' })

test('a preview is in the form with all input', async () => {
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
  expect(answer.body).toContain('<option value="Asia/Tokyo" selected>')
  expect(answer.body).toMatch(/id="days-sat"[^>]* checked/)
  expect(answer.body).toContain('<option value="7" selected>')
  const text = textOf(answer.body)
  expect(text).toContain(`linear attention ${rateOf(1, 30)}`)
  const mentions = fill(words.preview.warning.mentions, { span: '30 days', parts: '“xylophone”' })
  expect(text).toContain(`${NOTHING} ${mentions}. ${words.preview.warning.keep}`)
  expect(answer.body).toContain('Hybrid <mark>Linear Attention</mark>')
})

test('a preview without a form redirects to the form', async () => {
  for (const method of ['GET', 'HEAD'] as const) {
    const { statusCode, headers } = await site.app.inject({ method, url: '/preview' })
    expect([statusCode, headers.location]).toEqual([303, '/subscribe'])
  }
})

test('a preview names its topics as emails do', async () => {
  const { body } = await postLive({ topic: 'hybrid OR strings\nattention OR attentions' })
  const headings = [...body.matchAll(/<h3 id="preview-\d+">([^<]*)</g)].map(([, heading]) => heading)
  const queries = ['hybrid OR strings', 'attention OR attentions']
  expect(headings).toEqual(topicNames(queries.map((query) => ({ name: query, query }))))
  expect(headings.join()).not.toContain('OR')
})

test('the meaning of a topic is on the page once', async () => {
  const { body } = await post(site, '/preview', { topic: 'xylophone' })
  expect(body.split(fill(words.query.papersWith, { what: 'xylophone' }))).toHaveLength(2)
})

test('each of the 30 days has a bar, described in a sentence', async () => {
  const { body } = await postLive({ topic: 'attention' })
  const [, label, bars = ''] = /<div class="strip" role="img" aria-label="([^"]*)">(.*?)<\/div>/s.exec(body)!
  expect(label).toBe(
    fill(words.list.rail.daysText, { count: papersOf(5), from: '26 Oct', to: '24 Nov', most: '2' }),
  )
  const rate = (pace: string) => new RegExp(`id="brings-${pace}"[^>]*><strong>([^<]*)<`).exec(body)?.[1]
  const on = fill(words.paces.on, { day: words.weekdays.mon })
  expect(['daily', 'weekly'].map(rate)).toEqual([
    fill(words.paces.daily.about, { papers: papersOf(2) }),
    fill(words.paces.weekly.about, { papers: papersOf(5), on }),
  ])
  const steps = [...bars.matchAll(/<i(?: class="bar-(\d+)")?>/g)].map(([, step = '0']) => Number(step))
  expect([steps.length, ...steps.slice(-5)]).toEqual([30, 5, 0, 0, 10, 10])
})

test('the page with its assets is below 100 kB with up to 20 topics', async () => {
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

test('without a topic, a preview shows the papers from which the best are chosen', async () => {
  const text = textOf((await postLive({ max: '3' })).body)
  expect(text).toContain(`${words.preview.best} ${fill(words.preview.bestText, { most: 3 })}`)
  expect(text).not.toMatch(sentence(words.reason.matched))
})

test('a known term is a phrase, and its words with AND are offered if more papers match them', async () => {
  const records = ['World models', 'Models of the world'].flatMap((title) =>
    Array.from({ length: 5 }, (_, n) => ({ title: `${title}, ${n}`, summary: 'x' })),
  )
  await importPapers(site.deps, { text: JSON.stringify(records), day: '2026-11-24' })
  const learner = new UsageLearner()
  for (const { title } of records)
    learner.add({ ...toPaperText(samplePaper({ title, abstract: 'x' })), firstDay: '2026-11-24' })
  await saveLearned(site.db, { kind: 'usage', learnedAt: new Date(), papers: 200, data: learner.finish() })
  const { body } = await postLive({ topic: 'world models' })
  expect(textOf(body)).toContain(
    fill(words.query.papersWith, { what: fill(words.query.phrase, { text: 'world models' }) }),
  )
  expect(textOf(body)).toContain(rateOf(5, 30))
  expect(changesIn(body)).toEqual([`${offer('world AND models', 10)}: 0 world AND models`])
  expect(changesIn((await postLive({ topic: 'world AND models' })).body)).toEqual([])
})

test('a preview warns about more papers a day than one email may have', async () => {
  const warning = fill(words.preview.tooMuch, { count: papersOf(2), most: '1' })
  expect(textOf((await postLive({ topic: 'attention', max: '1' })).body)).toContain(warning)
  expect(textOf((await postLive({ topic: 'attention', max: '2' })).body)).not.toMatch(
    sentence(words.preview.tooMuch),
  )
  // Subscribe validates that field.
  expect((await postLive({ topic: 'attention', max: 'many' })).statusCode).toBe(200)
})

test.each([
  ['linear xylophone', `${words.preview.offers.more} ${offer('linear', 5)} ${instead(5, 'linear')}`],
  [
    'title:hybrid title:strings',
    `${words.preview.offers.more} ${offer('hybrid title:strings', 1)} ${offer('title:strings', 1)} ${offer('title:hybrid', 1)} ${instead(1, 'hybrid title:strings')}`,
  ],
  [
    'title:hybrid -attention',
    `${offer('title:hybrid', 1)} ${instead(1, 'title:hybrid')} A Systematic Analysis`,
  ],
])('a preview of %s, which matches nothing, offers queries that match', async (topic, offers) => {
  const text = textOf((await postLive({ topic })).body)
  expect(text).toContain(NOTHING)
  expect(text).toContain(offers)
})

test('a preview shows the papers of each term, and the overlap with other topics', async () => {
  const text = textOf((await postLive({ topic: '"linear attention" -strings, attention' })).body)
  expect(text).toContain(`${share('14%')} ${fill(words.preview.overlap.only, { topic: 'attention' })}`)
  const { terms } = words.preview
  expect(text).toContain(fill(terms.alone, { term: '"linear attention"', papers: papersOf(1), share: '14%' }))
  expect(text).toContain(fill(words.preview.terms.unwanted, { term: 'strings', papers: papersOf(0) }))
  expect(text).toContain(share('71%'))
  expect(text).toContain(
    fill(words.preview.overlap.one, { shared: '1', total: '5', topic: 'linear attention' }),
  )
})

/** The buttons that put a changed query into the form: "Remove xylophone: 0 linear". */
const changesIn = (html: string): string[] =>
  [...html.matchAll(/<button[^>]* name="use" value="([^"]*)" formaction="\/preview#preview">([^<]*)</g)].map(
    ([, value, words]) => `${words}: ${value}`.replaceAll('&gt;', '>'),
  )

test('if too little matched, a button puts a query that matches more into the form', async () => {
  const topic = 'strings\nlinear xylophone'
  const { body } = await postLive({ topic })
  expect(changesIn(body)).toEqual([`${offer('linear', 5)}: 1 linear`])
  const pressed = await post(site, '/preview', { topic, email: 'ann@example.com', use: '1 linear' })
  expect(pressed.statusCode).toBe(200)
  expect(pressed.body).toContain('strings\nlinear</textarea>')
  expect(pressed.body).toContain('value="ann@example.com"')
  expect(textOf(pressed.body)).toContain(`linear ${rateOf(5, 30)}`)
})

test('why a topic brings little and the queries that bring more are one line', async () => {
  // Four weeks ago, so that one match is less than one a week.
  await importPapers(site.deps, { text: JSON.stringify([{ title: 'An Old One' }]), day: '2026-10-27' })
  const { body } = await postLive({ topic: 'title:hybrid attention' })
  const lines = body.match(/<p[^>]*>(?:(?!<\/p>).)*<button[^>]* name="use"/gs) ?? []
  expect(lines.map((line) => line.includes(words.preview.narrow))).toEqual([true])
})

test.each(['7 linear', 'linear', '0 '])('a button without a topic changes nothing: %s', async (use) => {
  const { statusCode, body } = await post(site, '/preview', { topic: 'strings', use })
  expect([statusCode, body.includes('strings</textarea>')]).toEqual([200, true])
})

test('a preview of a topic that matched too much shows the rate and the limit of an email', async () => {
  const { body } = await postLive({ topic: 'attention OR strings', max: '1' })
  const text = textOf(body)
  expect(text).toContain(fill(words.preview.tooMuch, { count: papersOf(2), most: '1' }))
  expect(text).toContain(fill(words.preview.letCap, { most: 1 }))
  expect(changesIn(body)).toEqual([])
})

test('a preview shows the digest of the newest day as its page would', async () => {
  const { body } = await postLive({ topic: 'attention, hundred', max: '2' })
  const last = /<section class="envelope" aria-labelledby="last">.*<\/section>/s.exec(body)?.[0] ?? ''
  const text = textOf(last)
  expect(text).toContain(fill(words.preview.digest.heading, { day: 'Tuesday 24 November' }))
  expect(text).toContain(counted(1, words.emails.digest.lead.matches, { topic: 'hundred' }))
  expect(last.match(/<h4>/g)).toHaveLength(2)
  expect(text).toMatch(new RegExp(`Hundred A Report .* ${fill(words.reason.also, { topics: 'attention' })}`))
  const less = textOf((await postLive({ topic: 'attention, hundred', max: '1' })).body)
  expect(less).toContain(counted(1, words.preview.digest.more))
  const none = textOf((await postLive({ topic: 'xylophone' })).body)
  expect(none).toContain(fill(words.preview.digest.none, { day: 'Tuesday 24 November' }))
  const best = textOf((await postLive({ max: '1' })).body)
  expect(best).toContain(counted(1, words.emails.digest.lead.best, { when: longDate('2026-11-24') }))
})

test('a preview shows the digest of the newest day with a match', async () => {
  const text = textOf((await postLive({ topic: 'title:strings' })).body)
  expect(text).toContain(fill(words.preview.digest.heading, { day: 'Monday 23 November' }))
  expect(text).not.toMatch(sentence(words.paces.daily.nothing))
})

test('a preview shows the digest of the day before while today has less than half as many papers', async () => {
  const more = Array.from({ length: 7 }, (_, n) => ({ title: `One of Seven, ${n}` }))
  await importPapers(site.deps, { text: JSON.stringify(more), day: '2026-11-23' })
  expect(textOf((await postLive({ topic: 'attention' })).body)).toContain(
    fill(words.preview.digest.heading, { day: 'Monday 23 November' }),
  )
})

test('htmx gets only the preview, with the policy of a page without scripts', async () => {
  const answer = await postLive({ topic: 'attention' })
  expect(answer.body).not.toMatch(/<html|<form|<script/)
  expect(answer.body).toContain('role="status"')
  expect(answer.headers['content-security-policy']).not.toContain('script-src')
})

test('the policy of a page with a script allows only our files; other pages allow none', async () => {
  const page = await site.app.inject('/subscribe')
  const policy = page.headers['content-security-policy']
  expect(policy).toContain("script-src 'self'")
  expect(policy).toContain("connect-src 'self'")
  expect(policy).not.toMatch(/unsafe|nonce/)
  const scripts = [...page.body.matchAll(/<script src="([^"]+)" defer><\/script>/g)].map(([, path]) => path!)
  expect(scripts.map((path) => path.split('/').at(-1))).toEqual([
    'subscribe.js',
    'topic-chips.js',
    'preview.js',
  ])
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

test('a preview of an unreadable query: 422 with the error and the input', async () => {
  const answer = await post(site, '/preview', { email: 'ann@example.com', topic: 'attention, (robot' })
  expect([answer.statusCode, errorsOn(answer.body)]).toEqual([422, ['topic: query.bracket-open']])
  expect(answer.body).toContain('attention, (robot</textarea>')
  const fragment = await postLive({ topic: '(robot' })
  expect(fragment.statusCode).toBe(422)
  expect(textOf(fragment.body)).toMatch(sentence(words.errors['query.bracket-open'], { query: '(robot' }))
  expect(fragment.body).not.toContain('role="alert"')
  expect((await postLive({ topic: Array.from({ length: 200 }, (_, n) => `t${n}`).join() })).statusCode).toBe(
    422,
  )
})

test('JSON has the key words that no paper contains', async () => {
  const { absent, total } = (await postJson({ query: 'papers on linear attention for zeolites' })).json()
  expect([absent, total > 0]).toEqual([['zeolites'], true])
})

test('JSON has the papers of each day, and reasons', async () => {
  const answer = await postJson({ query: '"linear attention"', days: 7 })
  expect(answer.statusCode).toBe(200)
  const preview = answer.json()
  expect(preview).toMatchObject({
    query: '"linear attention"',
    understood: fill(words.query.papersWith, {
      what: fill(words.query.phrase, { text: 'linear attention' }),
    }),
    from: '2026-11-18',
    to: '2026-11-24',
    days: 7,
    total: 1,
    nothing: null,
  })
  expect(preview).toMatchObject({
    papers: 7,
    openDays: 3,
    share: 0.1429,
    width: 'fits',
    offers: [],
    overlap: [],
  })
  expect(preview.terms).toEqual([{ term: '"linear attention"', isUnwanted: false, papers: 1, share: 0.1429 }])
  expect(preview.perDay).toHaveLength(7)
  expect(preview.perDay.at(-1)).toEqual({ day: '2026-11-24', papers: 1, related: 0 })
  expect(preview.latest).toEqual([
    {
      id: '2507.06457',
      title: 'A Systematic Analysis of Hybrid Linear Attention',
      day: '2026-11-24',
      votes: 41,
      reason: fill(words.reason.matched, {
        what: fill(words.reason.title, { terms: 'linear attention' }),
      }),
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
])('JSON %j gets %i %s', async (payload, status, error) => {
  const answer = await postJson(payload)
  expect({ status: answer.statusCode, error: answer.json().error }).toEqual({ status, error })
})

test('JSON that is cut off gets a message for a program, not one for the person at a form', async () => {
  const { message } = (await postJson('{')).json()
  expect(message).toContain('JSON')
  expect(message).not.toBe(words.errors['request.unreadable'])
})

test('JSON may have fields of the form', async () => {
  expect((await postJson({ query: 'robot', email: null, format: {} })).statusCode).toBe(200)
})

test('a field of the API that is wrong in two ways is named once', async () => {
  const answer = await site.app.inject({ method: 'POST', url: '/api/preview', payload: { query: [] } })
  expect(answer.statusCode).toBe(422)
  expect(answer.json().fields.map(({ field }: { field: string }) => field)).toEqual(['query'])
})

test('a preview beyond the limit of a network: 429 with the input, and when to try again', async () => {
  const full = { key: 'search 127.0.0.1/32', tokens: 0, at: new Date(Date.now() + 600_000) }
  await site.db.bucket.create({ data: full })
  const page = await post(site, '/preview', { topic: 'attention', email: 'ann@example.com' })
  expect([page.statusCode, errorsOn(page.body)]).toEqual([429, ['rate.too-many']])
  expect(page.headers['retry-after']).toMatch(/^[56]\d\d$/)
  expect(page.body).toContain('value="ann@example.com"')
  const fragment = await postLive({ topic: 'attention' })
  expect(fragment.statusCode).toBe(429)
  const wait = counted(Math.ceil(Number(fragment.headers['retry-after']) / 60), words.counts.minute)
  expect(textOf(fragment.body)).toContain(fill(words.errors['rate.too-many'], { wait }))
  expect((await postJson({ query: 'attention' })).json().error).toBe('rate.too-many')
})

test('a preview stores only the count of its network', async () => {
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

test('papers that come close have their own part and bars, once a space is learned', async () => {
  const recordsOf = (titles: string[]) => JSON.stringify(titles.map((title) => ({ title, summary: title })))
  await importPapers(site.deps, { text: recordsOf(CARS), day: '2026-11-01' })
  const titles = ['A car engine', 'Automobile engine', ...CELLS]
  await importPapers(site.deps, { text: recordsOf(titles), day: '2026-11-24' })
  const before = await postLive({ topic: 'car engine' })
  expect(textOf(before.body)).not.toContain(words.preview.close)
  await learnSpace(site.db)
  site.clock.moveTo(new Date('2026-11-24T12:02:00Z'))
  await openArchive(site.deps, { withVectors: true })
  const { body } = await postLive({ topic: 'car engine' })
  const text = textOf(body)
  const { count, close: heading, digest } = words.preview
  const [matches, close] = [counted(4, count.matches), counted(1, count.close)]
  expect(text).toContain(`car engine ${fill(count.both, { matches, close, span: '30 days' })}`)
  const reason = fill(words.reason.close, { topic: 'car engine', what: 'engine' })
  expect(text).toContain(`${heading} Automobile engine ${reason}`)
  expect(body).toContain(`${counted(1, words.list.rail.closeText)}"`)
  expect(body).toMatch(/<i class="bar-7 hollow"><b class="bar-5"><\/b><\/i><\/div>/)
  const [, envelope = ''] = text.split(fill(digest.heading, { day: 'Tuesday 24 November' }))
  expect(envelope).toMatch(new RegExp(`A car engine .*Automobile engine .*${reason}`))
  expect(body).not.toContain('Protein')
  const { json } = await runCommand(site.deps, ['queries', 'test', 'car engine'])
  expect(json).toMatchObject({
    relatedTotal: 1,
    related: [{ title: 'Automobile engine', day: '2026-11-24' }],
  })
})
