import { describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { unsubscribeByOperator } from '../../../src/account/unsubscribe.ts'
import { DAY_MS } from '../../../src/core/dates.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { fill, words } from '../../../src/i18n/words.ts'
import { prune } from '../../../src/operator/prune.ts'
import { learnedTopic } from '../../../src/subscribers/vote.repo.ts'
import { checksums } from '../../support/checksums.ts'
import { pathOf } from '../../support/mailed-links.ts'
import { sentence } from '../../support/page-text.ts'
import { get, NOW, post, press as pressOn, textOf, useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const EMAIL = 'ann@example.com'
const site = useSite()

const HYBRID = 'A Systematic Analysis of Hybrid Linear Attention'
const PHRASES = ['hybrid models', 'linear attention', 'long contexts', 'recall']
const paperId = async (title = HYBRID) => (await site.db.paper.findFirstOrThrow({ where: { title } })).id
const topicRow = (position = 0) => site.db.topic.findFirstOrThrow({ where: { position } })
/** What was learned about a topic. */
const learnedRow = async (position = 0) => learnedTopic(site.db, (await topicRow(position)).id)
const learned = async (position = 0) => [...(await learnedRow(position)).phrases.keys()].sort()
/** Whether the phrases of a topic are wanted, or unwanted. */
const isWanted = async (position = 0) => [
  ...new Set(Array.from((await learnedRow(position)).phrases.values(), (weight) => weight > 0)),
]
const press = (path: string, fields: object) => pressOn(site, path, fields)
const manage = () => pathOf(site, 'manage', EMAIL)
const accountPath = () => pathOf(site, 'account', EMAIL)

/** The fields of the Undo button of a page. */
const undoOf = (html: string) => ({
  do: /name="do" value="(back)"/.exec(html)![1],
  before: /name="before" value="(.*?)"/.exec(html)![1],
})

/** Adds papers and a subscriber with two topics; returns the path of a topic from the paper. */
async function fromPaper(position = 0): Promise<string> {
  if ((await site.db.paper.count()) === 0) {
    await addPapers(site.db)
    await addSubscriber(site.deps, { email: EMAIL, topics: ['attention', 'rag'], consent: 'on paper' })
  }
  return `${await manage()}/topics/${(await topicRow(position)).id}?paper=${await paperId()}`
}

describe('the page of a vote', () => {
  test('shows the paper, what will change and its phrases, and changes nothing', async () => {
    const path = await fromPaper()
    const before = await checksums(site.db)
    const { body, statusCode, headers } = await get(site, path)
    expect(statusCode).toBe(200)
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
    const text = textOf(body)
    expect(text).toContain(fill(words.vote.fromTopic, { what: words.vote.names.more, topic: 'Attention' }))
    expect(text).toContain(HYBRID)
    expect(text).toMatch(sentence(words.vote.changes.moreHtml, { topic: 'Attention' }))
    expect(
      [...body.matchAll(/name="phrase" value="([^"]+)" checked/g)].map(([, phrase]) => phrase).sort(),
    ).toEqual(PHRASES)
    const [, main] = /<main([\s\S]*)<\/main>/.exec(body)!
    expect(main!.match(/<button/g)).toHaveLength(1)
    const less = textOf((await get(site, `${path}&vote=less`)).body)
    expect(less).toMatch(sentence(words.vote.changes.lessHtml, { topic: 'Attention' }))
    expect(await checksums(site.db)).toEqual(before)
  })

  test('leads back to the digest that had the paper', async () => {
    await addPapers(site.db)
    site.clock.moveTo(new Date('2026-11-23T12:00:00Z'))
    await addSubscriber(site.deps, { email: EMAIL, topics: ['attention'], consent: 'on paper' })
    site.clock.moveTo(NOW)
    await planDigests(site.deps)
    const { body } = await get(site, await fromPaper())
    expect(textOf(body)).toContain(
      fill(words.vote.fromDigest, { what: words.vote.names.more, date: 'Tuesday 24 November' }),
    )
    const [, page, place] = /<a [^>]*href="(\/manage\/[^"#]+\/digest\/[^"#]+)#([^"]+)">/.exec(body)!
    const digest = await get(site, page!)
    expect(digest.statusCode).toBe(200)
    expect(digest.body).toContain(`id="${place}"`)
  })

  test('saves the ticked phrases once, confirms the vote and undoes it', async () => {
    const path = await fromPaper()
    const form = { do: 'more', offered: 'yes', phrase: ['linear attention', 'recall', 'not of this paper'] }
    const { body } = await press(path, form)
    expect(textOf(body)).toMatch(sentence(words.vote.said.more, { topic: 'Attention' }))
    expect(textOf(body)).toMatch(sentence(`${words.learned.moreOf} linear attention`))
    expect(await learned()).toEqual(['linear attention', 'recall'])
    const once = await learnedRow()
    await press(path, form)
    expect(await learnedRow()).toEqual(once)
    await press(path, { do: 'less' })
    expect(await learned()).toEqual(PHRASES)
    expect(await isWanted()).toEqual([false])
    expect(await site.db.vote.count()).toBe(1)
    expect(textOf((await press(path, { do: 'back' })).body)).toMatch(sentence(words.vote.undone))
    expect([await site.db.vote.count(), await learned()]).toEqual([0, []])
    expect(await site.db.change.count()).toBe(0)
  })

  test('shows on a later visit that the vote counts, and takes it back', async () => {
    const path = await fromPaper()
    await press(path, { do: 'more' })
    const { body } = await get(site, path)
    expect(textOf(body)).toMatch(sentence(words.vote.said.more))
    expect(body).not.toContain('name="offered"')
    expect((await get(site, `${path}&vote=less`)).body).toContain('name="do" value="less"')
    await press(path, undoOf(body))
    expect(await site.db.vote.count()).toBe(0)
    expect((await get(site, path)).body).toContain('name="offered"')
  })

  test('restores the earlier vote when the one that replaced it is undone', async () => {
    const path = await fromPaper()
    await press(path, { do: 'less' })
    const { body } = await press(path, { do: 'more', offered: 'yes', phrase: ['recall'] })
    expect(await isWanted()).toEqual([true])
    const undone = await press(path, undoOf(body))
    expect([await isWanted(), await learned()]).toEqual([[false], PHRASES])
    expect(textOf(undone.body)).toMatch(sentence(words.vote.said.less))
    await press(path, undoOf(undone.body))
    expect(await site.db.vote.count()).toBe(0)
  })

  test('shows the topic if the paper is unknown, and a vote gets 404', async () => {
    const path = (await fromPaper()).replace(/\d+$/, '999999')
    expect(textOf((await get(site, path)).body)).toContain(words.topicPage.try)
    expect((await post(site, path, { do: 'more' })).statusCode).toBe(404)
    expect((await post(site, path.replace('999999', 'abc'), { do: 'more' })).body).toContain('“abc”')
  })
})

describe('votes', () => {
  test('belong to the topic under which they were given', async () => {
    await press(await fromPaper(0), { do: 'more' })
    expect([await learned(0), await learned(1)]).toEqual([PHRASES, []])
    await press(await fromPaper(1), { do: 'less' })
    expect(await isWanted(0)).toEqual([true])
    expect(await site.db.vote.count()).toBe(2)
  })

  test('survive an edit of their topic, and a reorder', async () => {
    const path = await fromPaper()
    await press(path, { do: 'more' })
    const { id } = await topicRow()
    await press(path.replace(/\?.*/, ''), { do: 'change', query: 'attention -survey' })
    await press(await manage(), { do: 'move-topic', topic: String(id), to: 'down' })
    expect([(await topicRow(1)).id, await learned(1), await learned(0)]).toEqual([id, PHRASES, []])
  })

  test('count as given on a close paper while the query of their topic does not match it', async () => {
    const path = await fromPaper()
    const topic = path.replace(/\?.*/, '')
    const isClose = async () => (await site.db.vote.findFirstOrThrow()).close
    await press(path, { do: 'more' })
    const before = await learnedRow()
    expect([await isClose(), before.usual !== 0]).toEqual([false, true])
    await press(topic, { do: 'change', query: 'zebrafish' })
    expect([await isClose(), (await learnedRow()).usual]).toEqual([true, 0])
    const change = String((await site.db.change.findFirstOrThrow()).id)
    await press(topic, { do: 'undo', change })
    expect([await isClose(), await learnedRow()]).toEqual([false, before])
  })

  test('are restored with their topic, and deleted once its removal cannot be undone', async () => {
    const path = await fromPaper()
    await press(path, { do: 'more' })
    await press(`${path}&step=more`, { do: 'step', to: '2' })
    const before = [(await topicRow()).id, await learnedRow()]
    const remove = { do: 'remove-topic', topic: String(before[0]) }
    await press(await manage(), remove)
    expect(JSON.parse((await get(site, `${await accountPath()}/export.json`)).body)).toMatchObject({
      topics: [{ query: 'rag', votes: [] }],
      removedTopics: [{ votes: [{ kind: 'more' }], step: 2 }],
    })
    const change = String((await site.db.change.findFirstOrThrow()).id)
    await prune(site.deps, {})
    await press(await manage(), { do: 'undo', change })
    expect([(await topicRow()).id, await learnedRow()]).toEqual(before)
    expect(textOf((await get(site, path)).body)).toContain(words.vote.names.more)
    expect(await site.db.vote.count()).toBe(1)
    await press(await manage(), remove)
    site.clock.moveTo(new Date(NOW.getTime() + 400 * DAY_MS))
    await prune(site.deps, {})
    expect([await site.db.vote.count(), await site.db.learnedTopic.count()]).toEqual([0, 0])
  })

  test('from two browser windows at once both count', async () => {
    const path = await fromPaper()
    const other = path.replace(/\d+$/, String(await paperId('Short')))
    await Promise.all([post(site, path, { do: 'more' }), post(site, other, { do: 'less' })])
    expect(await site.db.vote.count()).toBe(2)
  })
})

describe('a learned phrase', () => {
  test('is on the page of its topic and of all topics, and never counts again once removed', async () => {
    const path = await fromPaper()
    const topic = path.replace(/\?.*/, '')
    await press(path, { do: 'more' })
    for (const url of [topic, await manage()]) {
      const { body } = await get(site, url)
      expect(body).toContain('<h2 id="learned">')
      expect(body).toContain('name="phrase" value="recall"')
    }
    const remove = { do: 'forget-phrase', phrase: 'recall', topic: String((await topicRow()).id) }
    expect((await press(await manage(), remove)).said).toBe(words.learned.said.phrase)
    expect(await learned()).toEqual(PHRASES.slice(0, 3))
    expect((await press(topic, remove)).said).toBe(words.learned.said.unknown)
    await press(path, { do: 'more' })
    expect(await learned()).toEqual(PHRASES.slice(0, 3))
    expect((await get(site, `${path}&vote=less`)).body).not.toContain('value="recall"')
    expect(textOf((await get(site, topic)).body)).toContain(
      fill(words.learned.removed, { phrases: 'recall' }),
    )
  })

  test('is removed on the page after a vote, which still counts', async () => {
    const path = await fromPaper()
    await press(path, { do: 'more' })
    const { body, url } = await press(path, { do: 'forget-phrase', phrase: 'recall' })
    expect(url).toContain('voted=phrase')
    expect(textOf(body)).toContain(words.learned.said.phrase)
    expect(await learned()).toEqual(PHRASES.slice(0, 3))
  })

  test('is forgotten with votes and steps', async () => {
    const path = await fromPaper()
    await press(path, { do: 'more' })
    await press(`${path}&step=more`, { do: 'step', to: '1' })
    const topic = path.replace(/\?.*/, '')
    expect((await press(topic, { do: 'forget' })).said).toBe(words.learned.said.forgotten)
    expect(await site.db.learnedTopic.count()).toBe(0)
    expect(await site.db.vote.count()).toBe(0)
  })
})

describe('the buttons for more or fewer close papers', () => {
  const stepTo = (html: string) => /name="to" value="(-?\d)"/.exec(html)?.[1]

  test('move the threshold of their topic by one step, and can be undone', async () => {
    const path = `${await fromPaper()}&step=fewer`
    const before = await checksums(site.db)
    const { body } = await get(site, path)
    expect(await checksums(site.db)).toEqual(before)
    expect(textOf(body)).toContain(
      fill(words.vote.fromTopic, { what: words.step.names.fewer, topic: 'Attention' }),
    )
    expect(stepTo(body)).toBe('-1')
    expect(site.logged.filter((line) => line.includes('Reply was already sent'))).toEqual([])
    for (const _ of ['once', 'again']) await post(site, path, { do: 'step', to: '-1' })
    expect([(await learnedRow(0)).step, (await learnedRow(1)).step]).toEqual([-1, 0])
    expect(textOf((await get(site, path.replace(/\?.*/, ''))).body)).toContain(
      fill(words.learned.close, { amount: words.learned.amounts['-1'] }),
    )
    const done = await press(path, { do: 'step', to: '-2' })
    expect(textOf(done.body)).toMatch(sentence(words.step.said.fewer, { topic: 'Attention' }))
    const pressedTwice = await press(path, { do: 'step', from: '-1', to: '-2' })
    expect(textOf(pressedTwice.body)).toMatch(sentence(words.step.said.fewer))
    const undone = await press(path, { do: 'step', to: '-1', undo: 'yes' })
    expect(textOf(undone.body)).toContain(fill(words.step.undone, { topic: 'Attention' }))
    expect((await learnedRow()).step).toBe(-1)
  })

  test('stop after three steps', async () => {
    const path = `${await fromPaper()}&step=more`
    await press(path, { do: 'step', to: '3' })
    const { body } = await get(site, path)
    expect(stepTo(body)).toBeUndefined()
    expect(textOf(body)).toContain(words.step.end.more)
    for (const to of ['4', '-4', '0.5', 'x', '']) {
      expect((await post(site, path, { do: 'step', to })).statusCode).toBe(400)
    }
    expect((await learnedRow()).step).toBe(3)
  })
})

test('votes of an unsubscribed reader change nothing', async () => {
  const path = await fromPaper()
  await unsubscribeByOperator(site.deps, { email: EMAIL })
  expect(textOf((await get(site, path)).body)).toContain(words.manage.none.unsubscribed)
  for (const fields of [{ do: 'more' }, { do: 'step', to: '1' }, { do: 'forget' }]) {
    expect((await post(site, path, fields)).statusCode).toBe(303)
  }
  expect([await site.db.vote.count(), (await learnedRow()).step]).toEqual([0, 0])
})
