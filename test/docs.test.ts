import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cliPage } from '../scripts/docs/cli-page.ts'
import { configurationPage, namesIn } from '../scripts/docs/configuration-page.ts'
import { settingNames } from '../src/config/config.ts'
import { FEATURES } from '../src/features/index.ts'

const ROOT = resolve(import.meta.dirname, '..')
const MAX_README_LINES = 150
/** Settings of the tests and of rehearsals. */
const INTERNAL = ['CLOCK_NOW', 'LEASE_SECONDS', 'LEASE_RENEW_SECONDS', 'PROVIDER_URL']

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  'src/README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true })
    .map((name) => `docs/${name}`)
    .filter((name) => name.endsWith('.md')),
]

/** GitHub's anchors of the headings of a page. */
const anchorsOf = (path: string): string[] =>
  [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )

/** Whether the file of a link in a page exists, and has the heading after its #. */
function isFound(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const target = file ? join(dirname(page), file) : page
  return existsSync(join(ROOT, target)) && (!anchor || anchorsOf(target).includes(anchor))
}

test.each(pages)('each link of %s leads to a file and a heading', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  expect(links.filter((link) => !/^https?:/.test(link) && !isFound(page, link))).toEqual([])
})

test('every page of docs/ is in its index', () => {
  const index = read('docs/README.md')
  const missing = readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .filter((name) => !index.includes(`(${name})`))
  expect(missing).toEqual([])
})

test('README stays short', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(MAX_README_LINES)
})

describe('what npm run docs writes is up to date', () => {
  test('docs/cli.md', async () => {
    expect(read('docs/cli.md')).toBe(await cliPage())
  })

  test('docs/configuration.md', () => {
    expect(read('docs/configuration.md')).toBe(configurationPage(read('.env.example')))
  })
})

test('.env.example has every setting and no other', () => {
  const wanted = settingNames(FEATURES).filter((name) => !INTERNAL.includes(name))
  expect(namesIn(read('.env.example')).toSorted()).toEqual(wanted.toSorted())
})
