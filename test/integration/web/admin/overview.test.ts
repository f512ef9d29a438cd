import { expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../../src/config/config.ts'
import { recordIncident } from '../../../../src/core/incident.repo.ts'
import { claimTick } from '../../../../src/core/tick.repo.ts'
import { FEATURES } from '../../../../src/features/index.ts'
import { counted, fill, listed, words } from '../../../../src/i18n/words.ts'
import { pauseDelivery } from '../../../../src/operator/delivery-switch.ts'
import { recordFailedFetch, recordSuccessfulFetch } from '../../../../src/sources/source-day.repo.ts'
import { buildServer } from '../../../../src/web/server.ts'
import { logIn, PASSWORD } from '../../../support/admin.ts'
import { acceptMessage, enqueueGoodbyes, messagesIn } from '../../../support/messages.ts'
import { NOW, useSite } from '../../../support/site.ts'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })
const WEEK_MS = 7 * 24 * 3600_000

const overview = async () => (await (await logIn(site)).get('/admin')).body
const plain = (html: string) =>
  html
    .replace(/<[^>]+>/g, '')
    .replace(/\s+/g, ' ')
    .trim()

/** The headline, what follows it, and the other problems: all before the sections. */
async function headline(): Promise<string> {
  const [, box = ''] =
    /<div class="lead [^>]*>(.*?)<(?:section|div class="charts)/s.exec(await overview()) ?? []
  return plain(box)
}

/** The state of each row of "Right now". */
async function partStates(): Promise<string[]> {
  const [, list = ''] = /<ul class="rows parts">(.*?)<\/ul>/s.exec(await overview()) ?? []
  return [...list.matchAll(/<span class="state (\w+)">/g)].map(([, state = '']) => state)
}

test('the overview shows subscribers, the next send, and that nothing went out', async () => {
  await claimTick(site.db, 'minute', NOW)
  const { headline: sent, nothingDue, change } = words.admin.overview
  expect(await headline()).toBe(`${sent.none} ${nothingDue}`)
  site.clock.moveTo(new Date(NOW.getTime() - 2 * WEEK_MS))
  await addSubscriber(site.deps, { email: 'ann@example.com', topics: [], consent: 'paper' })
  site.clock.moveTo(NOW)
  for (const name of ['bob', 'cid'])
    await addSubscriber(site.deps, { email: `${name}@example.com`, topics: [], hour: '9', consent: 'paper' })
  expect(await headline()).toMatch(/ 25 Nov 2026, 08:00 UTC, .* 1 \w+\.$/)
  expect(await overview()).toContain(`<dt>${fill(change.more, { state: 'Active', number: 2 })}</dt>`)
})

test('the overview counts the emails of today that were sent, and that were refused or given up', async () => {
  await claimTick(site.db, 'minute', NOW)
  await enqueueGoodbyes(site.db, 'bulk', 6)
  const [first, second, refused, ...others] = (await messagesIn(site.db)).map(({ id }) => id)
  for (const id of [first!, second!]) await acceptMessage(site.db, { id, at: NOW })
  const { delivered, failed } = words.admin.overview.headline
  const sent = counted(2, words.admin.counts.email, { number: 2 })
  expect(await headline()).toContain(counted(2, delivered, { sent }))
  await site.db.message.updateMany({
    where: { id: refused! },
    data: { state: 'refused', reason: 'x', nextTry: NOW },
  })
  const givenUp = { id: { in: others.slice(0, 2) } }
  await site.db.message.updateMany({ where: givenUp, data: { state: 'gave_up', reason: 'x', nextTry: NOW } })
  expect(await headline()).toContain(fill(failed, { sent, failed: 3 }))
})

test('the overview has boxes only for figures above zero', async () => {
  await site.db.dayTotals.create({
    data: {
      localDate: new Date('2026-11-24'),
      counts: {
        due: 9,
        nothingMatched: 2,
        planned: 7,
        accepted: 6,
        refused: 1,
        paused: 0,
        missed: 0,
        gaveUp: 0,
        skipped: 0,
        uncertain: 0,
        open: 0,
      },
    },
  })
  const body = await overview()
  const columns = [...body.matchAll(/href="\/admin\/days\/2026-11-24\/(\w+)"/g)].map(([, column]) => column)
  expect(columns).toEqual(['accepted', 'nothingMatched', 'refused'])
  const { none, nothingFailed } = words.admin.overview
  const failures = listed([none.missed, none.gaveUp, none.uncertain], 'or')
  expect(body).toContain(fill(nothingFailed, { failures }))
})

test('the overview says that nothing is wrong only if every part is well', async () => {
  const { nothingWrong } = words.admin.overview
  await claimTick(site.db, 'minute', NOW)
  expect(await headline()).not.toContain(nothingWrong)
  expect(await partStates()).toEqual(['unset', 'unset', 'unset', 'well'])
  await recordSuccessfulFetch(site.db, { source: 'huggingface', day: '2026-11-24', papers: 9, now: NOW })
  const settings = { SMTP_URL: 'smtp://127.0.0.1:9', BOUNCE_LMTP: '2424', BOUNCE_DOMAIN: 'bounce.example' }
  const config = readConfig({ ADMIN_PASSWORD: PASSWORD, ...settings }, FEATURES)
  const app = buildServer({ ...site.deps, config })
  try {
    const { body } = await (await logIn({ ...site, db: site.db, app })).get('/admin')
    expect(body).toContain(nothingWrong)
    expect(body).not.toMatch(/<span class="state (unset|wrong|warning)"/)
  } finally {
    await app.close()
  }
})

test('the overview opens with a mail server that does not answer, and links to a test email', async () => {
  await claimTick(site.db, 'minute', NOW)
  await enqueueGoodbyes(site.db, 'bulk', 5)
  const since = new Date(NOW.getTime() - 60_000)
  await recordIncident(site.db, { name: 'delivery bulk', what: 'unreachable', detail: 'ECONNREFUSED', since })
  const body = await overview()
  const [, edge, h1 = ''] = /<div class="lead (\w+)">\s*<h1>(.*?)<\/h1>/s.exec(body) ?? []
  expect(edge).toBe('wrong')
  expect(h1).toMatch(/^5 .* 11:59 UTC\.$/)
  expect(body).toContain('<a class="button" href="/admin/preview#test">')
  expect(body).toContain('<a class="button second" href="/admin/messages?state=deferred">')
  const [mailServer] = await partStates()
  expect(mailServer).toBe('wrong')
})

test('the overview lists each problem, the most urgent first, with a link', async () => {
  await pauseDelivery(site.deps, { reason: 'The relay <moves>' })
  await recordFailedFetch(site.db, {
    source: 'huggingface',
    day: '2026-11-24',
    now: NOW,
    fault: 'source.unreachable',
  })
  const text = plain(await overview())
  const places = ['The relay &lt;moves&gt;', 'schedule', 'Hugging Face'].map((part) => text.indexOf(part))
  expect(places).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  const { body } = await (await logIn(site)).get('/admin')
  expect(body).toContain('<a href="/admin/sources">Hugging Face')
  const sends = words.admin.overview.sends
  expect(body.indexOf('name="do" value="resume"')).toBeGreaterThan(-1)
  expect(body.indexOf('name="do" value="resume"')).toBeLessThan(body.indexOf(sends))
})
