import { simpleParser } from 'mailparser'
import { expect, test } from 'vitest'
import { openComposer } from '../../../src/emails/compose-message.ts'
import { counted, fill, words } from '../../../src/i18n/words.ts'
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
  const { text = '', headers } = await simpleParser((await compose(message)).raw)
  return { text, list: headers.get('list') as unknown as { unsubscribe: { url: string } } }
}

test("a digest has valid links to its page and, with the epoch of its planning, to the subscriber's pages", async () => {
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
  expect(text).toContain(`:\n${list.unsubscribe.url}\n`)
})

test('a digest has only titles, and the week, for a subscriber who chose both', async () => {
  const message = await planned()
  const { text } = await mailOf(message)
  const { heading, seeOthers } = words.emails.digest
  expect(text).toContain(`\n${fill(heading.oneOfWeek, { name: 'Robots run' })}\n`)
  expect(text).toContain('Robots run')
  expect(text).not.toContain('Robots walk')
  expect(text).not.toContain('We look at it')
  expect(text).toMatch(new RegExp(`${counted(1, seeOthers)}:\\n\\S+/digest/\\S+#more`))
})
