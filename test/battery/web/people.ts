import { changeByLink } from '../../../src/account/change-by-link.ts'
import { chooseFewerEmails } from '../../../src/account/fewer-emails.ts'
import { requestAddressChange } from '../../../src/account/request-address-change.ts'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { unsubscribe } from '../../../src/account/unsubscribe.ts'
import type { ServiceDeps } from '../../../src/core/deps.ts'
import { type LinkPurpose, signLink } from '../../../src/subscribers/links.ts'
import { ownDigestPage } from '../../../src/subscribers/page-links.ts'
import { readTypedSettings } from '../../../src/subscribers/read-signup.ts'
import type { MailFormat } from '../../../src/subscribers/subscriber.ts'
import { inboxPath } from '../../../src/web/signup/inbox-view.ts'
import { type Made, madeFor } from './feature-sites.ts'
import { HOSTILE } from './hostile.ts'
import { EVERY_DAY, READER } from './seed.ts'

/**
 * asked: has not confirmed. refused: the same, and the email was refused. fewer: is active and just chose fewer emails.
 * moving: gave a new address, and did not confirm it.
 */
export type State = 'asked' | 'refused' | 'active' | 'fewer' | 'ended' | 'moving'

/** In the path of a page: of a link that was mailed, or of the page after the subscribe form. */
export type TokenPurpose = LinkPurpose | 'check-inbox'

export interface Person {
  email: string
  subscriberId: string
  /** The id of one of their messages, or of the reader's. */
  messageId: string
  /** The page of a digest for its reader, another person: only the reader got a digest of hostile papers. */
  readersDigest: string
  format: MailFormat
  /** In the link of that purpose that they got last. */
  token(purpose: TokenPurpose): string
  topicId: number
  /** The id of their newest change; 0 if there is no change. */
  changeId: number
  /** Nothing, unless they are active. */
  made: Made
}

let count = 0

/** A person who occurs only once. */
export async function somebody(
  deps: ServiceDeps,
  state: State,
  format: MailFormat = 'html',
): Promise<Person> {
  const email = `person${count++}@people.example`
  const typed = { email, topics: [HOSTILE.topic], format, zone: 'UTC', hour: '8', days: EVERY_DAY }
  await addSubscriber(deps, { ...typed, ...(isConfirmed(state) && { consent: 'for these tests' }) })
  const { id, epoch } = await deps.db.subscriber.findFirstOrThrow({ where: { address: email } })
  const issuedAt = deps.clock.now()
  const sign = (purpose: LinkPurpose, of = id) =>
    signLink({ purpose, id: of, epoch, issuedAt }, deps.config.APP_SECRET[0]!)
  if (state === 'refused') await refuseMail(deps, id)
  if (state === 'active') await changeOnce(deps, sign('manage'))
  if (state === 'fewer') await chooseFewerEmails(deps, { token: sign('unsubscribe'), choice: 'weekly' })
  if (state === 'ended') await unsubscribe(deps, { token: sign('unsubscribe'), how: 'page' })
  if (state === 'moving') await requestAddressChange(deps, { token: sign('account'), email: `new-${email}` })
  const ids = await idsOf(deps, id)
  const others: Partial<Record<LinkPurpose, number | string>> = ids
  const reader = await deps.db.subscriber.findFirstOrThrow({ where: { address: READER } })
  const readersLink = { purpose: 'manage' as const, id: reader.id, epoch: reader.epoch, issuedAt }
  const readersPage = `/manage/${signLink(readersLink, deps.config.APP_SECRET[0]!)}`
  const sent = { email, settings: readTypedSettings(deps.config, typed), topics: typed.topics }
  const inbox = inboxPath(deps.config, sent, issuedAt).split('/').at(-1)!
  const person: Person = {
    email,
    subscriberId: id,
    readersDigest: ownDigestPage(readersPage, ids.digest),
    format,
    ...ids,
    token: (purpose) => (purpose === 'check-inbox' ? inbox : sign(purpose, String(others[purpose] ?? id))),
    made: { paths: {}, tokens: {}, values: {} },
  }
  if (state !== 'active') return person
  const made = await madeFor(deps, person)
  const token: Person['token'] = (purpose) => made.tokens[purpose as LinkPurpose] ?? person.token(purpose)
  return { ...person, made, token }
}

const isConfirmed = (state: State): boolean => state !== 'asked' && state !== 'refused'

async function refuseMail({ db }: ServiceDeps, subscriberId: string): Promise<void> {
  await db.message.updateMany({ where: { subscriberId }, data: { state: 'refused', reason: 'test' } })
}

async function changeOnce(deps: ServiceDeps, token: string): Promise<void> {
  await changeByLink(deps, token, ({ topics }) => ({
    topics: topics.map(({ query }) => ({ query, name: HOSTILE.name.slice(0, 90) })),
  }))
}

/** What their links and forms name, beside the subscriber. */
async function idsOf({ db }: ServiceDeps, subscriberId: string) {
  const newest = { where: { subscriberId }, orderBy: { id: 'desc' } } as const
  const digest = await db.message.findFirstOrThrow({ where: { kind: 'digest', toAddress: READER } })
  return {
    confirm: (await db.signup.findFirst(newest))?.id,
    move: (await db.addressChange.findFirst(newest))?.id,
    digest: digest.id,
    messageId: (await db.message.findFirst({ where: { subscriberId } }))?.id ?? digest.id,
    topicId: (await db.topic.findFirst(newest))?.id ?? 0,
    changeId: (await db.change.findFirst(newest))?.id ?? 0,
  }
}

const FOR_WHOM: Partial<Record<LinkPurpose, State>> = {
  confirm: 'asked',
  resubscribe: 'ended',
  move: 'moving',
}

/** An active subscriber who also holds links of others: each of them does something. */
export async function holderOfAll(deps: ServiceDeps): Promise<Person> {
  const holder = await somebody(deps, 'active')
  const others = new Map<string, Person>()
  for (const [purpose, state] of Object.entries(FOR_WHOM)) others.set(purpose, await somebody(deps, state))
  return { ...holder, token: (purpose) => (others.get(purpose) ?? holder).token(purpose) }
}
