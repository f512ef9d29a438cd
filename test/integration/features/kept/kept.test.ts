import { expect, test } from 'vitest'
import { eraseSubscriber } from '../../../../src/account/erase-subscriber.ts'
import { exportSubscriber } from '../../../../src/account/export-account.ts'
import { words } from '../../../../src/i18n/words.ts'
import { prune } from '../../../../src/operator/prune.ts'
import { recordListings } from '../../../../src/papers/listing.repo.ts'
import { sampleRecord } from '../../../support/sample-record.ts'
import { get, post, textOf, useSite } from '../../../support/site.ts'
import { addressesOn, EMAIL, KEYS, listPapers, pressKeep, type Reader, readerOf } from './kept-world.ts'

const site = useSite()

const ownDigest = async ({ manage, digest }: Reader) => (await get(site, `${manage}/digest/${digest}`)).body
const keptRows = () => site.db.keptPaper.findMany({ orderBy: { paperId: 'asc' } })

/** The titles on the page of kept papers, in order. */
const titlesOn = (html: string): string[] =>
  [...html.matchAll(/<article class="paper card">\s*<h2>(.*?)<\/h2>/gs)].map(([, title]) =>
    textOf(title!).trim(),
  )

test('the page of a digest keeps a paper by a form, and says so', async () => {
  const reader = await readerOf(site)
  const [first] = reader.papers
  expect((await ownDigest(reader)).match(/name="do" value="keep"/g)).toHaveLength(2)
  const { statusCode, headers } = await pressKeep(site, reader, first!)
  expect([statusCode, headers.location]).toEqual([
    303,
    `${reader.manage}/digest/${reader.digest}#paper-${first}`,
  ])
  const html = await ownDigest(reader)
  expect(html.match(/name="do" value="keep"/g)).toHaveLength(1)
  expect(html.match(/name="do" value="remove"/g)).toHaveLength(1)
  const { kept } = await addressesOn(site, reader)
  expect(html).toContain(`href="${kept}"`)
  await pressKeep(site, reader, first!, 'remove')
  expect((await ownDigest(reader)).match(/name="do" value="keep"/g)).toHaveLength(2)
})

test('a paper is kept once, with the reason that the digest gave', async () => {
  const reader = await readerOf(site)
  await pressKeep(site, reader, reader.papers[0]!)
  await pressKeep(site, reader, reader.papers[0]!)
  const rows = await keptRows()
  expect(rows).toHaveLength(1)
  expect(rows[0]!.why).toMatchObject({ reason: { kind: 'match' } })
})

test('a subscriber keeps up to 2,000 papers', async () => {
  const reader = await readerOf(site)
  const at = site.clock.now()
  const others = Array.from({ length: 2000 }, (_, i) => ({
    subscriberId: reader.subscriber,
    paperId: 1_000_000 + i,
    at,
  }))
  await site.db.keptPaper.createMany({ data: others })
  const { statusCode, body } = await pressKeep(site, reader, reader.papers[0]!)
  expect([statusCode, /data-code="([^"]+)"/.exec(body)?.[1]]).toEqual([422, 'kept.too-many'])
  expect(await site.db.keptPaper.count()).toBe(2000)
})

test('only papers of one’s own digests can be kept, and a GET changes nothing', async () => {
  const reader = await readerOf(site)
  await listPapers(site, '2026-11-25', ['Robots'])
  const other = await site.db.paper.findFirstOrThrow({ where: { title: 'Robots' } })
  expect((await pressKeep(site, reader, other.id)).statusCode).toBe(404)
  expect((await pressKeep(site, { ...reader, digest: 'nonsense' }, reader.papers[0]!)).statusCode).toBe(404)
  expect((await pressKeep(site, { ...reader, manage: '/manage/x' }, reader.papers[0]!)).statusCode).toBe(404)
  const fields = `?do=keep&paper=${reader.papers[0]}&digest=${reader.digest}`
  expect((await get(site, `${reader.manage}/kept${fields}`)).statusCode).toBe(405)
  await ownDigest(reader)
  await get(site, reader.manage)
  expect([await site.db.keptPaper.count(), await site.db.privateAddress.count()]).toEqual([0, 0])
})

test('the page of kept papers lists them newest first, removes one and undoes it', async () => {
  const reader = await readerOf(site)
  const [one, two] = reader.papers as [number, number]
  await pressKeep(site, reader, one)
  site.clock.moveTo(new Date('2026-11-26T08:00:00Z'))
  await pressKeep(site, reader, two)
  const { kept } = (await addressesOn(site, reader)) as { kept: string }
  const page = await get(site, kept)
  expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
  const titles = titlesOn(page.body)
  expect(titles).toHaveLength(2)
  expect(textOf(page.body)).toContain('attention')

  const removed = await post(site, kept, { do: 'remove', paper: two })
  expect([removed.statusCode, removed.headers.location]).toEqual([303, `${kept}?removed=${two}`])
  const after = (await get(site, removed.headers.location as string)).body
  expect(titlesOn(after)).toEqual([titles[1]])
  expect(textOf(after)).toContain(titles[0]!)
  await get(site, `${kept}?removed=${one}`)
  expect(titlesOn((await get(site, kept)).body)).toEqual([titles[1]])
  await post(site, kept, { do: 'keep', paper: two })
  expect(titlesOn((await get(site, kept)).body)).toEqual(titles)
  expect((await keptRows()).map(({ why }) => why !== null)).toEqual([true, true])
})

test('the page cannot add a paper that was never kept', async () => {
  const reader = await readerOf(site)
  await pressKeep(site, reader, reader.papers[0]!)
  const { kept } = await addressesOn(site, reader)
  await post(site, kept!, { do: 'keep', paper: reader.papers[1] })
  expect(await keptRows()).toHaveLength(1)
})

test('kept papers are exported in each format, with the reason in the note', async () => {
  const reader = await readerOf(site)
  for (const paper of reader.papers) await pressKeep(site, reader, paper)
  const { kept } = await addressesOn(site, reader)
  const files = {
    bib: /annote = \{Matched: attention/,
    ris: /N1 {2}- Matched: attention/,
    'csl.json': /"note": "Matched/,
  }
  for (const [format, note] of Object.entries(files)) {
    const { statusCode, headers, body } = await get(site, `${kept}.${format}`)
    expect(statusCode).toBe(200)
    expect(headers['content-disposition']).toBe(`attachment; filename="kept.${format}"`)
    expect(headers['cache-control']).toBe('no-store')
    expect(body).toMatch(note)
    expect(body.match(/Attention (one|two)/g)?.length).toBeGreaterThanOrEqual(2)
  }
})

test('a paper that is merged into another one stays kept, once, and can be removed', async () => {
  const reader = await readerOf(site, Object.keys(KEYS))
  for (const paper of reader.papers) await pressKeep(site, reader, paper)
  const records = [sampleRecord({ title: 'Attention by number', keys: Object.values(KEYS).flat() })]
  const now = site.clock.now()
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-25', records, now })
  expect(await site.db.paper.count()).toBe(1)
  const { kept } = await addressesOn(site, reader)
  expect(titlesOn((await get(site, kept!)).body)).toHaveLength(1)
  expect((await ownDigest(reader)).match(/name="do" value="remove"/g)).toHaveLength(2)
  await post(site, kept!, { do: 'remove', paper: Math.min(...reader.papers) })
  expect(titlesOn((await get(site, kept!)).body)).toEqual([])
})

test('a paper beyond the limit is refused with a sentence', async () => {
  const reader = await readerOf(site)
  const data = Array.from({ length: 2000 }, (_, i) => ({
    subscriberId: reader.subscriber,
    paperId: 10_000 + i,
    at: site.clock.now(),
  }))
  await site.db.keptPaper.createMany({ data })
  const { statusCode, body } = await pressKeep(site, reader, reader.papers[0]!)
  expect(statusCode).toBe(422)
  expect(textOf(body)).toContain('2000')
})

test('the export of a person has what they keep, and erasing deletes it with the addresses', async () => {
  const reader = await readerOf(site)
  await pressKeep(site, reader, reader.papers[0]!)
  const { kept } = await addressesOn(site, reader)
  const exported = await exportSubscriber(site.deps, { email: EMAIL })
  expect(exported).toMatchObject({
    keptPapers: [{ paper: reader.papers[0], removedAt: null, why: { reason: { kind: 'match' } } }],
    privateAddresses: [{ purpose: 'kept', endedAt: null }],
  })
  expect(JSON.stringify(exported)).not.toContain(kept!.slice('/kept/'.length))
  await eraseSubscriber(site.deps, { email: EMAIL })
  expect([await site.db.keptPaper.count(), await site.db.privateAddress.count()]).toEqual([0, 0])
  expect((await get(site, kept!)).statusCode).toBe(404)
})

test('removed papers are pruned, kept ones stay', async () => {
  const reader = await readerOf(site)
  for (const paper of reader.papers) await pressKeep(site, reader, paper)
  await pressKeep(site, reader, reader.papers[1]!, 'remove')
  site.clock.moveTo(new Date('2027-11-25T08:00:00Z'))
  expect(await prune(site.deps, { dryRun: true })).toMatchObject({ removedPapers: 1 })
  await prune(site.deps)
  expect((await keptRows()).map(({ paperId }) => paperId)).toEqual([reader.papers[0]])
})

test('for visitors each paper has a link to sign up, and a script', async () => {
  await listPapers(site, '2026-11-24', ['Attention one'])
  const { body, headers } = await get(site, '/papers/date/2026-11-24')
  const { path } = /href="\/subscribe" data-keep="(?<path>[^"]+)"/.exec(body)!.groups!
  expect(body).toContain(`<a href="${path}">`)
  expect(body.match(/<script src="\/keep\.js" defer>/g)).toHaveLength(1)
  expect(headers['content-security-policy']).toContain("script-src 'self'")
  const script = await get(site, '/keep.js')
  expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8')
  const page = await get(site, '/kept')
  expect(page.body).toContain('<script src="/keep.js" defer>')
  expect(textOf(page.body)).toContain(words.kept.here.noScript)
})
