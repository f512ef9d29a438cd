import { beforeEach, describe, expect, test } from 'vitest'
import { eraseSubscriber } from '../../../../src/account/erase-subscriber.ts'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { planDigests } from '../../../../src/digests/plan-digests.ts'
import { counted, fill, words } from '../../../../src/i18n/words.ts'
import { suppress } from '../../../../src/subscribers/suppress-subscriber.ts'
import { type Admin, logIn, PASSWORD } from '../../../support/admin.ts'
import { NOW, useSite } from '../../../support/site.ts'
import { addPapers } from '../../../support/site-papers.ts'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })
let admin: Admin
beforeEach(async () => {
  admin = await logIn(site)
})

/** Adds subscribers one minute after another; `until` is when the last one is added. */
async function addPeople(emails: string[], topics: string[] = [], until = NOW): Promise<void> {
  for (const [n, email] of emails.entries()) {
    site.clock.moveTo(new Date(until.getTime() - (emails.length - n) * 60_000))
    await addSubscriber(site.deps, { email, topics, consent: 'paper' })
  }
  site.clock.moveTo(NOW)
}

/** The names in a list: "ann" of "ann@…". */
const namesIn = (body: string): string[] =>
  [...body.matchAll(/<th scope="row"[^>]*><a href="[^"]+">([^@<]+)@/g)].map(([, name]) => name!)

const filtered = (query: string) =>
  admin.post('/admin/subscribers', Object.fromEntries(new URLSearchParams(query)))
const names = async (query: string): Promise<string[]> => namesIn((await filtered(query)).body)

const nextIn = (body: string): string | undefined => /name="after" value="([^"]+)"/.exec(body)?.[1]

describe('the list of subscribers', () => {
  test('by address has no next page after a subscriber who was erased', async () => {
    await addPeople(['ann@lab.example', 'bob@lab.example'])
    const { id } = await site.db.subscriber.findFirstOrThrow({ where: { address: 'ann@lab.example' } })
    await eraseSubscriber(site.deps, { email: 'ann@lab.example' })
    expect(await names(`sort=address&after=${id}`)).toEqual([])
    expect(await names('sort=address')).toEqual(['bob'])
  })

  test('explains an address that is suppressed', async () => {
    await suppress(site.deps, { email: 'gone@lab.example', reason: 'complaint' })
    const { body } = await filtered('contains=gone@lab.example')
    expect(body).toContain(fill(words.admin.subscribers.suppressed, { reason: 'complaint' }))
  })

  test('is filtered by state in its address, and by typed text only in forms', async () => {
    await addPeople(['ann@lab.example'])
    expect(namesIn((await admin.get('/admin/subscribers?state=active&sort=address')).body)).toEqual(['ann'])
    expect(namesIn((await admin.get('/admin/subscribers?state=pending')).body)).toEqual([])
    const { body } = await filtered('contains=ann@lab&state=active')
    expect(namesIn(body)).toEqual(['ann'])
    expect(body).not.toMatch(/(href|action)="[^"]*(@|%40|contains)/)
    expect(body).not.toContain('method="get"')
  })

  test('is sorted by newest and by address, and filtered by state, address and topic', async () => {
    await addPeople(['cid@lab.example', 'ann@lab.example', 'b_b@other.example'], ['attention'])
    await addSubscriber(site.deps, { email: 'new@lab.example', topics: ['robots'] })
    expect(await names('')).toEqual(['new', 'b_b', 'ann', 'cid'])
    expect(await names('sort=address')).toEqual(['ann', 'b_b', 'cid', 'new'])
    expect(await names('contains=@LAB.')).toEqual(['new', 'ann', 'cid'])
    expect(await names('contains=_')).toEqual(['b_b'])
    expect(await names('contains=%25')).toEqual([])
    expect(await names('follows=ATTEN&sort=address')).toEqual(['ann', 'b_b', 'cid'])
    expect(await names('state=pending')).toEqual(['new'])
    expect(await names('state=nonsense&sort=nonsense&after=%00')).toHaveLength(4)
    const { body } = await filtered('contains=lab&state=active')
    expect(body).toContain(`${counted(2, words.admin.counts.subscriber, { number: 2 })}</h2>`)
    expect(body).toContain(
      'name="contains" autocomplete="off" inputmode="email" spellcheck="false" maxlength="200" value="lab"',
    )
    expect(body).toContain('<option selected>active</option>')
  })

  test('has those who were emailed last first, with the email', async () => {
    await addPeople(['never@lab.example'])
    await addPeople(['ann@lab.example', 'bob@lab.example'], ['attention'], new Date('2026-11-23T07:00:00Z'))
    await addPapers(site.db, ['2026-11-24'])
    await planDigests(site.deps)
    const ann = await site.db.subscriber.findFirstOrThrow({ where: { address: 'ann@lab.example' } })
    const { id } = await site.db.message.findFirstOrThrow({ where: { subscriberId: ann.id } })
    await site.db.message.updateMany({ where: { id }, data: { datedAt: new Date(NOW.getTime() + 60_000) } })
    const { body } = await admin.get('/admin/subscribers?sort=last-email')
    expect(namesIn(body)).toEqual(['ann', 'bob'])
    expect(body).toContain(`href="/admin/messages/${id}">24 Nov 2026, 12:01`)
  })

  test.each(['newest', 'address', 'last-email'])(
    'has each subscriber once over its pages: %s',
    async (sort) => {
      const emails = Array.from({ length: 53 }, (_, n) => `p${n}@lab.example`)
      await addPeople(emails, ['attention'], new Date('2026-11-23T07:00:00Z'))
      await addPapers(site.db, ['2026-11-24'])
      await planDigests(site.deps)
      const { body } = await filtered(`sort=${sort}&contains=@lab.`)
      const second = await filtered(`sort=${sort}&contains=@lab.&after=${nextIn(body)}`)
      expect(nextIn(second.body)).toBeUndefined()
      expect(namesIn(body)).toHaveLength(50)
      const all = [...namesIn(body), ...namesIn(second.body)]
      expect(all.map((name) => `${name}@lab.example`).sort()).toEqual(emails.sort())
    },
  )
})
