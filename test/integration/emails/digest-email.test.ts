import { simpleParser } from 'mailparser'
import { expect, test } from 'vitest'
import { openComposer } from '../../../src/emails/compose-message.ts'
import type { TakenMessage } from '../../../src/mail/message.ts'
import { readLink } from '../../../src/subscribers/links.ts'
import { useDigestWorld } from '../../support/digest-world.ts'

const world = useDigestWorld()

async function planned(): Promise<TakenMessage> {
  await world.addSubscriber('ann', { topics: ['robots'], days: ['tue'], max: 1 })
  await world.db.subscriber.update({ where: { id: 'ann' }, data: { epoch: 3, detail: 'titles' } })
  await world.addPapers('2026-11-24', ['Robots walk', 'Robots run'])
  await world.plan('2026-11-24T08:00:00Z')
  const row = await world.db.message.findFirstOrThrow({ include: { digest: true } })
  return { ...row, digestContent: row.digest!.content } as unknown as TakenMessage
}

async function mailOf(message: TakenMessage) {
  const compose = await openComposer(world.deps)
  const { subject, text = '', headers } = await simpleParser((await compose(message)).raw)
  return { subject, text, list: headers.get('list') as unknown as { unsubscribe: { url: string } } }
}

test('a digest holds links that work: its own page, and its reader’s under the epoch of then', async () => {
  const message = await planned()
  await world.db.subscriber.update({ where: { id: 'ann' }, data: { epoch: 4, detail: 'full' } })
  const { text, list } = await mailOf(message)
  const linkIn = (purpose: 'manage' | 'digest' | 'unsubscribe') => {
    const token = new RegExp(`/${purpose}/([\\w-]+)`).exec(text)![1]!
    return readLink(token, purpose, world.config.APP_SECRET, message.datedAt)
  }
  expect(linkIn('manage')).toMatchObject({ id: 'ann', epoch: 3 })
  expect(linkIn('digest')).toMatchObject({ id: message.id })
  expect(linkIn('unsubscribe')).toMatchObject({ id: 'ann' })
  expect(text).toContain(`Unsubscribe:\n${list.unsubscribe.url}\n`)
})

test('has only titles, or a week, for subscribers who chose that', async () => {
  const message = await planned()
  const { subject, text } = await mailOf(message)
  expect(subject).toBe('1 matches robots this week: Robots run')
  expect(text).toContain('1 new paper this week\n\nListed 23–24 Nov. 1 more matches and is on the site.\n')
  expect(text).toContain('and get one email a week.')
  expect(text).not.toContain('We look at it')
  expect(text).toMatch(/See the other one:\n\S+\/digest\/\S+#more/)
})
