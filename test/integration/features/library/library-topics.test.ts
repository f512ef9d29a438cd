import { beforeEach, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { counted, fill, words } from '../../../../src/i18n/words.ts'
import { parseList } from '../../../../src/papers/import-papers.ts'
import { recordListings } from '../../../../src/papers/listing.repo.ts'
import { MAX_DAYS } from '../../../../src/search/open-archive.ts'
import { signLink } from '../../../../src/subscribers/links.ts'
import { get, NOW, post, textOf, useSite } from '../../../support/site.ts'

const site = useSite()

/** Forty papers of a month on one subject, two by an author, and many others. */
const PAPERS = [
  ...Array.from({ length: 40 }, (_, n) => ({
    title: `A world model of kind ${n}`,
    summary: `We train a world model on videos of game ${n}.`,
    authors: n < 2 ? ['Yann LeCun', `Ann Other${n}`] : [`Ann Other${n}`],
  })),
  ...Array.from({ length: 60 }, (_, n) => ({ title: `Of crystal ${n}`, summary: `It grows in salt ${n}.` })),
]

beforeEach(async () => {
  const { records } = parseList(PAPERS)
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-20', records, now: site.clock.now() })
})

const SEVEN = `Learning to drive with World Models
World Models for robots
A survey of World Models in games
Efficient World Models
What do World Models know about physics?
Planning with World Models
Video generators as World Models`

const THIRTEEN = String.raw`
@article{a, title = {World Models}, author = {Ha, David and Schmidhuber, J{\"u}rgen}}
@article{b, title = {Mastering games with a World Model}, author = {Hafner, Danijar}}
@article{c, title = {A path towards autonomous machines}, author = {LeCun, Yann}}
@article{d, title = {Joint embeddings of pictures}, author = {Mahmoud Assran and Yann LeCun}}
@article{e, title = {{World Model} on demand}, author = {Nobody, Neil}}
@article{f, title = {Speed of a world model}, author = {Nobody, Neil}}
@article{g, title = {Medieval trade routes}, author = {Ferry, Fay}}
@article{h, title = {Lattice gauge theory}, author = {Wilson, Kim}}
@article{i, title = {Soil of the moon}, author = {Stone, Sam}}
@article{j, title = {Birds in spring}, author = {Wing, Wes}}
@article{k, title = {Rates of rust}, author = {Iron, Ira}}
@article{l, title = {Tides and harbours}, author = {Port, Pia}}
@article{m, title = {Bread without yeast}, author = {Miller, Mo}}`

const UNRELATED = 'Growth of a crystal 7 in the dark\nMedieval trade routes\nLattice gauge theory'

const fieldOf = (html: string, name: string) =>
  new RegExp(`<textarea id="${name}"[^>]*>([^<]*)<`).exec(html)?.[1]?.replaceAll('&quot;', '"')

const offersOf = (html: string) =>
  [...html.matchAll(/<button[^>]* name="offer" value="([^"]*)"[^>]*>/g)].map(([, value = '']) =>
    value.replaceAll('&quot;', '"'),
  )

/** The hidden fields of the form, which its buttons send. */
const offeredIn = (html: string) =>
  [...html.matchAll(/<input type="hidden" name="offered" value="([^"]*)">/g)].map(([, value = '']) =>
    value.replaceAll('&quot;', '"'),
  )

const propose = async (library: string | string[], others: Record<string, string | string[]> = {}) => {
  const { statusCode, body } = await post(site, '/subscribe/library', { library, topic: '', ...others })
  expect(statusCode).toBe(200)
  return body
}

describe('a library on the subscribe page', () => {
  test('proposes the phrase that seven titles share, with its papers', async () => {
    const body = await propose(SEVEN)
    expect(fieldOf(body, 'topic')).toBe('"world models"')
    const text = textOf(body)
    expect(text).toContain('"world models": shared by 7 of your papers, with 40 papers in 30 days.')
    expect(text).toContain('world models 40 papers in 30 days')
  })

  test('proposes a phrase of four entries and the author of two, and nothing that brings no papers', async () => {
    const body = await propose(THIRTEEN)
    expect(fieldOf(body, 'topic')).toBe('"world model"\nauthor:"Yann LeCun"')
    expect(textOf(body)).toContain(
      'author:"Yann LeCun": shared by 2 of your papers, with 2 papers in 30 days.',
    )
  })

  test('offers the subjects of entries that share nothing, and no list of other papers', async () => {
    const library = `World models of kind 3\n${UNRELATED}`
    const body = await propose(library)
    expect(textOf(body)).toContain('We read 4 papers but couldn’t spot a shared topic. Try one of these:')
    expect(offersOf(body)).toEqual(['"world models"'])
    expect([fieldOf(body, 'topic'), fieldOf(body, 'library')]).toEqual(['', library])
    expect(body).not.toContain('id="preview-heading"')
    expect(body).not.toContain('crystal 5')
  })

  test('offers the subjects of its entries with a message, if it matches no paper', async () => {
    const body = await propose('Medieval trade routes\nLattice gauge theory')
    expect(offersOf(body).toSorted()).toEqual(['"lattice gauge theory"', '"medieval trade routes"'])
    expect(textOf(body)).toContain(
      fill(words.library.bringNone, { days: counted(MAX_DAYS, words.counts.day) }),
    )
    expect(body).not.toContain('id="preview-heading"')
  })

  test('adds an offer when its button is pressed, and keeps the others', async () => {
    const library = 'Medieval trade routes\nLattice gauge theory'
    const first = await propose(library, { email: 'ann@example.com' })
    const [pressed = '', other] = offersOf(first)
    // A browser sends the name of the file too.
    const body = await propose([library, ''], {
      email: 'ann@example.com',
      topic: 'zeolites',
      offer: pressed,
      offered: offeredIn(first),
    })
    expect(fieldOf(body, 'topic')).toBe(`zeolites\n${pressed}`)
    expect(offersOf(body)).toEqual([other])
    expect(fieldOf(body, 'library')).toBe(library)
    expect(body).toContain('value="ann@example.com"')
    expect(textOf(body)).toContain(`Added ${pressed} to the field below.`)
    expect(body).toContain('id="preview-heading"')
  })

  test('offers nothing that is already typed, with or without quotes', async () => {
    const library = 'Medieval trade routes\nLattice gauge theory'
    expect(offersOf(await propose(library, { topic: 'Medieval trade routes' }))).toEqual([
      '"lattice gauge theory"',
    ])
  })

  test('offers nothing if it has no words', async () => {
    expect(offersOf(await propose('12345'))).toEqual([])
  })
})

describe('a library on the manage page', () => {
  test('offers the subjects of its entries, and puts the pressed one into the field', async () => {
    await addSubscriber(site.deps, { email: 'ann@example.com', topics: ['zeolites'], consent: 'on paper' })
    const { id, epoch } = await site.db.subscriber.findFirstOrThrow()
    const [secret] = site.deps.config.APP_SECRET
    const path = `/manage/${signLink({ purpose: 'manage', id, epoch, issuedAt: NOW }, secret!)}`
    const library = 'Medieval trade routes\nLattice gauge theory'
    const first = (await post(site, `${path}/library`, { do: 'settings', library, topic: '' })).body
    const [pressed = '', other] = offersOf(first)
    expect(textOf(first)).toContain('We read 2 papers but couldn’t spot a shared topic.')
    const sent = {
      do: 'settings',
      library: [library, ''],
      topic: 'salt',
      offer: pressed,
      offered: offeredIn(first),
    }
    const { body } = await post(site, `${path}/library`, sent)
    expect([fieldOf(body, 'topic'), offersOf(body)]).toEqual([`salt\n${pressed}`, [other]])
    expect(fieldOf(body, 'library')).toBe(library)
    expect((await get(site, path)).body).not.toContain(pressed)
  })
})
