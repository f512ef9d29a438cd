import { expect, test } from 'vitest'
import { dayOf } from '../../../src/core/dates.ts'
import {
  deleteOldShownPapers,
  openStoredContents,
  SharedPapers,
  storedContents,
} from '../../../src/digests/stored-content.repo.ts'
import { sharedPaper, withAddition } from '../../../src/queries/reasons/shown-paper.ts'
import { useDigestWorld } from '../../support/digest-world.ts'

const world = useDigestWorld()
const DAY = '2026-11-24'

const contentsOn = async (localDate: string) => {
  const rows = await world.db.digest.findMany({
    where: { localDate: new Date(localDate), outcome: 'planned' },
    orderBy: { subscriberId: 'asc' },
  })
  return rows.map(({ content }) => content as unknown)
}

async function planThree(): Promise<unknown[]> {
  await world.addSubscriber('ann', { topics: ['attention'] })
  await world.addSubscriber('bob', { topics: ['attention', 'linear'] })
  await world.addSubscriber('cid', { topics: ['robots'] })
  await world.addPapers(DAY, ['Linear attention', 'Robots'])
  await world.plan(`${DAY}T08:00:00Z`)
  return contentsOn(DAY)
}

test('a paper of several digests is stored once, and a paper of one digest within it', async () => {
  const [ann, bob, cid] = (await planThree()) as { sections: { papers: unknown[] }[] }[]
  const [saved] = await world.db.shownPaper.findMany()
  expect(saved).toMatchObject({ localDate: new Date(DAY), content: { path: expect.any(String) } })
  expect(await world.db.shownPaper.count()).toBe(1)
  expect(ann!.sections[0]!.papers).toEqual([saved!.id])
  expect(bob!.sections[0]!.papers).toEqual([[saved!.id, { also: ['linear'] }]])
  expect(cid!.sections[0]!.papers).toMatchObject([
    { reason: { kind: 'match', found: { title: ['robots'] } } },
  ])
})

test('a paper that is shown equally under different topics is stored once', async () => {
  await world.addSubscriber('ann', { topics: ['robots'] })
  await world.addSubscriber('bob', { topics: ['robots OR penguins'] })
  await world.addPapers(DAY, ['Robots'])
  await world.plan(`${DAY}T08:00:00Z`)
  const contents = (await contentsOn(DAY)) as { sections: { papers: unknown[] }[] }[]
  const [saved] = await world.db.shownPaper.findMany()
  expect(contents.map(({ sections }) => sections[0]!.papers)).toEqual([[saved!.id], [saved!.id]])
})

test('a long run drops its memory of stored papers, and stores them once more', async () => {
  await planThree()
  const { content } = (await world.digestsOf('ann'))[DAY]!
  const shared = new SharedPapers()
  const store = () => storedContents(world.db, [content, content], { localDate: DAY, shared })
  const before = await store()
  for (let n = 0; n < 500_001; n++) shared.shown.add(`${n}`)
  for (let n = 0; n < 500_001; n++) shared.saved.add(`${n}`)
  expect(await store()).toEqual(before)
  expect([shared.shown.size, shared.saved.size]).toEqual([1, 1])
})

test('equal papers are opened as one object, also if a digest adds to them', async () => {
  const stored = await planThree()
  const open = async () => {
    const contents = await openStoredContents(world.db, [...stored, ...stored, null, {}])
    return contents.map((content) => content?.sections.flatMap(({ papers }) => papers)[0])
  }
  const [ann, bob, cid, ann2, bob2, cid2, ...none] = await open()
  const attention = { kind: 'match', found: { title: ['attention'] } }
  expect(ann).toMatchObject({ reason: attention })
  expect(ann).not.toHaveProperty('also')
  expect(bob).toMatchObject({ reason: attention, also: ['linear'] })
  expect(cid).toMatchObject({ reason: { kind: 'match', found: { title: ['robots'] } } })
  expect([ann2, bob2]).toEqual([ann, bob])
  expect(ann2).toBe(ann)
  expect(sharedPaper(bob!)).toBe(ann)
  expect(sharedPaper(bob2!)).toBe(ann)
  expect(cid2).toEqual(cid)
  expect(none).toEqual([undefined, undefined])
  const [again, bobAgain] = await open()
  expect(again).toBe(ann)
  expect(sharedPaper(bobAgain!)).toBe(ann)
})

test('contents are opened as they were stored, and a shown paper keeps its newest date', async () => {
  await planThree()
  const { content } = (await world.digestsOf('cid'))[DAY]!
  const [section] = content!.sections
  const paper = section!.papers[0]!
  const extended = withAddition(paper, { also: ['cooking'] })
  const both = [content, { ...content!, sections: [{ ...section!, papers: [extended, paper] }] }, null]
  const dates = async () =>
    (await world.db.shownPaper.findMany()).map(({ localDate }) => dayOf(localDate)).sort()
  for (const localDate of [DAY, '2026-11-26', '2026-11-25']) {
    const stored = await storedContents(world.db, both, { localDate, shared: new SharedPapers() })
    expect(await openStoredContents(world.db, JSON.parse(JSON.stringify(stored)))).toEqual(both)
  }
  expect(await dates()).toEqual([DAY, '2026-11-26'])
})

test('a content whose papers are deleted is null, and papers are deleted only with the digests of their date', async () => {
  const stored = await planThree()
  await world.db.shownPaper.create({ data: { id: 'x', localDate: new Date('2026-11-20'), content: {} } })
  expect(await deleteOldShownPapers(world.db, '2026-11-24')).toBe(1)
  expect(await deleteOldShownPapers(world.db, '2026-11-25')).toBe(0)
  const lost = JSON.parse(JSON.stringify(stored[0]).replaceAll(/"papers":\["[^"]+/g, '"papers":["gone'))
  expect(await openStoredContents(world.db, [lost])).toEqual([null])
})

test('a digest whose batch is tried again stores no shared paper', async () => {
  await world.addSubscriber('ann', { topics: ['attention'] })
  await world.addPapers(DAY, ['Linear attention'])
  await world.plan(`${DAY}T08:00:00Z`)
  const contents = await openStoredContents(world.db, await contentsOn(DAY))
  const shared = new SharedPapers()
  const first = { localDate: DAY, shared }
  expect(await storedContents(world.db, contents, first)).toEqual(contents)
  expect(await storedContents(world.db, contents, { ...first, shared: shared.forRetry() })).toEqual(contents)
  expect(await world.db.shownPaper.count()).toBe(0)
})
