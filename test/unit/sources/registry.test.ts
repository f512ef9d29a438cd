import { describe, expect, test } from 'vitest'
import {
  baseUrlsIn,
  canonicalSourceName,
  DEFAULT_BASE_URLS,
  parseSourceName,
  requireSource,
  SOURCE_NAME_EXAMPLES,
  SOURCES,
  sourceTitle,
} from '../../../src/sources/registry.ts'
import type { Source } from '../../../src/sources/source.ts'

const sources: readonly Source[] = SOURCES

describe('a name in SOURCES', () => {
  test('parseSourceName reads a source without sections', () => {
    expect(parseSourceName('huggingface')).toMatchObject({ source: { title: 'Hugging Face' } })
    expect(parseSourceName('huggingface')?.section).toBeUndefined()
  })

  test.each(['', ':', 'elsewhere', 'huggingface:', 'huggingface:cs.CL', ' huggingface'])(
    '"%s" names no source',
    (text) => {
      expect(parseSourceName(text)).toBeUndefined()
      expect(() => requireSource(text)).toThrow(
        expect.objectContaining({
          code: 'source.unknown',
          values: { source: text, known: SOURCE_NAME_EXAMPLES },
        }),
      )
      expect(sourceTitle(text)).toBe(text)
    },
  )

  test.each(sources.map((source) => [source.name, source] as const))('%s: with a section', (name, source) => {
    const { sections } = source
    expect(parseSourceName(`${name}:no such section`)).toBeUndefined()
    expect(parseSourceName(name) === undefined).toBe(sections?.required ?? false)
    if (!sections) return
    const whole = `${name}:${sections.example}`
    expect(parseSourceName(whole)).toEqual({ source, section: sections.example })
    const title = `${source.title} ${sections.example}`
    expect(sourceTitle(whole)).toBe(sections.titleOf?.(sections.example) ?? title)
  })
})

test('every documented form of SOURCES is accepted', () => {
  const known = SOURCE_NAME_EXAMPLES.split(', ')
  expect(known).toContain('huggingface')
  expect(known.map(parseSourceName)).not.toContain(undefined)
  expect(new Set(known.map((text) => text.split(':')[0])).size).toBe(sources.length)
})

test('each source has a name of its own, and two with one address have one throttle', () => {
  const names = sources.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  const addresses = sources.flatMap((source) => Object.keys(source.baseUrls))
  expect(Object.keys(DEFAULT_BASE_URLS)).toEqual([...new Set(addresses)])
  for (const setting of addresses) {
    const sharing = sources.filter(({ baseUrls }) => setting in baseUrls)
    expect(new Set(sharing.map(({ fetchPolicy }) => fetchPolicy.service)).size).toBe(1)
  }
})

test('a source gets its base URLs from the settings, and no other value', () => {
  const settings = { ...DEFAULT_BASE_URLS, HF_URL: 'http://mirror.example', APP_SECRET: 'secret' }
  expect(baseUrlsIn(settings)).toEqual({ ...DEFAULT_BASE_URLS, HF_URL: 'http://mirror.example' })
})

test.each(sources.map((source) => [source.name, source] as const))(
  '%s is probed at an address of its own',
  (name, { baseUrls, probe }) => {
    if (name === 'rss')
      return expect(probe({}, '2026-08-14', 'https://a.example/#A')).toBe('https://a.example/')
    const mirrors = Object.fromEntries(
      Object.keys(baseUrls).map((name) => [name, `http://mirror.example/${name}`]),
    )
    const url = probe(mirrors, '2026-08-14')
    expect(Object.values(mirrors).some((mirror) => url.startsWith(mirror))).toBe(true)
  },
)

test.each([
  ['HuggingFace', 'huggingface'],
  ['arXiv:cs.cl', 'arxiv:cs.CL'],
  ['biorxiv:Cell_Biology', 'biorxiv:cell-biology'],
  ['biorxiv', 'biorxiv'],
  ['medRxiv:Health_Economics', 'medrxiv:health-economics'],
  ['medrxiv:cell-biology', undefined],
  ['arxiv:cs', undefined],
])('%s is written %s', (text, name) => expect(canonicalSourceName(text)).toBe(name))
