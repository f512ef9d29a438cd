import { describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { unsubscribeByOperator } from '../../../src/account/unsubscribe.ts'
import type { TypedSignup } from '../../../src/subscribers/read-signup.ts'
import { suppress } from '../../../src/subscribers/suppress-subscriber.ts'
import { checksums } from '../../support/checksums.ts'
import { pathOf } from '../../support/mailed-links.ts'
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

const press = (path: string, fields: object) => pressOn(site, path, fields)

async function follow(url: string, handle: string): Promise<string> {
  const { body } = await get(site, url)
  const found = handles(body).find(({ text }) => text === handle)
  expect(handles(body).map(({ text }) => text)).toContain(handle)
  return found!.url
}

describe('the page of a topic', () => {
  test('shows the topic, the paper with its reason, and what would change from there', async () => {
    const path = await page({ topics: ['linear attention'] })
    const { body, statusCode, headers } = await get(site, `${path}?edit=topic&paper=${await paperId()}`)
    expect(statusCode).toBe(200)
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
    const text = textOf(body)
    expect(text).toContain('Papers with linear and attention')
    expect(text).toContain(`${HYBRID} Matched: linear and attention, in the title 24 Nov, 41 votes`)
    expect(handles(body).map(({ text }) => text)).toEqual(
      expect.arrayContaining(['Mute Hybrid', 'Follow Dustin Wang', 'Follow 王瑞金', 'At least 20 votes']),
    )
    expect(handles(body).map(({ text }) => text)).not.toContain('Mute Linear')
    expect(text).toContain('1 more author')
    expect(field(body)).toBe('linear attention')
  })

  test('is there without a paper, and with one that is not known', async () => {
    const path = await page()
    for (const url of [path, `${path}?paper=999999`, `${path}?paper=x`, `${path}?paper=1&paper=2`]) {
      const { body, statusCode } = await get(site, url)
      expect([url, statusCode]).toEqual([url, 200])
      expect(body).not.toContain('More like this')
      expect(handles(body).map(({ text }) => text)).toEqual(['At least 20 votes'])
    }
  })

  test('for a paper that does not match shows what is missing', async () => {
    const path = await page()
    const { body } = await get(site, `${path}?edit=topic&paper=${await paperId('Short')}`)
    expect(textOf(body)).toContain('The topic doesn’t match this paper now. Missing: linear and attention.')
  })

  test('a page of all topics leads to each', async () => {
    const path = await page()
    const { body } = await get(site, path.replace(/\/topics.*/, ''))
    expect(body).toContain(`href="${path}">Edit<span class="unseen"> Linear attention</span>`)
  })
})

describe('a word that is muted', () => {
  test('is in the field with its matches, is saved by a button, and is undone by another', async () => {
    const path = await page({ topics: ['attention'] })
    const from = `${path}?edit=topic&paper=${await paperId()}`
    const url = await follow(from, 'Mute Systematic')
    const before = await checksums(site.db)
    const tried = await get(site, url)
    expect(await checksums(site.db)).toEqual(before)
    expect(field(tried.body)).toBe('attention -Systematic')
    expect(textOf(tried.body)).toContain(
      'Now 5 papers in 30 days, about 5 a week With this change 4 papers in 30 days, about 4 a week',
    )
    expect(textOf(tried.body)).toContain('The paper you came from would no longer match.')
    const { said, url: saved } = await press(from, { do: 'change', query: 'attention -Systematic' })
    expect(said).toBe('Saved Topic: attention → attention -Systematic')
    expect(saved).toBe(`${path}?paper=${await paperId()}&change=1`)
    expect(await queries()).toEqual(['attention -Systematic'])
    const undone = await press(from, { do: 'undo', change: '1' })
    expect(undone.said).toBe('Undone Topic: attention -Systematic → attention')
    expect(await queries()).toEqual(['attention'])
  })

  test('may be muted after another', async () => {
    const path = await page({ topics: ['attention OR report'] })
    const first = await follow(`${path}?edit=topic&paper=${await paperId()}`, 'Mute Systematic')
    const second = await follow(first, 'Mute attention')
    expect(field((await get(site, second)).body)).toBe('(attention OR report) -Systematic -attention')
    expect(textOf((await get(site, second)).body)).toContain('attention : muted')
  })

  test('keeps the name of a topic that has one', async () => {
    const path = await page({ topics: ['attention'] })
    await site.db.topic.updateMany({ data: { name: 'My heads' } })
    await press(path, { do: 'change', query: 'attention -survey' })
    expect(await queries()).toEqual(['My heads: attention -survey'])
  })
})

describe('an author', () => {
  test('is followed as a topic of its own, or under this one', async () => {
    const path = await page({ topics: ['attention'] })
    const from = `${path}?edit=topic&paper=${await paperId('An Earlier Paper')}`
    const url = await follow(from, 'Follow A. One')
    const { body } = await get(site, url)
    expect(field(body)).toBe('author:"A. One"')
    expect(textOf(body)).toContain('New topic 1 paper in 30 days')
    expect(textOf(body)).not.toMatch(/Now \d/)
    const instead = handles(body).find(({ text }) => text === 'Or add the author to “Attention”')
    expect(field((await get(site, instead!.url)).body)).toBe('attention OR author:"A. One"')
    const { said } = await press(from, { do: 'follow', query: 'author:"A. One"', name: 'A. One' })
    expect(said).toBe('Saved Added: A. One')
    expect(await queries()).toEqual(['attention', 'A. One: author:"A. One"'])
    expect(textOf((await get(site, from)).body)).toContain('A. One : following')
  })

  test('is no topic where there are 20 already: 422, and nothing is lost', async () => {
    const path = await page({ topics: Array.from({ length: 20 }, (_, n) => `word${n}`) })
    const { statusCode, body } = await post(site, path, { do: 'follow', query: 'author:Wang', name: 'Wang' })
    expect(statusCode).toBe(422)
    expect(body).toContain('href="#query"')
    expect(field(body)).toBe('author:Wang')
    expect(body).toContain('name="name" value="Wang"')
  })

  test('one of a hundred is one of a hundred links, and the page stays below 100 kB', async () => {
    const path = await page({ topics: ['hundred people'] })
    const title =
      'A Report That Took a Hundred People, and Whose Title Runs On for So Long That It Wraps on Every Screen'
    const { body } = await get(site, `${path}?edit=topic&paper=${await paperId(title)}`)
    expect(textOf(body)).toContain('97 more authors')
    expect(handles(body).filter(({ text }) => text.startsWith('Follow')).length).toBe(100)
    expect(Buffer.byteLength(body)).toBeLessThan(100_000)
  })
})

describe('votes', () => {
  test('can be required, and a lower limit is raised', async () => {
    const path = await page({ topics: ['attention votes>=5'] })
    const url = await follow(path, 'At least 20 votes')
    expect(field((await get(site, url)).body)).toBe('attention votes>=20')
  })

  test('are not offered where no paper has any', async () => {
    const path = await page()
    await site.db.listing.updateMany({ data: { votes: null } })
    site.clock.moveTo(new Date('2026-11-24T13:00:00Z'))
    expect((await get(site, path)).body).not.toContain('20 votes')
  })
})

describe('input', () => {
  test('and cannot be read: 422, with the words kept and nothing changed', async () => {
    const path = await page()
    const tried = await get(site, `${path}?query=linear+AND`)
    expect(tried.statusCode).toBe(422)
    expect(tried.body).toContain('<a class="error-link" href="#query">')
    expect(tried.body).toMatch(/<title>Error: /)
    expect(field(tried.body)).toBe('linear AND')
    for (const query of ['linear AND', '', 'a, b', 'rag']) {
      const { statusCode, body } = await post(site, path, { do: 'change', query })
      expect([query, statusCode, field(body)]).toEqual([query, 422, query])
    }
    expect(await queries()).toEqual(['linear attention', 'rag'])
  })

  test('is sent to htmx without the page, with its errors', async () => {
    const path = await page()
    const live = (url: string) =>
      site.app.inject({ url, headers: { 'hx-request': 'true', accept: 'text/html' } })
    const part = await live(`${path}?query=attention`)
    expect(part.body).toMatch(/^\s*<dl class="paces">/)
    expect(textOf(part.body)).toMatch(/Now .* With this change .*attention/)
    const wrong = await live(`${path}?query=linear+AND`)
    expect([wrong.statusCode, wrong.body]).toEqual([422, expect.not.stringContaining('<html')])
    expect(textOf(wrong.body)).toContain('No preview yet')
    expect((await live(`${path.replace(/\d+$/, '999')}?query=x`)).statusCode).toBe(422)
  })

  test('is held against their other topics, and shows the last digest as it would have been', async () => {
    const path = await page({ topics: ['attention', 'hybrid'] })
    const text = textOf((await get(site, `${path}?query=attention+-Short`)).body)
    expect(text).toMatch(/also match “hybrid/)
    expect(text).toMatch(
      /The email of Tuesday 24 November, as you would have received it .* Also under: hybrid/,
    )
  })

  test('looking changes nothing, whatever the address says', async () => {
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

describe('a topic that is not there', () => {
  test.each(['999999', 'x', '0'])('%s: the page of all topics says so', async (topic) => {
    const path = (await page()).replace(/\d+$/, topic)
    const { statusCode, headers } = await get(site, `${path}?paper=1`)
    expect(statusCode).toBe(303)
    expect(headers.location).toMatch(/^\/manage\/[\w-]+\?topic=\d+$/)
  })

  test('removed meanwhile: the page of all topics says so, and keeps its words', async () => {
    const path = await page()
    await site.db.topic.deleteMany({ where: { name: 'linear attention' } })
    const { headers } = await get(site, path)
    expect(textOf((await get(site, headers.location as string)).body)).toContain(
      'That topic no longer exists',
    )
    const { statusCode, body } = await post(site, path, { do: 'change', query: 'linear -survey' })
    expect(statusCode).toBe(422)
    expect(body).toMatch(/<textarea id="topic"[^>]*>linear -survey</)
    for (const url of [`${path}?paper=${await paperId()}`, `${path}?step=more&paper=${await paperId()}`]) {
      const voted = await post(site, url, url.includes('step') ? { do: 'step', to: '1' } : { do: 'more' })
      const said = textOf((await get(site, voted.headers.location as string)).body)
      expect(said).toContain('That topic no longer exists')
    }
    expect(await site.db.vote.count()).toBe(0)
  })

  test('of another subscriber: the same page, and nothing is shown or changed', async () => {
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

describe('the link', () => {
  test('with an unknown subscriber or another purpose: the form that emails a new one', async () => {
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

  test('of an unsubscribed or suppressed subscriber: the page that says so', async () => {
    const path = await page()
    const from = `${path}?edit=topic&paper=${await paperId()}`
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    expect(textOf((await get(site, from)).body)).toContain('You’re unsubscribed')
    for (const fields of [{ do: 'change', query: 'x' }, { do: 'more' }, { do: 'forget' }]) {
      const { statusCode, headers } = await post(site, from, fields)
      expect([statusCode, headers.location]).toEqual([303, path.replace(/\/topics.*/, '')])
    }
    await suppress(site.deps, { email: EMAIL, reason: 'complaint' })
    expect(textOf((await get(site, from)).body)).toContain('We don’t email this address')
    expect(await site.db.vote.count()).toBe(0)
  })

  test('no address and no token reaches the log', async () => {
    const path = await page()
    site.logged.length = 0
    await press(`${path}?paper=${await paperId()}`, { do: 'more' })
    await get(site, `${path}?query=secret+words`)
    expect(site.logged.join()).not.toMatch(/ann@|\/manage\/[\w-]{40}|secret/)
  })

  test('a form that is not on our pages is rejected', async () => {
    expect((await post(site, await page(), { do: 'dance' })).statusCode).toBe(400)
  })
})
