import { describe, expect, test } from 'vitest'
import {
  addressesIn,
  canonicalSource,
  KNOWN_SOURCES,
  parseSourceName,
  SOURCE_ADDRESSES,
  SOURCES,
  sourceNamed,
  sourceTitle,
} from '../../../src/sources/registry.ts'
import type { Source } from '../../../src/sources/source.ts'

const sources: readonly Source[] = SOURCES

describe('a name in SOURCES', () => {
  test('of a source that is read whole', () => {
    expect(parseSourceName('huggingface')).toMatchObject({ source: { title: 'Hugging Face' } })
    expect(parseSourceName('huggingface')?.section).toBeUndefined()
  })

  test.each(['', ':', 'elsewhere', 'huggingface:', 'huggingface:cs.CL', ' huggingface'])(
    '"%s" names none',
    (text) => {
      expect(parseSourceName(text)).toBeUndefined()
      expect(() => sourceNamed(text)).toThrow(
        expect.objectContaining({ code: 'source.unknown', values: { source: text, known: KNOWN_SOURCES } }),
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
    expect(sourceTitle(whole)).toBe(`${source.title} ${sections.example}`)
  })
})

test('every form that is said to be known is', () => {
  const known = KNOWN_SOURCES.split(', ')
  expect(known).toContain('huggingface')
  expect(known.map(parseSourceName)).not.toContain(undefined)
  expect(new Set(known.map((text) => text.split(':')[0])).size).toBe(sources.length)
})

test('each source has a name, a service and addresses of its own', () => {
  const names = sources.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  const addresses = sources.flatMap((source) => Object.keys(source.addresses))
  expect(new Set(addresses).size).toBe(addresses.length)
  expect(Object.keys(SOURCE_ADDRESSES)).toEqual(addresses)
})

test('the addresses of the settings, and nothing else of them', () => {
  const settings = { ...SOURCE_ADDRESSES, HF_URL: 'http://mirror.example', APP_SECRET: 'secret' }
  expect(addressesIn(settings)).toEqual({ ...SOURCE_ADDRESSES, HF_URL: 'http://mirror.example' })
})

test.each(sources.map((source) => [source.name, source] as const))(
  '%s is probed at an address of its own',
  (_name, { addresses, probe }) => {
    const mirrors = Object.fromEntries(
      Object.keys(addresses).map((name) => [name, `http://mirror.example/${name}`]),
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
  ['arxiv:cs', undefined],
])('%s is written %s', (text, name) => expect(canonicalSource(text)).toBe(name))
