import { expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { claimTick } from '../../../../src/core/tick.repo.ts'
import { counted, fill, words } from '../../../../src/i18n/words.ts'
import { pauseDelivery } from '../../../../src/operator/delivery-switch.ts'
import { recordFailedFetch } from '../../../../src/sources/source-day.repo.ts'
import { logIn, PASSWORD } from '../../../support/admin.ts'
import { enqueueGoodbyes, messagesIn } from '../../../support/messages.ts'
import { NOW, useSite } from '../../../support/site.ts'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })
const WEEK_MS = 7 * 24 * 3600_000

/** The text of the box below the heading, with the problems. */
async function headline(): Promise<string> {
  const { body } = await (await logIn(site)).get('/admin')
  const [, box = ''] = /<h1>[^<]*<\/h1>(.*?)<\/div>/s.exec(body) ?? []
  return box
    .replace(/<[^>]+>/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

test('the overview shows subscribers, sent emails, problems and the next send', async () => {
  await claimTick(site.db, 'minute', NOW)
  const { change, noneFailed, nothingDue, nothingWrong, subscribed, today, wentOut } = words.admin.overview
  const empty = await headline()
  expect(empty).toContain(counted(0, subscribed, { change: change.same }))
  const none = counted(0, words.admin.counts.email, { number: 0 })
  expect(empty).toContain(`${today} ${none} ${wentOut} ${noneFailed} ${nothingWrong} ${nothingDue}`)
  site.clock.moveTo(new Date(NOW.getTime() - 2 * WEEK_MS))
  await addSubscriber(site.deps, { email: 'ann@example.com', topics: [], consent: 'paper' })
  site.clock.moveTo(NOW)
  for (const name of ['bob', 'cid'])
    await addSubscriber(site.deps, { email: `${name}@example.com`, topics: [], hour: '9', consent: 'paper' })
  const text = await headline()
  expect(text).toContain(counted(3, subscribed, { change: fill(change.more, { number: 2 }) }))
  expect(text).toMatch(/ 25 Nov 2026, 08:00 UTC, .* 1 \w+\.$/)
})

test('the overview counts the emails of today that were sent, and that were refused or given up', async () => {
  await enqueueGoodbyes(site.db, 'bulk', 6)
  const [first, second, refused, ...others] = (await messagesIn(site.db)).map(({ id }) => id)
  for (const messageId of [first!, second!])
    await site.db.acceptance.create({ data: { messageId, at: NOW, reply: '250' } })
  await site.db.message.update({
    where: { id: refused! },
    data: { state: 'refused', reason: 'x', nextTry: NOW },
  })
  const givenUp = { id: { in: others.slice(0, 2) } }
  await site.db.message.updateMany({ where: givenUp, data: { state: 'gave_up', reason: 'x', nextTry: NOW } })
  const { today, wentOut, and, failed } = words.admin.overview
  const sent = counted(2, words.admin.counts.email, { number: 2 })
  expect(await headline()).toContain(`${today} ${sent} ${wentOut} ${and} ${fill(failed, { number: 3 })}.`)
})

test('the overview lists each problem, the most urgent first, with a link', async () => {
  await pauseDelivery(site.deps, { reason: 'The relay <moves>' })
  await recordFailedFetch(site.db, {
    source: 'huggingface',
    day: '2026-11-24',
    now: NOW,
    fault: 'source.unreachable',
  })
  const text = await headline()
  const places = ['The relay &lt;moves&gt;', 'schedule', 'Hugging Face'].map((part) => text.indexOf(part))
  expect(places).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  const { body } = await (await logIn(site)).get('/admin')
  expect(body).toContain('<a href="/admin/sources">Hugging Face')
  const sends = fill(words.admin.overview.sends, { date: '' })
  expect(body.indexOf('name="do" value="resume"')).toBeGreaterThan(-1)
  expect(body.indexOf('name="do" value="resume"')).toBeLessThan(body.indexOf(sends))
})
