import { beforeAll, beforeEach, expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { words } from '../../../../src/i18n/words.ts'
import { parseList } from '../../../../src/papers/import-papers.ts'
import { recordListings } from '../../../../src/papers/listing.repo.ts'
import { signLink } from '../../../../src/subscribers/links.ts'
import { computedMs } from '../../../support/computed-ms.ts'
import { expensiveLibraries } from '../../../support/expensive-libraries.ts'
import { honestLibrary } from '../../../support/honest-library.ts'
import { sentence } from '../../../support/page-text.ts'
import { NOW, useSite } from '../../../support/site.ts'
import { eventually } from '../../../support/until.ts'
import { uploadLibrary } from '../../../support/upload-library.ts'

const site = useSite({ TRUST_PROXY: '127.0.0.1' })
let origin = ''
beforeAll(async () => {
  origin = await site.app.listen({ host: '127.0.0.1', port: 0 })
})
beforeEach(async () => {
  const { records } = parseList([{ title: 'Medieval trade routes', summary: 'By land and by sea.' }])
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-20', records, now: site.clock.now() })
})

const LIBRARIES = expensiveLibraries()
/** Milliseconds of CPU time for a library: of the site, and of the client in this process. */
const MAX_CPU_MS = 3000
/** Of a library whose client has gone; all of its work takes more than a second. */
const MAX_CPU_AFTER_MS = 800
const bodyOf = (name: string) => LIBRARIES.find((one) => one.name === name)!.body

/** A library as a file in the form to subscribe, from an address. */
const upload = (body: string, from = '203.0.113.1', signal?: AbortSignal) =>
  uploadLibrary(`${origin}/subscribe/library`, { body, from, signal })

/** The status of a page for an address. */
async function statusOf(path: string, from: string): Promise<number> {
  const response = await fetch(`${origin}${path}`, {
    headers: { accept: 'text/html', 'x-forwarded-for': from },
  })
  await response.text()
  return response.status
}

test.each(LIBRARIES)('a library of $name takes under 3 s and leaves permits to search', async ({ body }) => {
  const before = computedMs()
  const { status, text } = await upload(body)
  expect(computedMs() - before).toBeLessThan(MAX_CPU_MS)
  expect(status).toBe(200)
  expect(text).toMatch(/We read \d+ papers (?:but couldn’t spot|and ran out of time)/)
  expect(await statusOf('/papers?q=trade', '203.0.113.1')).toBe(200)
})

async function managePath(): Promise<string> {
  await addSubscriber(site.deps, { email: 'ann@example.com', topics: ['trade'], consent: 'on paper' })
  const { id, epoch } = await site.db.subscriber.findFirstOrThrow()
  return `/manage/${signLink({ purpose: 'manage', id, epoch, issuedAt: NOW }, site.deps.config.APP_SECRET[0]!)}`
}

test.each([
  ['subscribe', async () => '/subscribe'],
  ['manage', managePath],
])('the page to %s names how many entries of a slow library were read', async (_page, path) => {
  const url = `${origin}${await path()}/library`
  const { text } = await uploadLibrary(url, { body: bodyOf('scripts of scripts'), from: '203.0.113.1' })
  const tooSlow = sentence(words.library.tooSlow, { count: 1800 })
  expect(text).toMatch(tooSlow)
  expect(text).not.toMatch(sentence(words.library.tooSlow, { reached: 1800, count: 1800 }))
})

test('three libraries of 2,000 entries in a row are read whole', async () => {
  const library = honestLibrary(2000)
  for (let n = 0; n < 3; n++) {
    const { status, text } = await upload(library)
    expect(status).toBe(200)
    expect(text).toContain('We read 2000 papers')
    expect(text).not.toContain('would take too long')
  }
})

test('pages and searches of others go on while libraries are read', async () => {
  const gone = new AbortController()
  let ended = 0
  const uploads = ['192.0.2.1', '192.0.2.1', '198.51.100.1', '198.51.100.1'].map((from) =>
    upload(bodyOf('scripts of scripts'), from, gone.signal).finally(() => ended++),
  )
  const statuses: number[] = []
  for (let n = 0; n < 5 && ended < uploads.length; n++) {
    statuses.push(await statusOf('/', `10.0.${n}.1`), await statusOf('/papers?q=trade', `10.1.${n}.1`))
  }
  expect(statuses).toEqual(Array(10).fill(200))
  gone.abort()
  await Promise.allSettled(uploads)
})

test('a library is not read further once its client is gone', async () => {
  const gone = new AbortController()
  const library = bodyOf('scripts of scripts')
  const left = upload(library, '203.0.113.1', gone.signal).catch(({ name }: Error) => name)
  // The library is charged when its work begins.
  await eventually(async () => (await site.db.bucket.count()) > 0)
  gone.abort()
  const before = computedMs()
  expect(await left).toBe('AbortError')
  // It has the only slot for libraries until then.
  expect((await upload('Medieval trade routes')).status).toBe(200)
  expect(computedMs() - before).toBeLessThan(MAX_CPU_AFTER_MS)
})
