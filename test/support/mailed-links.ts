import { simpleParser } from 'mailparser'
import { dayOf } from '../../src/core/dates.ts'
import { openComposer } from '../../src/emails/compose-message.ts'
import type { Prisma } from '../../src/generated/prisma/client.ts'
import type { Compose, TakenMessage } from '../../src/mail/message.ts'
import { type LinkPurpose, signLink } from '../../src/subscribers/links.ts'
import type { TestSite } from './site.ts'

export interface Mailed {
  subject: string
  text: string
  html: string
  /** The path of the first link to our pages behind a token. */
  path: string
}

export interface StoredEmail {
  raw: string
  subject: string
  text: string
  /** Null in an email that has only text. */
  html: string | null
}

/** The email of a row of messages, with its digest, made as it would go out. */
export async function composeStored(
  compose: Compose,
  row: Prisma.MessageGetPayload<{ include: { digest: true } }>,
): Promise<StoredEmail> {
  const localDate = dayOf(row.localDate)
  const message = {
    ...row,
    localDate,
    digestContent: row.digest?.content,
    uncertainBefore: false,
  } as TakenMessage
  const { raw } = await compose(message)
  const { subject = '', text = '', html } = await simpleParser(raw)
  return { raw: raw.toString(), subject, text, html: html || null }
}

/** The newest email of a kind to an address, made as it would go out. */
export async function mailed({ db, deps }: TestSite, kind: string, address: string): Promise<Mailed> {
  const row = await db.message.findFirstOrThrow({
    where: { kind, toAddress: address },
    include: { digest: true },
    orderBy: [{ datedAt: 'desc' }, { batchId: 'desc' }],
  })
  const { subject, text, html } = await composeStored(await openComposer(deps), row)
  const path = text.match(/(\/(?:manage|account|move)\/[\w-]{20,})/)?.[1] ?? ''
  return { subject, text, html: html ?? '', path }
}

/** The path of a link, signed now, to the page of a subscriber that serves a purpose whose id is the subscriber's. */
export async function pathOf({ db, deps }: TestSite, purpose: LinkPurpose, address: string): Promise<string> {
  const { id, epoch } = await db.subscriber.findFirstOrThrow({ where: { address } })
  const link = { purpose, id, epoch, issuedAt: deps.clock.now() }
  return `/${purpose}/${signLink(link, deps.config.APP_SECRET[0]!)}`
}

/** How many messages were left, by kind. */
export async function kindsOf({ db }: TestSite, toAddress?: string): Promise<string[]> {
  const rows = await db.message.findMany({
    where: { toAddress },
    orderBy: [{ datedAt: 'asc' }, { batchId: 'asc' }],
  })
  return rows.map(({ kind }) => kind)
}
