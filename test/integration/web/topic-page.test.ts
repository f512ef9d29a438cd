import { describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { unsubscribeByOperator } from '../../../src/account/unsubscribe.ts'
import { counted, fill, listed, rateOf, words } from '../../../src/i18n/words.ts'
import type { TypedSignup } from '../../../src/subscribers/read-signup.ts'
import { suppress } from '../../../src/subscribers/suppress-subscriber.ts'
import { checksums } from '../../support/checksums.ts'
import { pathOf } from '../../support/mailed-links.ts'
import { changeLine, errorsOn, sentence } from '../../support/page-text.ts'
import { get, post, press as pressOn, textOf, useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const EMAIL = 'ann@example.com'
const site = useSite()

/** Adds a subscriber with these topics, and papers; returns the path of their first topic's page. */
async function page(typed: Partial<TypedSignup> = {}): Promise<string> {
  await addPapers(site.db)
  await addSubscriber(site.deps, {
    email: EMAIL,
    topics: ['linear attention', 'rag'],
    consent: 'on paper',
    ...typed,
  })
  const { id } = await site.db.topic.findFirstOrThrow({ orderBy: { position: 'asc' } })
  return `${await pathOf(site, 'manage', EMAIL)}/topics/${id}`
}

const HYBRID = 'A Systematic Analysis of Hybrid Linear Attention'
const paperId = async (title = HYBRID) => (await site.db.paper.findFirstOrThrow({ where: { title } })).id
const queries = async () => {
  const rows = await site.db.topic.findMany({ orderBy: { position: 'asc' }, include: { query: true } })
  return rows.map(({ name, query: { text } }) => (name === text ? text : `${name}: ${text}`))
}

const handles = (body: string) =>
  [...body.matchAll(/<a class="handle" href="([^"]+)">([\s\S]*?)<\/a>/g)].map(([, href = '', text = '']) => ({
    url: href.replaceAll('&amp;', '&').replace(/#.*/, ''),
    text: textOf(text).trim(),
  }))
const field = (body: string) =>
  body
    .match(/<textarea id="query"[^>]*>([\s\S]*?)<\/textarea>/)?.[1]
    ?.replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>')

const muted = (word: string) => `${words.topicPage.mute.link} ${word}`

const press = (path: string, fields: object) => pressOn(site, path, fields)

async function follow(url: string, handle: string): Promise<string> {
  const { body } = await get(site, url)
  const found = handles(body).find(({ text }) => text === handle)
  expect(handles(body).map(({ text }) => text)).toContain(handle)
  return found!.url
}

describe('the page of a topic', () => {
  test('shows the topic, the paper with its reason, and links to changes', async () => {
    const path = await page({ topics: ['linear attention'] })
    const { body, statusCode, headers } = await get(site, `${path}?edit=topic&paper=${await paperId()}`)
    expect(statusCode).toBe(200)
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
    const text = textOf(body)
    const both = listed(['linear', 'attention'])
    expect(text).toContain(fill(words.query.papersWith, { what: both }))
    const reason = fill(words.reason.matched, { what: fill(words.reason.title, { terms: both }) })
    expect(text).toContain(`${HYBRID} ${reason} 24 Nov, ${counted(41, words.counts.vote)}`)
    expect(handles(body).map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        muted('Hybrid'),
        fill(words.topicPage.saveNew, { name: 'Dustin Wang' }),
        fill(words.topicPage.saveNew, { name: '王瑞金' }),
        words.topicPage.votes.link,
      ]),
    )
    expect(handles(body).map(({ text }) => text)).not.toContain(muted('Linear'))
    expect(text).toContain(counted(1, words.topicPage.follow.more))
    expect(field(body)).toBe('linear attention')
  })

  test('shows the topic if the paper is absent or unknown', async () => {
    const path = await page()
    for (const url of [path, `${path}?paper=999999`, `${path}?paper=x`, `${path}?paper=1&paper=2`]) {
      const { body, statusCode } = await get(site, url)
      expect([url, statusCode]).toEqual([url, 200])
      expect(textOf(body)).not.toContain(counted(1, words.topicPage.follow.more))
      expect(handles(body).map(({ text }) => text)).toEqual([words.topicPage.votes.link])
    }
  })

  test('shows what a paper that does not match lacks', async () => {
    const path = await page()
    const { body } = await get(site, `${path}?edit=topic&paper=${await paperId('Short')}`)
    expect(textOf(body)).toContain(
      `${words.topicPage.unmatched} ${fill(words.topicPage.lacks, { parts: listed(['linear', 'attention']) })}`,
    )
  })

  test('is linked from the page of all topics', async () => {
    const path = await page()
    const { body } = await get(site, path.replace(/\/topics.*/, ''))
    expect(body).toContain(
      `href="${path}">${words.manage.topics.edit}<span class="unseen"> Linear attention</span>`,
    )
  })
})

describe('muting a word', () => {
  test('is tried in the field, saved by a button and undone by another', async () => {
    const path = await page({ topics: ['attention'] })
    const from = `${path}?edit=topic&paper=${await paperId()}`
    const url = await follow(from, muted('Systematic'))
    const before = await checksums(site.db)
    const tried = await get(site, url)
    expect(await checksums(site.db)).toEqual(before)
    expect(field(tried.body)).toBe('attention -Systematic')
    expect(textOf(tried.body)).toMatch(
      new RegExp(`${words.topicPage.now} ${rateOf(5, 30)}.* ${words.topicPage.tried} ${rateOf(4, 30)}`),
    )
    expect(textOf(tried.body)).toContain(words.topicPage.paperGoes)
    const { said, url: saved } = await press(from, { do: 'change', query: 'attention -Systematic' })
    expect(said).toBe(
      `${words.manage.said.saved} ${changeLine(words.manage.said.topic, 'attention', 'attention -Systematic')}`,
    )
    expect(saved).toBe(`${path}?paper=${await paperId()}&change=1`)
    expect(await queries()).toEqual(['attention -Systematic'])
    const undone = await press(from, { do: 'undo', change: '1' })
    expect(undone.said).toBe(
      `${words.manage.said.undone} ${changeLine(words.manage.said.topic, 'attention -Systematic', 'attention')}`,
    )
    expect(await queries()).toEqual(['attention'])
  })

  test('works for a second word', async () => {
    const path = await page({ topics: ['attention OR report'] })
    const first = await follow(`${path}?edit=topic&paper=${await paperId()}`, muted('Systematic'))
    const second = await follow(first, muted('attention'))
    expect(field((await get(site, second)).body)).toBe('(attention OR report) -Systematic -attention')
    expect(textOf((await get(site, second)).body)).toContain(`attention : ${words.topicPage.mute.already}`)
  })

  test('keeps the name of the topic', async () => {
    const path = await page({ topics: ['attention'] })
    await site.db.topic.updateMany({ data: { name: 'My heads' } })
    await press(path, { do: 'change', query: 'attention -survey' })
    expect(await queries()).toEqual(['My heads: attention -survey'])
  })
})

describe('following an author', () => {
  test('adds a topic, or changes this one', async () => {
    const path = await page({ topics: ['attention'] })
    const from = `${path}?edit=topic&paper=${await paperId('An Earlier Paper')}`
    const url = await follow(from, fill(words.topicPage.saveNew, { name: 'A. One' }))
    const { body } = await get(site, url)
    expect(field(body)).toBe('author:"A. One"')
    expect(textOf(body)).toContain(`${words.topicPage.triedNew} ${rateOf(1, 30)}`)
    expect(textOf(body)).not.toContain(`${words.topicPage.now} `)
    const instead = handles(body).find(
      ({ text }) => text === fill(words.topicPage.instead, { name: 'Attention' }),
    )
    expect(field((await get(site, instead!.url)).body)).toBe('attention OR author:"A. One"')
    const { said } = await press(from, { do: 'follow', query: 'author:"A. One"', name: 'A. One' })
    expect(said).toBe(`${words.manage.said.saved} ${fill(words.manage.said.added, { name: 'A. One' })}`)
    expect(await queries()).toEqual(['attention', 'A. One: author:"A. One"'])
    expect(textOf((await get(site, from)).body)).toContain(`A. One : ${words.topicPage.follow.already}`)
  })

  test('is refused with 20 topics: 422 with the input', async () => {
    const path = await page({ topics: Array.from({ length: 20 }, (_, n) => `word${n}`) })
    const { statusCode, body } = await post(site, path, { do: 'follow', query: 'author:Wang', name: 'Wang' })
    expect([statusCode, errorsOn(body)]).toEqual([422, ['query: topics.too-many']])
    expect(field(body)).toBe('author:Wang')
    expect(body).toContain('name="name" value="Wang"')
  })

  test('offers each of a hundred authors on a page below 100 kB', async () => {
    const path = await page({ topics: ['hundred people'] })
    const title =
      'A Report That Took a Hundred People, and Whose Title Runs On for So Long That It Wraps on Every Screen'
    const { body } = await get(site, `${path}?edit=topic&paper=${await paperId(title)}`)
    expect(textOf(body)).toContain(counted(97, words.topicPage.follow.more))
    expect(handles(body).filter(({ text }) => text.startsWith(words.topicPage.follow.link)).length).toBe(100)
    expect(Buffer.byteLength(body)).toBeLessThan(100_000)
  })
})

describe('the limit of votes', () => {
  test('is offered, and raises a lower one', async () => {
    const path = await page({ topics: ['attention votes>=5'] })
    const url = await follow(path, words.topicPage.votes.link)
    expect(field((await get(site, url)).body)).toBe('attention votes>=20')
  })

  test('is not offered if no paper has votes', async () => {
    const path = await page()
    await site.db.listing.updateMany({ data: { votes: null } })
    site.clock.moveTo(new Date('2026-11-24T13:00:00Z'))
    expect((await get(site, path)).body).not.toContain(words.topicPage.votes.link)
  })
})

describe('a typed query', () => {
  test('that cannot be read: 422 with the input, and nothing changed', async () => {
    const path = await page()
    const tried = await get(site, `${path}?query=linear+AND`)
    expect([tried.statusCode, errorsOn(tried.body)]).toEqual([422, ['query: query.word-missing']])
    expect(field(tried.body)).toBe('linear AND')
    for (const query of ['linear AND', '', 'a, b', 'rag']) {
      const { statusCode, body } = await post(site, path, { do: 'change', query })
      expect([query, statusCode, field(body)]).toEqual([query, 422, query])
    }
    expect(await queries()).toEqual(['linear attention', 'rag'])
  })

  test('gets only its part of the page for htmx, also with an error', async () => {
    const path = await page()
    const live = (url: string) =>
      site.app.inject({ url, headers: { 'hx-request': 'true', accept: 'text/html' } })
    const part = await live(`${path}?query=attention`)
    expect(part.body).toMatch(/^\s*<dl class="paces">/)
    expect(textOf(part.body)).toMatch(
      new RegExp(`${words.topicPage.now} .* ${words.topicPage.tried} .*attention`),
    )
    const wrong = await live(`${path}?query=linear+AND`)
    expect([wrong.statusCode, wrong.body]).toEqual([422, expect.not.stringContaining('<html')])
    expect(textOf(wrong.body)).toContain(words.preview.noPreview)
    expect((await live(`${path.replace(/\d+$/, '999')}?query=x`)).statusCode).toBe(422)
  })

  test('is compared with the other topics, and shows the last digest as it would have been', async () => {
    const path = await page({ topics: ['attention', 'hybrid'] })
    const text = textOf((await get(site, `${path}?query=attention+-Short`)).body)
    expect(text).toMatch(sentence(words.preview.overlap.all, { topic: 'hybrid' }))
    const heading = fill(words.preview.digest.heading, { day: 'Tuesday 24 November' })
    expect(text.split(heading)[1]).toContain(fill(words.reason.also, { topics: 'hybrid' }))
  })

  test('in the address changes nothing', async () => {
    const path = await page()
    const paper = await paperId()
    const tries = [
      'do=change&query=x',
      'do=more',
      'do=forget',
      `paper=${paper}&do=less&voted=less`,
      `paper=${paper}&step=fewer&do=step&to=-1&was=0`,
      `paper=${paper}&edit=topic`,
    ]
    const before = await checksums(site.db)
    for (const query of ['', `paper=${paper}`, 'query=attention', 'as=new&query=x&name=y', ...tries]) {
      for (const method of ['GET', 'HEAD'] as const)
        await site.app.inject({ method, url: `${path}?${query}`, headers: { accept: 'text/html' } })
    }
    expect(await checksums(site.db)).toEqual(before)
  })
})

describe('an unknown topic', () => {
  test.each(['999999', 'x', '0'])('%s: redirects to the page of all topics', async (topic) => {
    const path = (await page()).replace(/\d+$/, topic)
    const { statusCode, headers } = await get(site, `${path}?paper=1`)
    expect(statusCode).toBe(303)
    expect(headers.location).toMatch(/^\/manage\/[\w-]+\?topic=\d+$/)
  })

  test('that was removed meanwhile: the page of all topics explains it, and keeps the input', async () => {
    const path = await page()
    await site.db.topic.deleteMany({ where: { name: 'linear attention' } })
    const { headers } = await get(site, path)
    expect(textOf((await get(site, headers.location as string)).body)).toContain(words.topicPage.gone)
    const { statusCode, body } = await post(site, path, { do: 'change', query: 'linear -survey' })
    expect(statusCode).toBe(422)
    expect(body).toMatch(/<textarea id="topic"[^>]*>linear -survey</)
    for (const url of [`${path}?paper=${await paperId()}`, `${path}?step=more&paper=${await paperId()}`]) {
      const voted = await post(site, url, url.includes('step') ? { do: 'step', to: '1' } : { do: 'more' })
      const text = textOf((await get(site, voted.headers.location as string)).body)
      expect(text).toContain(words.topicPage.gone)
    }
    expect(await site.db.vote.count()).toBe(0)
  })

  test('of another subscriber: the same page; nothing is shown or changed', async () => {
    const path = await page()
    await addSubscriber(site.deps, { email: 'ben@example.com', topics: ['secret'], consent: 'x' })
    const { id } = await site.db.topic.findFirstOrThrow({ where: { name: 'secret' } })
    const foreign = path.replace(/\d+$/, String(id))
    const { statusCode, body } = await get(site, foreign)
    expect([statusCode, body]).toEqual([303, expect.not.stringContaining('secret')])
    const before = await checksums(site.db)
    expect((await post(site, foreign, { do: 'change', query: 'mine' })).statusCode).toBe(422)
    expect(await checksums(site.db)).toEqual(before)
  })
})

describe('the link to a topic', () => {
  test('without a subscriber or for another purpose leads to the form that emails a new one', async () => {
    const path = await page()
    const [, , token] = path.split('/')
    const other = (await pathOf(site, 'unsubscribe', EMAIL)).split('/')[2]
    for (const wrong of ['nonsense', other!]) {
      const url = path.replace(token!, wrong)
      for (const answer of [await get(site, url), await post(site, url, { do: 'more' })]) {
        expect(answer.statusCode).toBe(404)
        expect(answer.body).toContain('action="/manage"')
      }
    }
    const { id } = await site.db.subscriber.findFirstOrThrow()
    await site.db.subscriber.update({ where: { id }, data: { epoch: 1, importedAt: site.clock.now() } })
    expect((await get(site, path)).statusCode).toBe(410)
  })

  test('leads an unsubscribed or suppressed subscriber to the page that explains it', async () => {
    const path = await page()
    const from = `${path}?edit=topic&paper=${await paperId()}`
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    expect(textOf((await get(site, from)).body)).toContain(words.manage.none.unsubscribed)
    for (const fields of [{ do: 'change', query: 'x' }, { do: 'more' }, { do: 'forget' }]) {
      const { statusCode, headers } = await post(site, from, fields)
      expect([statusCode, headers.location]).toEqual([303, path.replace(/\/topics.*/, '')])
    }
    await suppress(site.deps, { email: EMAIL, reason: 'complaint' })
    expect(textOf((await get(site, from)).body)).toContain(words.manage.none.suppressed)
    expect(await site.db.vote.count()).toBe(0)
  })

  test('is not in the log, nor is the address', async () => {
    const path = await page()
    site.logged.length = 0
    await press(`${path}?paper=${await paperId()}`, { do: 'more' })
    await get(site, `${path}?query=secret+words`)
    expect(site.logged.join()).not.toMatch(/ann@|\/manage\/[\w-]{40}|secret/)
  })

  test('gets 400 for a form that no page has', async () => {
    expect((await post(site, await page(), { do: 'dance' })).statusCode).toBe(400)
  })
})
