import { expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { claimTick } from '../../../../src/core/tick.repo.ts'
import { pauseDelivery } from '../../../../src/operator/delivery-switch.ts'
import { recordFailedFetch } from '../../../../src/sources/source-day.repo.ts'
import { logIn, PASSWORD } from '../../../support/admin.ts'
import { NOW, useSite } from '../../../support/site.ts'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })
const WEEK_MS = 7 * 24 * 3600_000

/** The text of what is wrong, and of the box below it. */
async function headline(): Promise<string> {
  const { body } = await (await logIn(site)).get('/admin')
  const [, box = ''] = /<h1>Overview<\/h1>(.*?)<\/div>/s.exec(body) ?? []
  return box
    .replace(/<[^>]+>/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

test('says who is subscribed, what went out, what is wrong and when the next send is', async () => {
  await claimTick(site.db, 'minute', NOW)
  expect(await headline()).toBe(
    '0 people are subscribed, as many as a week ago. Today 0 emails went out and none failed. Nothing is wrong. No send is due: there are no active subscribers.',
  )
  site.clock.moveTo(new Date(NOW.getTime() - 2 * WEEK_MS))
  await addSubscriber(site.deps, { email: 'ann@example.com', topics: [], consent: 'paper' })
  site.clock.moveTo(NOW)
  for (const name of ['bob', 'cid'])
    await addSubscriber(site.deps, { email: `${name}@example.com`, topics: [], hour: '9', consent: 'paper' })
  expect(await headline()).toMatch(
    /^3 people are subscribed, 2 more than a week ago\. .*Nothing is wrong\. Next send: 25 Nov 2026, 08:00 UTC, to up to 1 person\.$/,
  )
})

test('names each thing that is wrong, with a link', async () => {
  await pauseDelivery(site.deps, { reason: 'The relay <moves>' })
  await recordFailedFetch(site.db, {
    source: 'huggingface',
    day: '2026-11-24',
    now: NOW,
    fault: 'source.unreachable',
  })
  const text = await headline()
  const sentences = [
    'Delivery has been paused since 12:00 UTC (The relay &lt;moves&gt;). No email is waiting.',
    'No process with the role schedule has run yet',
    'Hugging Face did not answer at 12:00 UTC; the next try is at 12:05 UTC.',
  ]
  const places = sentences.map((sentence) => text.indexOf(sentence))
  expect(places).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  const { body } = await (await logIn(site)).get('/admin')
  expect(body).toContain('<a href="/admin/sources">Hugging Face did not answer')
  expect(body.indexOf('Resume delivery')).toBeLessThan(body.indexOf('Today’s sends'))
})
