import { planDigests } from '../../../../src/digests/plan-digests.ts'
import { recordListings } from '../../../../src/papers/listing.repo.ts'
import type { SourceRecord } from '../../../../src/sources/source.ts'
import { signLink } from '../../../../src/subscribers/links.ts'
import { arxivKey, sampleRecord } from '../../../support/sample-record.ts'
import { get, post, subscribeThroughSite, type TestSite } from '../../../support/site.ts'

export const EMAIL = 'ann@reader.example'

const DIGEST_HOUR = new Date('2026-11-25T08:00:00Z')

export interface Reader {
  subscriber: string
  /** /manage/… */
  manage: string
  /** The id of the email with the digest. */
  digest: string
  /** The ids of the papers in it, in order. */
  papers: number[]
}

/** Ann follows attention, and her first digest is planned. */
export async function readerOf(site: TestSite, titles = ['Attention one', 'Attention two']): Promise<Reader> {
  await subscribeThroughSite(site, EMAIL, { topic: 'attention', hour: 8, zone: 'UTC' })
  await listPapers(site, '2026-11-24', titles)
  site.clock.moveTo(DIGEST_HOUR)
  await planDigests(site.deps)
  const { id: digest, digest: planned } = await site.db.message.findFirstOrThrow({
    where: { kind: 'digest' },
    include: { digest: true },
  })
  const { id: subscriber } = await site.db.subscriber.findFirstOrThrow({ where: { address: EMAIL } })
  return { subscriber, manage: await managePath(site, subscriber), digest, papers: planned!.papers }
}

/** The path of a subscriber's manage page in their present epoch. */
export async function managePath({ db, clock, deps }: TestSite, id: string): Promise<string> {
  const { epoch } = await db.subscriber.findUniqueOrThrow({ where: { id } })
  const link = { purpose: 'manage' as const, id, epoch, issuedAt: clock.now() }
  return `/manage/${signLink(link, deps.config.APP_SECRET[0]!)}`
}

/** Two papers with different identifiers; a record with both shows that they are one. */
export const KEYS: Record<string, SourceRecord['keys']> = {
  'Attention by number': [arxivKey('2611.00001')],
  'Attention by DOI': [{ scheme: 'doi', value: '10.1000/attention' }],
}

export async function listPapers(site: TestSite, day: string, titles: readonly string[]): Promise<void> {
  const records = titles.map((title) =>
    sampleRecord({ title, abstract: `About attention. ${title}.`, keys: KEYS[title] ?? [] }),
  )
  await recordListings(site.db, { source: 'huggingface', day, records, now: site.clock.now() })
}

export const pressKeep = (site: TestSite, { manage, digest }: Reader, paper: number, action = 'keep') =>
  post(site, `${manage}/kept`, { do: action, paper, digest })

/** The paths of the private addresses on the manage page: kept page, feed of digests, feed of kept papers. */
export async function addressesOn(site: TestSite, { manage }: Reader) {
  const { body } = await get(site, manage)
  const found = (pattern: RegExp) => pattern.exec(body)?.[1]
  return {
    kept: found(/href="(\/kept\/[\w-]+)"/),
    feed: found(/href="(\/feed\/[\w-]+)\.xml"/),
    keptFeed: found(/href="(\/kept\/[\w-]+)\.xml"/),
  }
}

export const makeFeeds = async (site: TestSite, reader: Reader, action = 'make') => {
  await post(site, `${reader.manage}/feeds`, { do: action })
  return addressesOn(site, reader)
}
