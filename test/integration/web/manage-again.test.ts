import { describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import type { TypedSignup } from '../../../src/subscribers/read-signup.ts'
import { checksums } from '../../support/checksums.ts'
import { pathOf } from '../../support/mailed-links.ts'
import { get, post, press as pressOn, textOf, unsubscribeToken, useSite } from '../../support/site.ts'

const EMAIL = 'ann@example.com'
const site = useSite()

/** Adds a subscriber with digests on weekdays at 8 UTC; returns the path of their page. */
async function page(typed: Partial<TypedSignup> = {}): Promise<string> {
  const topics = ['linear attention', 'rag']
  await addSubscriber(site.deps, { email: EMAIL, topics, consent: 'on paper', ...typed })
  return pathOf(site, 'manage', EMAIL)
}

const ann = () => site.db.subscriber.findFirstOrThrow({ where: { address: EMAIL } })
const topics = () => site.db.topic.findMany({ orderBy: { position: 'asc' }, include: { query: true } })
const ids = async () => (await topics()).map(({ id }) => id)
const queries = async () => (await topics()).map(({ query }) => query.text)

/** Presses a button: what the page says back, its address, and the change that it can undo. */
async function press(path: string, fields: object): Promise<{ said: string; url: string; change: string }> {
  const { said, url } = await pressOn(site, path, fields)
  return { said, url, change: url.split('change=')[1]! }
}

/** What the form of the settings sends if nothing is changed in it. */
async function settingsForm(path: string): Promise<Record<string, string | string[]>> {
  const { body } = await get(site, path)
  const form = body.match(/name="do" value="settings">[\s\S]*?<\/form>/)![0]
  const input = (name: string) => form.match(new RegExp(`name="${name}"[^>]* value="([^"]*)"`))![1]!
  const chosen = (name: string) =>
    form.match(new RegExp(`<select id="${name}"[\\s\\S]*?value="([^"]*)" selected`))![1]!
  return {
    do: 'settings',
    shown: input('shown').replaceAll('&amp;', '&'),
    zone: /<option selected>([^<\s]+)/.exec(form)![1]!,
    max: input('max'),
    hour: chosen('hour'),
    detail: chosen('detail'),
    format: chosen('format'),
    days: ['', ...[...form.matchAll(/name="days" value="(\w+)" checked/g)].map(([, day]) => day!)],
  }
}

describe('a field that came twice is named, and the others are kept', () => {
  test('in the settings', async () => {
    const path = await page()
    const before = await ann()
    const typed = { ...(await settingsForm(path)), max: '7', hour: ['9', '10'] }
    const { statusCode, body } = await post(site, path, typed)
    expect([statusCode, textOf(body)]).toEqual([
      422,
      expect.stringContaining('“hour” takes one text or number.'),
    ])
    expect(body).toMatch(/name="max"[^>]* value="7"/)
    expect(await ann()).toEqual(before)
  })

  test('on the page of a topic', async () => {
    const path = await page()
    const [topic] = await ids()
    const typed = { do: 'change', query: 'mamba', name: ['a', 'b'] }
    const { statusCode, body } = await post(site, `${path}/topics/${topic}`, typed)
    expect([statusCode, textOf(body)]).toEqual([
      422,
      expect.stringContaining('“name” takes one text or number.'),
    ])
    expect(body).toContain('mamba')
    expect(await queries()).toEqual(['linear attention', 'rag'])
  })
})

describe('invisible characters', () => {
  test.each([
    [{ name: 'a\0b', query: 'gated\0 attention' }, 'a b', 'gated attention'],
    [{ name: 'a\nb\u202Ec', query: '"gated\0attention"' }, 'a bc', '"gated attention"'],
    [{ name: '\0', query: 'gated\u200B attention' }, 'gated attention', 'gated attention'],
  ])('are taken out of %j', async (typed, name, query) => {
    const path = await page()
    await press(`${path}/topics/${(await ids())[0]}`, { do: 'change', ...typed })
    expect((await topics())[0]).toMatchObject({ name, query: { text: query } })
  })

  test('a topic of nothing else is a fault of its field, as nothing at all is', async () => {
    const path = await page()
    const [topic] = await ids()
    const { statusCode, body } = await post(site, `${path}/topics/${topic}`, {
      do: 'change',
      query: '\0',
      name: '',
    })
    expect(statusCode).toBe(422)
    expect(body).toContain(`href="#query">Enter a word or two to search for.`)
  })

  test('several topics in the place of one are a fault, and all of them stay in the field', async () => {
    const path = await page()
    const [topic] = await ids()
    const several = { do: 'change', query: 'alpha, beta', name: '' }
    const url = `${path}/topics/${topic}`
    const { statusCode, body } = await post(site, url, several)
    expect(statusCode).toBe(422)
    expect(body).toContain(`href="#query">You entered 2 topics`)
    expect(body).toContain('>alpha, beta</textarea>')
    expect(await queries()).toEqual(['linear attention', 'rag'])
    const headers = { accept: 'application/json' }
    const answer = await site.app.inject({ method: 'POST', url, payload: several, headers })
    expect(answer.json()).toMatchObject({ error: 'topic.several' })
  })
})

describe('with the page open twice', () => {
  test('the query of a topic that was removed in the meantime moves to the field for new topics', async () => {
    const path = await page()
    const [topic] = await ids()
    await press(path, { do: 'remove-topic', topic })
    const before = await checksums(site.db)
    const edit = { do: 'change', query: 'my long and careful words', name: 'Mine' }
    const url = `${path}/topics/${topic}`
    const { statusCode, body } = await post(site, url, edit)
    expect(statusCode).toBe(422)
    expect(body).toContain(
      'href="#topic">This topic has been removed in the meantime, so nothing was changed.',
    )
    expect(body).toMatch(/<textarea id="topic"[^>]*>my long and careful words<\/textarea>/)
    expect(await checksums(site.db)).toEqual(before)
    const headers = { accept: 'application/json' }
    const answer = await site.app.inject({ method: 'POST', url, payload: edit, headers })
    expect(answer.json()).toMatchObject({ error: 'topic.removed' })
  })

  test('that field is there for them even beside as many topics as we take', async () => {
    const path = await page({ topics: Array.from({ length: 20 }, (_, i) => `word${i}`) })
    const [topic] = await ids()
    await press(path, { do: 'remove-topic', topic })
    await press(path, { do: 'add-topic', topic: 'another' })
    const { body } = await post(site, `${path}/topics/${topic}`, {
      do: 'change',
      query: 'mine',
      name: '',
    })
    expect(body).toMatch(/<textarea id="topic"[^>]*>mine<\/textarea>/)
  })

  test('the settings that each of the two altered are kept', async () => {
    const path = await page()
    const form = await settingsForm(path)
    await press(path, { ...form, hour: '19', days: ['', 'mon'] })
    expect((await press(path, { ...form, max: '5' })).said).toContain('Saved Papers per email (max): 15 → 5')
    expect(await ann()).toMatchObject({ hour: 19, days: ['mon'], maxPapers: 5 })
  })

  test('after a fault the fields hold what holds now, but for those that were altered', async () => {
    const path = await page()
    const form = await settingsForm(path)
    await press(path, { ...form, hour: '19' })
    const { body, statusCode } = await post(site, path, { ...form, max: '99' })
    expect(statusCode).toBe(422)
    expect(body).toContain('<option value="19" selected>')
    expect(body).toContain('value="99"')
  })

  test('nothing altered is nothing changed; no day left is a fault', async () => {
    const path = await page()
    const form = await settingsForm(path)
    expect((await press(path, form)).said).toContain('No change: your settings were already like this')
    expect((await post(site, path, { ...form, days: '' })).statusCode).toBe(422)
  })

  test('an undo that is pressed twice gets the same response twice', async () => {
    const path = await page()
    const { change } = await press(path, { do: 'settings', hour: '19' })
    const undo = { do: 'undo', change }
    const answers = await Promise.all([post(site, path, undo), post(site, path, undo)])
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([303, 303])
    expect(answers[0]!.headers.location).toBe(answers[1]!.headers.location)
    expect(await site.db.change.count()).toBe(2)
    await press(path, { do: 'settings', max: '5' })
    expect((await post(site, path, undo)).statusCode).toBe(409)
  })
})

describe('a pause that ran out', () => {
  /** Due on Fridays; paused until a Saturday, and it is the Tuesday after. */
  async function ranOut(): Promise<string> {
    const path = await page({ days: ['fri'] })
    await press(path, { do: 'pause', for: 'date', until: '2026-11-28' })
    site.clock.moveTo(new Date('2026-12-01T12:00:00Z'))
    return path
  }

  test('is no pause any more on the page', async () => {
    const path = await ranOut()
    const { body } = await get(site, `${path}?edit=pause`)
    expect(textOf(body)).toContain('Next email: Friday 4 December, 08:00')
    expect(body).not.toContain('Paused until')
    expect(body).not.toContain('Resume now')
    expect(body).not.toContain('28 November')
    expect(body).toMatch(/id="until"[^>]* value=""/)
  })

  test('nor on the page with options for fewer emails', async () => {
    await ranOut()
    const token = await unsubscribeToken(site, EMAIL)
    expect((await get(site, `/unsubscribe/${token}`)).body).toContain('Pause for a month')
    expect((await post(site, `/unsubscribe/${token}/pause`)).statusCode).toBe(303)
    expect(await ann()).toMatchObject({ state: 'paused', pausedUntil: new Date('2026-12-31') })
  })

  test('nor in a change, which says so in a consent row of its own', async () => {
    const path = await ranOut()
    expect((await press(path, { do: 'pause', for: 'week' })).said).toContain(
      'Paused until Tuesday 8 December',
    )
    const { change } = await press(path, { do: 'resume' })
    expect((await press(path, { do: 'undo', change })).said).toContain('Paused until Tuesday 8 December')
    const rows = await site.db.consent.findMany({ orderBy: { id: 'asc' }, skip: 1 })
    expect(rows.map(({ event, how }) => `${event}, ${how}`)).toEqual([
      'paused, page',
      'resumed, pause ended',
      'paused, page',
      'resumed, page',
      'paused, page, undo',
    ])
  })

  test('nor does any other change bring it back', async () => {
    const path = await ranOut()
    expect((await press(path, { do: 'settings', max: '5' })).said).toBe(
      'Saved Papers per email (max): 15 → 5',
    )
    expect(await ann()).toMatchObject({ state: 'active', pausedUntil: null, maxPapers: 5 })
  })
})

describe('a pause', () => {
  test('into another year is shown with the year', async () => {
    const path = await page()
    const { said, url } = await press(path, { do: 'pause', for: 'date', until: '2027-01-05' })
    expect(said).toContain('Paused until Tuesday 5 January 2027')
    expect(said).toContain('Next email Tuesday 5 January 2027 at 08:00')
    const text = textOf((await get(site, url)).body)
    expect(text).toContain('Paused until Tuesday 5 January 2027 Monday to Friday')
  })

  test('is a year at most', async () => {
    const path = await page()
    for (const until of ['', '2027-11-25', '9999-12-31']) {
      const { statusCode, body } = await post(site, path, { do: 'pause', for: 'date', until })
      expect(statusCode).toBe(422)
      expect(body).toContain('href="#until">Choose a date after 2026-11-24 and up to 2027-11-24.')
    }
    await press(path, { do: 'pause', for: 'date', until: '2027-11-24' })
  })
})

test('a restored topic gets its old id, so that links in old emails open it', async () => {
  const path = await page()
  const [first, second] = await ids()
  const removed = await press(path, { do: 'remove-topic', topic: first })
  const undone = await press(path, { do: 'undo', change: removed.change })
  expect(await ids()).toEqual([first, second])
  expect((await get(site, `${path}/topics/${first}`)).statusCode).toBe(200)
  const again = await press(path, { do: 'undo', change: undone.change })
  await press(path, { do: 'add-topic', topic: 'vision' })
  await press(path, { do: 'undo', change: again.change })
  expect(await ids()).toEqual([first, second, expect.any(Number)])
})

describe('receipts', () => {
  const rows = async (path: string) =>
    [...(await get(site, path)).body.matchAll(/<li>(<time.*?)<\/li>/gs)].map(([, row]) => textOf(row!).trim())
  const message = async (kind: string, dedupe: string, content: object) => {
    const { id: subscriberId } = await ann()
    const batch = await site.db.batch.create({ data: { lane: 'transactional', notBefore: new Date() } })
    const { id } = await site.db.message.create({
      data: {
        ...{ id: `${kind}-1`, kind, dedupe, subscriberId, batchId: batch.id, content, secretId: 'x' },
        nextTry: new Date('2026-11-24T12:00:00Z'),
        deadline: new Date('2026-11-25T12:00:00Z'),
        datedAt: new Date('2026-11-24T11:30:00Z'),
      },
    })
    return id
  }

  test('include the welcome email, on the date of its time zone, and nothing of other subscribers', async () => {
    const path = await page({ zone: 'Pacific/Kiritimati' })
    const id = await message('welcome', 'signup 1', { zone: 'Pacific/Kiritimati', papers: [1, 2] })
    expect(await rows(path)).toEqual(['Wed 25 Nov Welcome, 2 papers Waiting to be sent'])
    const at = new Date('2026-11-24T12:00:05Z')
    await site.db.acceptance.create({ data: { messageId: id, at, reply: '250' } })
    expect(await rows(path)).toEqual(['Wed 25 Nov Welcome, 2 papers Delivered 02:00'])
    await site.db.message.update({ where: { id }, data: { content: { zone: 'UTC', papers: [] } } })
    expect((await rows(path))[0]).toMatch(/^Tue 24 Nov Welcome Delivered/)
  })

  test('tell of a note beside the date that it was about', async () => {
    const path = await page()
    const { id } = await ann()
    const plan = await site.db.plan.create({
      data: {
        ...{ zone: 'UTC', hour: 8, days: 'tue', maxPaperId: 0 },
        localDate: new Date('2026-11-24'),
        dueAt: new Date('2026-11-24T08:00:00Z'),
      },
    })
    await site.db.digest.create({
      data: {
        ...{
          planId: plan.id,
          subscriberId: id,
          outcome: 'nothing_matched',
          fromPaper: 0,
          toPaper: 0,
          papers: [],
        },
        ...{ localDate: plan.localDate, dueAt: plan.dueAt, createdAt: plan.dueAt },
      },
    })
    expect(await rows(path)).toEqual(['Tue 24 Nov Nothing matched'])
    await message('note', `${id}:2026-11-24`, {})
    expect(await rows(path)).toEqual(['Tue 24 Nov Nothing matched An email about that: waiting to be sent'])
  })
})

describe('settings and topics to add are one form', () => {
  const typed = async (path: string, topic: string) => ({ ...(await settingsForm(path)), max: '5', topic })

  test('in the page, with both buttons; the input of either part is saved', async () => {
    const path = await page()
    const { body } = await get(site, path)
    const form = body.match(/name="do" value="settings">[\s\S]*?<\/form>/)![0]
    expect(form).toContain('<textarea id="topic" name="topic"')
    expect(form.match(/<button type="submit"(?: class="second")?>[^<]+/g)).toEqual([
      '<button type="submit">Add topic',
      '<button type="submit" class="second">Save schedule',
    ])
    const { said } = await press(path, await typed(path, 'vision'))
    expect(said).toContain('vision')
    expect(said).toContain('15 → 5')
    expect(await queries()).toEqual(['linear attention', 'rag', 'vision'])
    expect(await ann()).toMatchObject({ maxPapers: 5, hour: 8 })
  })

  test('with a fault in one part neither part changes, and both stay as typed', async () => {
    const path = await page()
    const wrong = await post(site, path, { ...(await typed(path, '(vision')), zone: 'Mars/Base' })
    expect(wrong.statusCode).toBe(422)
    expect(wrong.body).toContain('href="#topic"')
    expect(wrong.body).toContain('href="#zone"')
    expect(wrong.body).toContain('>(vision</textarea>')
    expect(wrong.body).toMatch(/name="max"[^>]* value="5"/)
    expect(await queries()).toEqual(['linear attention', 'rag'])
    expect(await ann()).toMatchObject({ maxPapers: 15 })
  })
})
