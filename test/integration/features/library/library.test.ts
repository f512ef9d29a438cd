import { beforeEach, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { counted, fill, words } from '../../../../src/i18n/words.ts'
import { importPapers, parseList } from '../../../../src/papers/import-papers.ts'
import { recordListings } from '../../../../src/papers/listing.repo.ts'
import { openArchive } from '../../../../src/search/open-archive.ts'
import { signLink } from '../../../../src/subscribers/links.ts'
import { saveVote } from '../../../../src/subscribers/vote.repo.ts'
import { checksums } from '../../../support/checksums.ts'
import { CARS, CELLS, learnSpace } from '../../../support/learned-space.ts'
import { get, NOW, post, textOf, useSite } from '../../../support/site.ts'

const site = useSite()

const SUBJECTS = ['speculative decoding', 'protein folding']
const PAPERS = [
  ...SUBJECTS.flatMap((subject, at) =>
    Array.from({ length: 6 }, (_, n) => ({
      id: `2611.${at + 1}000${n}`,
      title: `On ${subject}, part ${n}`,
      summary: `A study of ${subject}.`,
    })),
  ),
  ...Array.from({ length: 60 }, (_, n) => ({ title: `Of crystal ${n}`, summary: `It grows in salt ${n}.` })),
]

beforeEach(async () => {
  const { records } = parseList(PAPERS)
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-20', records, now: site.clock.now() })
})

const BIB = `@article{a, title = {Fast {Speculative Decoding}}}
@article{b, title = {Speculative decoding on phones}}
@article{c, title = {No end
@article{d, eprint = {2611.20003}}
@article{e, title = {Rates of protein folding}}
@misc{f, eprint = {2501.99999}}
@article{g, title = {Speculative decoding at scale}}
@article{h, title = {The limits of speculative decoding}}`

type Part = [name: string, value: string, file?: string]

/** A form with a file, as a browser posts it. */
function upload(url: string, parts: readonly Part[], charset: BufferEncoding = 'utf8') {
  const body = parts.map(([name, value, file]) => {
    const type = file === undefined ? '' : `; filename="${file}"\r\ncontent-type: application/octet-stream`
    return `--x-y\r\ncontent-disposition: form-data; name="${name}"${type}\r\n\r\n${value}\r\n`
  })
  return site.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'multipart/form-data; boundary=x-y', accept: 'text/html' },
    payload: Buffer.from(`${body.join('')}--x-y--\r\n`, charset),
  })
}

const spendSearches = () =>
  site.db.$executeRaw`
    insert into bucket (key, tokens, at)
    select key, 0, now() from unnest(${['search 127.0.0.0/24', 'search 127.0.0.1/32']}::text[]) key
    on conflict (key) do update set tokens = 0, at = now()`

/** The first submit button of the form that has an attribute. */
const firstButton = (html: string, attribute: string) =>
  /<button(?! type="button").*?<\/button>/s.exec(html.slice(html.indexOf(attribute)))?.[0]

const fieldOf = (html: string, name: string) =>
  new RegExp(`<textarea id="${name}"[^>]*>([^<]*)<`).exec(html)?.[1]?.replaceAll('&quot;', '"')

describe('a library on the subscribe page', () => {
  test('in a file becomes topics with their preview; skipped entries are named, and what was typed is kept', async () => {
    const before = await checksums(site.db)
    const { statusCode, body } = await upload('/subscribe/library', [
      ['email', 'ann@example.com'],
      ['topic', 'zeolites'],
      ['hour', '6'],
      ['days', ''],
      ['days', 'sat'],
      ['library', ''],
      ['library', BIB, 'my.bib'],
    ])
    expect(statusCode).toBe(200)
    expect(fieldOf(body, 'topic')).toBe('zeolites\n"speculative decoding"\n"protein folding"')
    expect(body).toContain('value="ann@example.com"')
    expect(body).toMatch(/<option value="6" selected>/)
    expect(body).toMatch(/id="days-sat"[^>]* checked/)
    const text = textOf(body)
    expect(text).toContain('We read 6 papers and added 2 topics below.')
    expect(text).toContain(
      'We skipped 2 entries: Line 3: a closing brace or quote is missing Line 6: it has no title',
    )
    expect(text).toContain('speculative decoding 6 papers in 30 days')
    expect(fieldOf(body, 'library')).toBe('')
    expect(await checksums(site.db)).toEqual({ ...before, bucket: expect.anything() })
    expect(site.logged.join()).not.toContain('phones')
  })

  test('is read if it is pasted without a file', async () => {
    const library = '2611.10001\nhttps://arxiv.org/abs/2611.10002\n2611.10003'
    const { body } = await post(site, '/subscribe/library', { library })
    expect(fieldOf(body, 'topic')).toBe('"speculative decoding"')
  })

  test('is read in UTF-16', async () => {
    // A form in Latin-1 keeps each byte of the file as one character.
    const bytes = Buffer.from(`\ufeff${BIB}`, 'utf16le').toString('latin1')
    const { body } = await upload('/subscribe/library', [['library', bytes, 'a.bib']], 'latin1')
    expect(fieldOf(body, 'topic')).toBe('"speculative decoding"\n"protein folding"')
  })

  test('is read in Windows-1252', async () => {
    const bib = '@a{a, title = {Protein folding à la carte}}\n@a{b, title = {Protein folding für alle}}'
    const { body } = await upload('/subscribe/library', [['library', bib, 'a.bib']], 'latin1')
    expect(fieldOf(body, 'topic')).toBe('"protein folding"')
  })

  test('stays in the form if it has no shared subject', async () => {
    const library = 'Medieval trade routes\nLattice gauge theory'
    const { statusCode, body } = await post(site, '/subscribe/library', { library, topic: 'x' })
    expect(statusCode).toBe(200)
    expect(textOf(body)).toContain('We read 2 papers but couldn’t spot a shared topic.')
    expect([fieldOf(body, 'library'), fieldOf(body, 'topic')]).toEqual([library, 'x'])
  })

  const LONG = Array.from({ length: 4000 }, (_, n) => `Of ${n} in ${n * 7919}, ${n * 104729}`).join('\n')

  test.each([
    ['a file', [['library', 'Medieval trade routes', 'a.txt']], 'choose it again'],
    ['a long file', [['library', LONG, 'a.txt']], 'choose it again'],
    ['a long text', [['library', LONG]], 'paste less of it, or choose a file'],
    ['a text that is long as forms send it', [['library', '“”\n'.repeat(6000)]], 'paste less of it'],
  ] satisfies [string, Part[], string][])(
    '%s does not stay in the form, which says so',
    async (_, parts, said) => {
      for (const isRefused of [false, true]) {
        if (isRefused) await spendSearches()
        const { statusCode, body } = await upload('/subscribe/library', [['topic', 'x'], ...parts])
        expect([statusCode, fieldOf(body, 'library'), fieldOf(body, 'topic')]).toEqual([
          isRefused ? 429 : 200,
          '',
          'x',
        ])
        expect(textOf(body)).toContain(said)
        expect(body).toMatch(/<details class="library" open>/)
      }
    },
  )

  test('subscribes with the first button, which Enter presses', async () => {
    const first = firstButton((await get(site, '/subscribe')).body, 'action="/subscribe"')
    expect(first).toMatch(/^<button type="submit" class="unseen"/)
    expect(first).not.toContain('formaction')
  })

  test('refuses an empty library, and topics that cannot be read, and keeps what was typed', async () => {
    const empty = await upload('/subscribe/library', [
      ['email', 'ann@example.com'],
      ['library', '', ''],
    ])
    expect([empty.statusCode, textOf(empty.body).includes(words.errors['library.empty'])]).toEqual([
      422,
      true,
    ])
    expect(empty.body).toContain('value="ann@example.com"')
    const wrong = await upload('/subscribe/library', [
      ['topic', 'a AND'],
      ['library', BIB, 'my.bib'],
    ])
    expect(wrong.statusCode).toBe(422)
    expect(fieldOf(wrong.body, 'topic')).toBe('a AND\n"speculative decoding"\n"protein folding"')
  })

  test('does not add a topic that is already typed, and adds up to twenty', async () => {
    const topics = ['"speculative decoding"', ...Array.from({ length: 18 }, (_, n) => `topic${n}`)]
    const { body } = await post(site, '/subscribe/library', { library: BIB, topic: topics.join('\n') })
    expect(fieldOf(body, 'topic')).toBe([...topics, '"protein folding"'].join('\n'))
    const again = await post(site, '/subscribe/library', {
      library: 'Protein folding',
      topic: '"protein folding"',
    })
    expect(textOf(again.body)).toContain(
      fill(words.library.taken, { papers: counted(1, words.counts.paper) }),
    )
  })

  test('refuses more than 5 MB, a long text without multipart, hundreds of fields, and a body that is not a form', async () => {
    const large = await upload('/subscribe/library', [['library', 'x'.repeat(5_300_000), 'a.bib']])
    expect([large.statusCode, large.body.includes('more than this form accepts')]).toEqual([413, true])
    const text = await post(site, '/subscribe/library', { library: 'x'.repeat(150_000) })
    expect(text.statusCode).toBe(413)
    const parts = Array.from({ length: 600 }, (_, n): Part => ['topic', `topic${n}`])
    expect((await upload('/subscribe/library', parts)).statusCode).toBe(400)
    const broken = await site.app.inject({
      method: 'POST',
      url: '/subscribe/library',
      headers: { 'content-type': 'multipart/form-data', accept: 'text/html' },
      payload: 'nothing',
    })
    expect([broken.statusCode, broken.body.includes('We couldn’t read what was sent')]).toEqual([400, true])
  })

  test('counts against the limit of searches, and keeps the library when that is reached', async () => {
    await spendSearches()
    const { statusCode, body } = await post(site, '/subscribe/library', { library: 'Protein folding' })
    expect([statusCode, fieldOf(body, 'library')]).toEqual([429, 'Protein folding'])
  })
})

describe('a library on the manage page', () => {
  async function managePath(topics = ['"protein folding"']): Promise<string> {
    await addSubscriber(site.deps, {
      email: 'ann@example.com',
      topics,
      consent: 'on paper',
    })
    const { id, epoch } = await site.db.subscriber.findFirstOrThrow()
    return `/manage/${signLink({ purpose: 'manage', id, epoch, issuedAt: NOW }, site.deps.config.APP_SECRET[0]!)}`
  }

  async function wantedTitles(): Promise<string[]> {
    const votes = await site.db.vote.findMany({ where: { kind: 'more' } })
    const id = { in: votes.map(({ paperId }) => paperId) }
    return (await site.db.paper.findMany({ where: { id }, orderBy: { title: 'asc' } })).map(
      ({ title }) => title,
    )
  }

  test('puts new topics into the field, with their preview; nothing changes before the button is pressed', async () => {
    const path = await managePath()
    const before = await checksums(site.db)
    const fields: Part[] = [
      ['do', 'settings'],
      ['shown', 'hour=8'],
      ['hour', '21'],
      ['topic', 'zeolites'],
    ]
    const { statusCode, body, headers } = await upload(`${path}/library`, [
      ...fields,
      ['library', BIB, 'my.bib'],
    ])
    expect([statusCode, headers['cache-control']]).toEqual([200, 'no-store'])
    expect(fieldOf(body, 'topic')).toBe('zeolites\n"speculative decoding"')
    expect(body).toMatch(/<option value="21" selected>/)
    expect(textOf(body)).toContain('We read 6 papers and added 1 topic below.')
    expect(textOf(body)).toContain('6 papers in 30 days')
    expect(body).not.toContain('formaction="/preview')
    expect(await checksums(site.db)).toEqual({ ...before, bucket: expect.anything() })
  })

  test('counts papers on the site as More under the topics that they match if the box is checked, and still proposes topics', async () => {
    const path = await managePath(['decoding'])
    const library = '2611.10001\nhttps://arxiv.org/abs/2611.10002\n2611.10003\nMedieval trade routes'
    for (const _ of ['once', 'again']) {
      const { body } = await post(site, `${path}/library`, { do: 'settings', library, learn: 'yes' })
      expect(textOf(body)).toContain('added 1 topic below. Saved: 3 of them count as “more like this”.')
      expect(body).not.toMatch(/id="learn"[^>]* checked/)
      expect(await wantedTitles()).toEqual([1, 2, 3].map((n) => `On speculative decoding, part ${n}`))
    }
  })

  test('learns nothing from papers elsewhere, and keeps the checked box of a refused form', async () => {
    const path = await managePath()
    const learn = { do: 'settings', learn: 'yes' }
    const elsewhere = await post(site, `${path}/library`, { ...learn, library: 'Medieval trade routes' })
    expect(textOf(elsewhere.body)).toContain(
      'None of them matches one of your topics here, so we learned nothing from them.',
    )
    const empty = await post(site, `${path}/library`, learn)
    expect([empty.statusCode, /id="learn"[^>]* checked/.test(empty.body)]).toEqual([422, true])
    expect(await site.db.vote.count()).toBe(0)
  })

  test('counts up to 50 papers, the newest ones', async () => {
    const path = await managePath(['crystal'])
    const old = parseList([{ id: '2610.00001', title: 'Of crystal and amber', summary: 'Old.' }])
    await recordListings(site.db, {
      source: 'huggingface',
      day: '2026-10-20',
      records: old.records,
      now: site.clock.now(),
    })
    const library = ['2610.00001', ...Array.from({ length: 60 }, (_, n) => `Of crystal ${n}`)].join('\n')
    await post(site, `${path}/library`, { do: 'settings', library, learn: 'yes' })
    const wanted = await wantedTitles()
    expect([wanted.length, wanted.includes('Of crystal and amber')]).toEqual([50, false])
  })

  test('counts close papers in the preview if the emails of the subscriber show them', async () => {
    const path = await managePath()
    const listed = (titles: string[]) => JSON.stringify(titles.map((title) => ({ title, summary: title })))
    await importPapers(site.deps, { text: listed(CARS), day: '2026-11-01' })
    await importPapers(site.deps, { text: listed(['Automobile engine', ...CELLS]), day: '2026-11-24' })
    await learnSpace(site.db)
    site.clock.moveTo(new Date('2026-11-24T12:02:00Z'))
    await openArchive(site.deps, { withVectors: true })
    const previewed = async (related: boolean) => {
      await site.db.subscriber.updateMany({ data: { related } })
      const form = { do: 'settings', offer: '"car engine"', offered: '"car engine"' }
      return textOf((await post(site, `${path}/library`, form)).body)
    }
    expect(await previewed(true)).toContain('3 match, 1 comes close in 30 days')
    expect(await previewed(false)).toContain('3 papers in 30 days')
  })

  test('does not overrule Less', async () => {
    const path = await managePath(['decoding'])
    const { id: topicId } = await site.db.topic.findFirstOrThrow()
    const library = [1, 2, 3].map((n) => `On speculative decoding, part ${n}`).join('\n')
    const { paperId } = await site.db.listing.findFirstOrThrow({
      where: { paper: { title: 'On speculative decoding, part 1' } },
    })
    const vote = { paperId, at: site.clock.now(), close: false, phrases: new Map() }
    await saveVote(site.db, topicId, { ...vote, kind: 'less' })
    const { body } = await post(site, `${path}/library`, { do: 'settings', library, learn: 'yes' })
    expect(textOf(body)).toContain('Saved: 2 of them count as “more like this”.')
    expect(await site.db.vote.count({ where: { kind: 'less' } })).toBe(1)
  })

  test('keeps references next to a file in the form, with a message that they were not read', async () => {
    const { body } = await upload(`${await managePath()}/library`, [
      ['do', 'settings'],
      ['library', '2507.06457'],
      ['library', 'Medieval trade routes', 'a.txt'],
    ])
    expect(fieldOf(body, 'library')).toBe('2507.06457')
    expect(textOf(body)).toContain('We read your file, not the references here.')
  })

  test('keeps the topics of a file in the form, and not the file', async () => {
    const path = await managePath()
    const { body } = await upload(`${path}/library`, [
      ['do', 'settings'],
      ['topic', 'zeolites'],
      ['library', 'Medieval trade routes', 'a.txt'],
    ])
    expect([fieldOf(body, 'library'), fieldOf(body, 'topic')]).toEqual(['', 'zeolites'])
    expect(textOf(body)).toContain('choose it again')
  })

  test('adds topics with the first button, which Enter presses', async () => {
    const path = await managePath()
    const { body } = await get(site, path)
    expect(firstButton(body, 'name="shown"')).toContain('>Add topic<')
  })

  test('refuses an empty library and a wrong link', async () => {
    const path = await managePath()
    const { statusCode, body } = await post(site, `${path}/library`, { do: 'settings', topic: 'x' })
    expect([statusCode, fieldOf(body, 'topic')]).toEqual([422, 'x'])
    expect(textOf(body)).toContain(words.errors['library.empty'])
    expect((await post(site, '/manage/nonsense/library', { library: 'Protein folding' })).statusCode).toBe(
      404,
    )
    expect((await get(site, `${path}/library`)).statusCode).toBe(405)
  })
})
