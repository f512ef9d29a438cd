import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../../docs/sources.md'), 'utf8')
const recipes = [...page.matchAll(/^SOURCES=(.+)$/gm)].map(([, value]) => value!)

test('docs/sources.md has recipes for a biologist, an economist and a lab', () => {
  expect(recipes.length).toBeGreaterThanOrEqual(5)
})

test.each(recipes)('SOURCES=%s is accepted, and split before the names of sources only', (value) => {
  const { SOURCES } = readConfig({ SOURCES: value })
  expect(SOURCES).toHaveLength(
    value.match(/(?:^|,)(?:huggingface|arxiv:|biorxiv|medrxiv|openalex:|rss:)/g)!.length,
  )
})
