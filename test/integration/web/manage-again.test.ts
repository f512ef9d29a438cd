import { describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { capitalized, counted, fill, words } from '../../../src/i18n/words.ts'
import type { TypedSignup } from '../../../src/subscribers/read-signup.ts'
import { checksums } from '../../support/checksums.ts'
import { pathOf } from '../../support/mailed-links.ts'
import { acceptMessage } from '../../support/messages.ts'
import { changeLine, errorsOn, nextEmail, sentence } from '../../support/page-text.ts'
import { get, post, press as pressOn, textOf, unsubscribeToken, useSite } from '../../support/site.ts'

const EMAIL = 'ann@example.com'
const MAX_SAVED = `${words.manage.said.saved} ${changeLine(words.form.max, '15', '5')}`
const site = useSite()

const pausedUntil = (date: string) =>
  fill(words.manage.said.paused, { until: fill(words.manage.until, { date }) })

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

/** Presses a button: how the page confirms it, its address, and the change that it can undo. */
async function press(path: string, fields: object): Promise<{ said: string; url: string; change: string }> {
  const { said, url } = await pressOn(site, path, fields)
  return { said, url, change: url.split('change=')[1]! }
}

/** The fields of the form of settings as it is shown. */
async function settingsForm(path: string): Promise<Record<string, string | string[]>> {
  const { body } = await get(site, path)
  const form = body.match(/name="do" value="settings">[\s\S]*?<\/form>/)![0]
  const input = (name: string) => form.match(new RegExp(`name="${name}"[^>]* value="([^"]*)"`))![1]!
  const chosen = (name: string) =>
    form.match(new RegExp(`<select id="${name}"[\\s\\S]*?value="([^"]*)" selected`))![1]!
  return {
    do: 'settings',
    shown: input('shown').replaceAll('&amp;', '&'),
    zone: chosen('zone'),
    max: chosen('max'),
    hour: chosen('hour'),
    detail: chosen('detail'),
    format: chosen('format'),
    days: ['', ...[...form.matchAll(/name="days" value="(\w+)" checked/g)].map(([, day]) => day!)],
  }
}

describe('a form with a field twice gets an error at the field and keeps the others', () => {
  test('in the settings', async () => {
    const path = await page()
    const before = await ann()
    const typed = { ...(await settingsForm(path)), max: '7', hour: ['9', '10'] }
    const { statusCode, body } = await post(site, path, typed)
    expect([statusCode, errorsOn(body)]).toEqual([422, ['hour: request.wrong-type']])
    expect(body).toContain('<option value="7" selected>')
    expect(await ann()).toEqual(before)
  })

  test('on the page of a topic', async () => {
    const path = await page()
    const [topic] = await ids()
    const typed = { do: 'change', query: 'mamba', name: ['a', 'b'] }
    const { statusCode, body } = await post(site, `${path}/topics/${topic}`, typed)
    expect([statusCode, errorsOn(body)]).toEqual([422, ['name: request.wrong-type']])
    expect(body).toContain('mamba')
    expect(await queries()).toEqual(['linear attention', 'rag'])
  })
})

describe('the form of a topic', () => {
  test.each([
    [{ name: 'a\0b', query: 'gated\0 attention' }, 'a b', 'gated attention'],
    [{ name: 'a\nb\u202Ec', query: '"gated\0attention"' }, 'a bc', '"gated attention"'],
    [{ name: '\0', query: 'gated\u200B attention' }, 'gated attention', 'gated attention'],
  ])('removes invisible characters from %j', async (typed, name, query) => {
    const path = await page()
    await press(`${path}/topics/${(await ids())[0]}`, { do: 'change', ...typed })
    expect((await topics())[0]).toMatchObject({ name, query: { text: query } })
  })

  test('refuses a topic of invisible characters only', async () => {
    const path = await page()
    const [topic] = await ids()
    const { statusCode, body } = await post(site, `${path}/topics/${topic}`, {
      do: 'change',
      query: '\0',
      name: '',
    })
    expect([statusCode, errorsOn(body)]).toEqual([422, ['query: query.empty']])
  })

  test('refuses several topics, and keeps them in the field', async () => {
    const path = await page()
    const [topic] = await ids()
    const several = { do: 'change', query: 'alpha, beta', name: '' }
    const url = `${path}/topics/${topic}`
    const { statusCode, body } = await post(site, url, several)
    expect([statusCode, errorsOn(body)]).toEqual([422, ['query: topic.several']])
    expect(body).toContain('>alpha, beta</textarea>')
    expect(await queries()).toEqual(['linear attention', 'rag'])
    const headers = { accept: 'application/json' }
    const answer = await site.app.inject({ method: 'POST', url, payload: several, headers })
    expect(answer.json()).toMatchObject({ error: 'topic.several' })
  })
})

describe('a page that is open twice', () => {
  test('keeps the query of a topic removed meanwhile in the field for new topics', async () => {
    const path = await page()
    const [topic] = await ids()
    await press(path, { do: 'remove-topic', topic })
    const before = await checksums(site.db)
    const edit = { do: 'change', query: 'my long and careful words', name: 'Mine' }
    const url = `${path}/topics/${topic}`
    const { statusCode, body } = await post(site, url, edit)
    expect([statusCode, errorsOn(body)]).toEqual([422, ['topic: topic.removed']])
    expect(body).toMatch(/<textarea id="topic"[^>]*>my long and careful words<\/textarea>/)
    expect(await checksums(site.db)).toEqual(before)
    const headers = { accept: 'application/json' }
    const answer = await site.app.inject({ method: 'POST', url, payload: edit, headers })
    expect(answer.json()).toMatchObject({ error: 'topic.removed' })
  })

  test('has that field for it even beside the maximum of topics', async () => {
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

  test('keeps the settings that each of the two changed', async () => {
    const path = await page()
    const form = await settingsForm(path)
    await press(path, { ...form, hour: '19', days: ['', 'mon'] })
    expect((await press(path, { ...form, max: '5' })).said).toBe(MAX_SAVED)
    expect(await ann()).toMatchObject({ hour: 19, days: ['mon'], maxPapers: 5 })
  })

  test('shows the current settings after an error, except for the typed ones', async () => {
    const path = await page()
    const form = await settingsForm(path)
    await press(path, { ...form, hour: '19' })
    const { body, statusCode } = await post(site, path, { ...form, max: '99' })
    expect(statusCode).toBe(422)
    expect(body).toContain('<option value="19" selected>')
    expect(body).toContain('value="99"')
  })

  test('changes nothing without input, and refuses a form without days', async () => {
    const path = await page()
    const form = await settingsForm(path)
    expect((await press(path, form)).said).toContain(words.manage.said.nothing)
    expect((await post(site, path, { ...form, days: '' })).statusCode).toBe(422)
  })

  test('gets the same response for an undo that is pressed twice', async () => {
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

describe('a pause that has ended', () => {
  /** Due on Fridays; paused until a Saturday, and it is the Tuesday after. */
  async function ranOut(): Promise<string> {
    const path = await page({ days: ['fri'] })
    await press(path, { do: 'pause', for: 'date', until: '2026-11-28' })
    site.clock.moveTo(new Date('2026-12-01T12:00:00Z'))
    return path
  }

  test('is not on the page', async () => {
    const path = await ranOut()
    const { body } = await get(site, `${path}?edit=pause`)
    expect(textOf(body)).toContain(fill(words.manage.glance.next, { when: 'Friday 4 December, 08:00' }))
    expect(textOf(body)).not.toMatch(sentence(words.manage.glance.paused))
    expect(body).not.toContain(words.manage.pause.resume)
    expect(body).not.toContain('28 November')
    expect(body).toMatch(/id="until"[^>]* value=""/)
  })

  test('is not on the page with options for fewer emails', async () => {
    await ranOut()
    const token = await unsubscribeToken(site, EMAIL)
    expect((await get(site, `/unsubscribe/${token}`)).body).toContain(words.unsubscribe.pause)
    expect((await post(site, `/unsubscribe/${token}/pause`)).statusCode).toBe(303)
    expect(await ann()).toMatchObject({ state: 'paused', pausedUntil: new Date('2026-12-31') })
  })

  test('gets a consent row before that of the next change', async () => {
    const path = await ranOut()
    expect((await press(path, { do: 'pause', for: 'week' })).said).toContain(
      pausedUntil('Tuesday 8 December'),
    )
    const { change } = await press(path, { do: 'resume' })
    expect((await press(path, { do: 'undo', change })).said).toContain(pausedUntil('Tuesday 8 December'))
    const rows = await site.db.consent.findMany({ orderBy: { id: 'asc' }, skip: 1 })
    expect(rows.map(({ event, how }) => `${event}, ${how}`)).toEqual([
      'paused, page',
      'resumed, pause ended',
      'paused, page',
      'resumed, page',
      'paused, page, undo',
    ])
  })

  test('is not resumed by another change', async () => {
    const path = await ranOut()
    expect((await press(path, { do: 'settings', max: '5' })).said).toBe(MAX_SAVED)
    expect(await ann()).toMatchObject({ state: 'active', pausedUntil: null, maxPapers: 5 })
  })
})

describe('a pause', () => {
  test('into another year is shown with the year', async () => {
    const path = await page()
    const { said, url } = await press(path, { do: 'pause', for: 'date', until: '2027-01-05' })
    expect(said).toContain(pausedUntil('Tuesday 5 January 2027'))
    expect(said).toContain(nextEmail('Tuesday 5 January 2027'))
    const text = textOf((await get(site, url)).body)
    expect(text).toContain(`${pausedUntil('Tuesday 5 January 2027')} ${words.schedule.workdays}`)
  })

  test('lasts up to a year', async () => {
    const path = await page()
    for (const until of ['', '2027-11-25', '9999-12-31']) {
      const { statusCode, body } = await post(site, path, { do: 'pause', for: 'date', until })
      expect([statusCode, errorsOn(body)]).toEqual([422, ['until: setting.until']])
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

describe('the delivery history', () => {
  const { waiting, accepted } = words.receipts.mails
  const welcomeWith = fill(words.receipts.welcomeWith, { papers: counted(2, words.counts.paper) })
  const rows = async (path: string) =>
    [...(await get(site, path)).body.matchAll(/<li>(<time.*?)<\/li>/gs)].map(([, row]) => textOf(row!).trim())
  const message = async (kind: string, dedupe: string, content: object) => {
    const { id: subscriberId } = await ann()
    const batch = await site.db.batch.create({ data: { lane: 'transactional', notBefore: new Date() } })
    const { id } = await site.db.message.create({
      data: {
        id: `${kind}-1`,
        kind,
        dedupe,
        subscriberId,
        batchId: batch.id,
        content,
        secretId: 'x',
        localDate: new Date('2026-11-24'),
        nextTry: new Date('2026-11-24T12:00:00Z'),
        deadline: new Date('2026-11-25T12:00:00Z'),
        datedAt: new Date('2026-11-24T11:30:00Z'),
      },
    })
    return id
  }

  test('has the welcome email on the date of its time zone', async () => {
    const path = await page({ zone: 'Pacific/Kiritimati' })
    const id = await message('welcome', 'signup 1', { zone: 'Pacific/Kiritimati', papers: [1, 2] })
    expect(await rows(path)).toEqual([`Wed 25 Nov ${welcomeWith} ${capitalized(waiting)}`])
    const at = new Date('2026-11-24T12:00:05Z')
    await acceptMessage(site.db, { id, at })
    expect(await rows(path)).toEqual([
      `Wed 25 Nov ${welcomeWith} ${capitalized(fill(accepted, { at: '02:00' }))}`,
    ])
    await site.db.message.updateMany({ where: { id }, data: { content: { zone: 'UTC', papers: [] } } })
    expect((await rows(path))[0]).toContain(`Tue 24 Nov ${words.receipts.welcome} `)
  })

  test('has the email about a date without matches beside that date', async () => {
    const path = await page()
    const { id } = await ann()
    const plan = await site.db.plan.create({
      data: {
        zone: 'UTC',
        hour: 8,
        days: 'tue',
        maxPaperId: 0,
        localDate: new Date('2026-11-24'),
        dueAt: new Date('2026-11-24T08:00:00Z'),
      },
    })
    await site.db.digest.create({
      data: {
        planId: plan.id,
        subscriberId: id,
        outcome: 'nothing_matched',
        fromPaper: 0,
        toPaper: 0,
        papers: [],
        localDate: plan.localDate,
        dueAt: plan.dueAt,
        createdAt: plan.dueAt,
      },
    })
    const day = `Tue 24 Nov ${capitalized(words.receipts.outcomes.nothing_matched)}`
    expect(await rows(path)).toEqual([day])
    await message('note', `${id}:2026-11-24`, {})
    expect(await rows(path)).toEqual([`${day} ${fill(words.receipts.note, { what: waiting })}`])
  })
})

describe('settings and topics to add are one form', () => {
  const typed = async (path: string, topic: string) => ({ ...(await settingsForm(path)), max: '5', topic })

  test('which has both buttons and saves the input of either part', async () => {
    const path = await page()
    const { body } = await get(site, path)
    const form = body.match(/name="do" value="settings">[\s\S]*?<\/form>/)![0]
    expect(form).toContain('<textarea id="topic" name="topic"')
    expect(form.match(/<button type="submit"(?: class="second")?>[^<]+/g)).toEqual([
      `<button type="submit">${words.manage.topics.addButton}`,
      `<button type="submit" class="second">${words.manage.settings.save}`,
    ])
    const { said } = await press(path, await typed(path, 'vision'))
    expect(said).toContain('vision')
    expect(said).toContain('15 → 5')
    expect(await queries()).toEqual(['linear attention', 'rag', 'vision'])
    expect(await ann()).toMatchObject({ maxPapers: 5, hour: 8 })
  })

  test('which changes nothing if one part has an error, and keeps both as typed', async () => {
    const path = await page()
    const wrong = await post(site, path, { ...(await typed(path, '(vision')), zone: 'Mars/Base' })
    const errors = errorsOn(wrong.body)
    expect(wrong.statusCode).toBe(422)
    expect(errors.toSorted()).toEqual(['topic: query.bracket-open', 'zone: zone.unknown'])
    expect(wrong.body).toContain('>(vision</textarea>')
    expect(wrong.body).toContain('<option value="5" selected>')
    expect(await queries()).toEqual(['linear attention', 'rag'])
    expect(await ann()).toMatchObject({ maxPapers: 15 })
  })
})
