import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeEach, describe, expect, test } from 'vitest'
import { words } from '../../../src/i18n/words.ts'
import { ASSETS_FOLDER } from '../../../src/web/assets.ts'
import { SITEMAP_ROUTES } from '../../../src/web/site-view.ts'
import { useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const NAME = 'Papers & More of a Lab'
const site = useSite({ SITE_NAME: NAME })

beforeEach(() => addPapers(site.db))

const get = (url: string) => site.app.inject({ url })

/** The values of a meta element by its name or property, as written. */
const metaOf = (html: string, name: string): string[] =>
  [
    ...html.matchAll(
      new RegExp(`<meta (?:name|property)="${name}"(?: media="[^"]*")? content="([^"]*)"`, 'g'),
    ),
  ].map(([, content = '']) => content)

const hrefOf = (html: string, rel: string): string =>
  new RegExp(`<link rel="${rel}" href="([^"]+)"`).exec(html)?.[1] ?? ''

const LISTED = [
  ...SITEMAP_ROUTES,
  '/papers/date/2026-11-24',
  '/papers/week/2026-W48',
  '/papers/month/2026-11',
  '/papers/2507.06457',
]
const OTHERS = [
  '/papers/date',
  '/manage',
  '/papers?q=attention',
  '/papers?q=(',
  '/papers/date/2026-11-22',
  '/nowhere',
]

describe('the head of a page', () => {
  test.each([...LISTED, ...OTHERS])('of %s has one description of 25 to 320 letters', async (path) => {
    const descriptions = metaOf((await get(path)).body, 'description')
    expect(descriptions).toEqual([expect.stringMatching(/^.{25,320}$/s)])
  })

  test.each(LISTED)('of %s says the same to search engines and in shared links', async (path) => {
    const { body } = await get(path)
    expect(metaOf(body, 'og:description')).toEqual(metaOf(body, 'description'))
  })

  test('describes each page of the sitemap in words of its own', async () => {
    const pages = await Promise.all(SITEMAP_ROUTES.map(get))
    expect(new Set(pages.map(({ body }) => metaOf(body, 'description')[0])).size).toBe(SITEMAP_ROUTES.length)
  })

  test('of a paper without a text has the description of the site', async () => {
    const paper = await site.db.paper.findFirstOrThrow({ where: { abstract: '' } })
    expect(metaOf((await get(`/papers/id:${paper.id}`)).body, 'description')).toEqual([
      words.site.description,
    ])
  })

  test('has the color of the page, in light and dark', async () => {
    const css = readFileSync(join(ASSETS_FOLDER, 'site.css'), 'utf8')
    const [, light, dark] = /--page: light-dark\((#\w+), (#\w+)\)/.exec(css)!
    expect(metaOf((await get('/')).body, 'theme-color')).toEqual([light, dark])
  })
})

describe('the manifest', () => {
  test('is linked, may be loaded, and has the name of the site', async () => {
    const { body, headers } = await get('/')
    expect(headers['content-security-policy']).toContain("manifest-src 'self'")
    const manifest = await get(hrefOf(body, 'manifest'))
    expect(manifest.headers['content-type']).toBe('application/manifest+json; charset=utf-8')
    expect(manifest.json()).toMatchObject({ name: NAME, short_name: 'Papers &', start_url: '/', scope: '/' })
  })

  test('has icons of the sizes that it says', async () => {
    const { icons } = (await get('/manifest.webmanifest')).json<{ icons: Record<string, string>[] }>()
    const drawn = icons.filter(({ type }) => type === 'image/png')
    expect(drawn.map(({ purpose }) => purpose)).toEqual(['any', 'maskable'])
    for (const { src, sizes } of drawn) {
      const { width, height } = await sharp((await get(src!)).rawPayload).metadata()
      expect(`${width}x${height}`).toBe(sizes)
    }
  })
})

describe('the touch icon', () => {
  test('is linked: 180 px, without a transparent corner', async () => {
    const icon = await get(hrefOf((await get('/')).body, 'apple-touch-icon'))
    expect(icon.headers['content-type']).toBe('image/png')
    const { width, height } = await sharp(icon.rawPayload).metadata()
    expect([width, height]).toEqual([180, 180])
    expect((await sharp(icon.rawPayload).stats()).isOpaque).toBe(true)
  })

  test.each(['/apple-touch-icon.png', '/apple-touch-icon-precomposed.png', '/favicon.ico'])(
    'is at %s, where browsers look for it',
    async (path) => {
      const { statusCode, headers } = await get(path)
      expect(statusCode).toBe(302)
      expect((await get(String(headers.location))).statusCode).toBe(200)
    },
  )
})
